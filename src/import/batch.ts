import { numberOf, numbersOf } from "../graph/attributes.js";
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from "../onnx/model.js";
import { elementCount, type Tensor } from "../onnx/tensor.js";
import { recurrent } from "../ops/recurrent.js";
import { type BatchAxis, type Pass, perSample, withStretchedRows } from "./batch-rows.js";
import { nodeName, rewriteNodes, type Surroundings, withoutAttributes } from "./rewrite.js";
import { inferredShapes } from "./shapes.js";

/** Where a model says the batch size that it was exported for, once it takes any. */
export const exportedBatchKey = "limbeck.exported-batch";

/** The batch size that a model was exported for; `undefined` where any goes. */
export function fixedBatch({ inputs }: Pick<OnnxGraph, "inputs">): number | undefined {
	const size = inputs[0]?.dims?.[0];
	return typeof size === "number" ? size : undefined;
}

/** How a model takes any batch size. */
export const exportForAnyBatch =
	'Export it with a batch dimension that is dynamic (torch.onnx.export: dynamic_axes={"input": {0: "batch"}}).';

/**
 * A model that was exported for one batch size, for any; as it is, with a notice, where its shapes show that it takes no
 * other.
 */
export function withAnyBatch(model: OnnxModel): OnnxModel {
	const size = fixedBatch(model.graph);
	const open = withOpenBatch(model);
	if (size === undefined || servesBatches(open, size)) return open;
	const text =
		`The model takes batches of ${String(size)} alone: a node depends on the size for which it was exported. It is ` +
		`trained with batches of ${String(size)}, whatever the recipe says.`;
	return { ...model, notices: [...(model.notices ?? []), { code: "fixed-batch", text, hint: exportForAnyBatch }] };
}

/** Whether what fits at one batch size fits at another, as far as shapes tell. */
function servesBatches(open: OnnxModel, size: number): boolean {
	const [known, others] = [size, 2 * size + 1].map((batch) => inferredShapes(withBatch(open, batch)));
	if (known === undefined || others === undefined) return true;
	const output = open.graph.outputs[0]?.name ?? "";
	const isStuck = [known, others].every((shapes) => shapes.get(output)?.[0] === size);
	return !isStuck && Array.from(known.keys()).every((name) => others.has(name));
}

function withBatch({ graph, ...rest }: OnnxModel, batch: number): OnnxModel {
	const inputs = graph.inputs.map((info) => ({ ...info, dims: info.dims?.with(0, batch) }));
	return { ...rest, graph: { ...graph, inputs } };
}

/**
 * A model that was exported for one batch size, for any: the first dimension of inputs and outputs becomes symbolic, a
 * constant shape that a Reshape of data counts samples in leaves that size open, also where it is a multiple of the batch
 * (heads × batch, windows × batch), and a constant that has an equal row for each sample is stretched over them. At the
 * size of the export nothing changes. Its constants must be initialisers.
 */
function withOpenBatch(model: OnnxModel): OnnxModel {
	const { graph } = model;
	const size = fixedBatch(graph);
	const [input] = graph.inputs;
	if (size === undefined || input === undefined) return model;
	const shapes = inferredShapes(model);
	const declared = new Map(
		[...graph.inputs, ...graph.valueInfos, ...graph.outputs].map(({ name, dims }) => [name, dims]),
	);
	const pass: Pass = {
		size,
		input: input.name,
		axes: new Map(graph.inputs.map(({ name }) => [name, { axis: 0, inner: 1 }])),
		makerOf: (name) => graph.nodes.find(({ outputs }) => outputs.includes(name)),
		dimsOf: (name) => shapes.get(name) ?? declared.get(name),
		rows: new Map(),
	};
	const rewritten = withNamedRows(
		rewriteNodes(model, (node, around) => anyBatchNode(node, around, pass)),
		pass.rows,
	);
	const anyBatch = (info: OnnxValueInfo): OnnxValueInfo =>
		info.dims?.[0] === size ? { ...info, dims: ["batch", ...info.dims.slice(1)] } : info;
	return {
		...rewritten,
		metadata: new Map([...model.metadata, [exportedBatchKey, String(size)]]),
		graph: {
			...rewritten.graph,
			inputs: graph.inputs.map(anyBatch),
			outputs: graph.outputs.map(anyBatch),
			// Hints about intermediate values are for the old size.
			valueInfos: [],
		},
	};
}

/** The model with a row under the name of the constant that it stands for, where nothing else uses that. */
function withNamedRows(model: OnnxModel, rows: ReadonlyMap<string, string>): OnnxModel {
	const { graph } = model;
	const used = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
	const original = (name: string): string => {
		const before = rows.get(name);
		return before === undefined || used.has(before) ? name : before;
	};
	const named = new Set([...rows.keys()].map(original));
	return {
		...model,
		graph: {
			...graph,
			nodes: graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(original) })),
			initializers: graph.initializers
				.filter(({ name }) => !named.has(name))
				.map(({ name, tensor }) => ({ name: original(name), tensor })),
		},
	};
}

function anyBatchNode(node: OnnxNode, around: Surroundings, pass: Pass): readonly OnnxNode[] {
	const { axes } = pass;
	const data = node.inputs.find((name) => axes.has(name));
	// What comes of a shape is arithmetic of sizes.
	if (data === undefined || node.opType === "Shape" || node.opType === "Size") return [node];
	const axis = axes.get(data) ?? { axis: 0, inner: 1 };
	const isReshape = node.opType === "Reshape" && node.domain === "" && data === node.inputs[0];
	const target = isReshape ? openTarget(node, axis, around, pass) : undefined;
	const after = target?.axis ?? axisAfter(node, data, axis, pass);
	for (const [at, name] of node.outputs.entries()) axes.set(name, axisOfLayer(node, at) ?? after);
	if (target !== undefined) {
		const inputs = [data, around.addConstant(`${nodeName(node)}/shape`, target.shape)];
		return [{ ...withoutAttributes(node, "allowzero"), inputs }];
	}
	if (node.opType === "Expand" && data === node.inputs[0]) return [openExpand(node, axis, around, pass)];
	return axis.axis === 0 && perSample.has(node.opType) ? withStretchedRows(node, around, pass) : [node];
}

/** An Expand of data to a constant shape, which leaves the axis that counts samples as long as it is. */
function openExpand(
	node: OnnxNode,
	{ axis }: BatchAxis,
	{ constantOf, addConstant }: Surroundings,
	pass: Pass,
): OnnxNode {
	const [data = "", target = ""] = node.inputs;
	const shape = constantOf(target);
	const from = numeric(pass.dimsOf(data));
	if (shape?.type !== "int64" || from === undefined) return node;
	const sizes = Array.from(shape.data);
	// Of data with fewer axes the first ones are new.
	const at = sizes.length - from.length + axis;
	if (at < 0 || Number(sizes[at]) !== from[axis]) return node;
	const open = addConstant(`${nodeName(node)}/shape`, { ...shape, data: BigInt64Array.from(sizes.with(at, 1n)) });
	return { ...node, inputs: [data, open] };
}

/** Operators that give a value another shape, and no more. */
const reshaping = new Set(["Reshape", "Flatten", "Squeeze", "Unsqueeze"]);

/** Where a recurrent layer counts samples: in Y `[time, directions, batch, hidden]`, and in its last states without time. */
function axisOfLayer({ opType }: OnnxNode, output: number): BatchAxis | undefined {
	return Object.hasOwn(recurrent, opType) ? { axis: output === 0 ? 2 : 1, inner: 1 } : undefined;
}

/** Where samples are counted behind a node. */
function axisAfter(node: OnnxNode, data: string, before: BatchAxis, { size, dimsOf }: Pass): BatchAxis {
	const attributes = Object.fromEntries(node.attributes);
	const [from, to] = [numeric(dimsOf(data)), numeric(dimsOf(node.outputs[0] ?? ""))];
	if (node.opType === "Transpose") {
		const at = numbersOf(attributes, "perm", []).indexOf(before.axis);
		return { ...before, axis: Math.max(0, at) };
	}
	if (from === undefined || to === undefined) return before;
	if (reshaping.has(node.opType)) return axisInShape(from, before, to, size) ?? before;
	if (node.opType === "Expand") return { ...before, axis: before.axis + Math.max(0, to.length - from.length) };
	// What takes an axis away before that of the samples moves it: Gather of one index, reductions of one axis.
	const dropped = from.length - to.length;
	const taken = numberOf(attributes, "axis", node.opType === "Gather" ? 0 : before.axis);
	const index = taken < 0 ? taken + from.length : taken;
	return dropped === 1 && index < before.axis ? { ...before, axis: before.axis - 1 } : before;
}

function numeric(dims: readonly (number | string)[] | undefined): readonly number[] | undefined {
	return dims?.every((size) => typeof size === "number") === true ? dims : undefined;
}

/**
 * Where samples are counted in another shape of a value. A sample's elements lie as far apart there as before: the axis
 * is the one whose steps are not larger, and whose whole is not smaller than all samples; the one that begins with them,
 * if there is one.
 */
function axisInShape(
	from: readonly number[],
	{ axis, inner }: BatchAxis,
	to: readonly number[],
	size: number,
): BatchAxis | undefined {
	const stride = inner * elementCount(from.slice(axis + 1));
	const outer = elementCount(from) / (stride * size);
	const fitting = to.flatMap((length, at) => {
		const step = elementCount(to.slice(at + 1));
		const fits = stride % step === 0 && (step * length) % (stride * size) === 0;
		return fits ? [{ axis: at, inner: stride / step }] : [];
	});
	const begins = fitting.filter((one) => elementCount(to.slice(0, one.axis)) === outer);
	const alone = begins.find((one) => one.inner === 1 && to[one.axis] === size);
	// The last axis is that of features: of a batch of one, all of them might be the one sample's.
	return alone ?? begins.find((one) => size > 1 || one.axis < to.length - 1) ?? fitting[0];
}

/** The shape of a Reshape with the dimension that counts samples left open; `undefined` where it has none such. */
function openTarget(
	node: OnnxNode,
	before: BatchAxis,
	{ constantOf }: Surroundings,
	{ size, dimsOf }: Pass,
): { readonly shape: Tensor; readonly axis: BatchAxis } | undefined {
	const shape = constantOf(node.inputs[1] ?? "");
	if (shape?.type !== "int64" || shape.dims.length !== 1) return undefined;
	const literalZeros = numberOf(Object.fromEntries(node.attributes), "allowzero", 0) !== 0 && shape.data.includes(0n);
	if (literalZeros) return undefined;
	const sizes = Array.from(shape.data, Number);
	const from = numeric(dimsOf(node.inputs[0] ?? ""));
	const to = numeric(dimsOf(node.outputs[0] ?? "")) ?? sizes;
	const found = from && !to.includes(-1) && !to.includes(0) ? axisInShape(from, before, to, size) : undefined;
	// Where the file declares no shapes: of a batch of one every size is a multiple, and only a 1 counts samples.
	const counts = (at: number): boolean => {
		const value = sizes[at] ?? 0;
		return size === 1 ? value === 1 : value > 0 && value % size === 0;
	};
	const guessed = [before.axis, 0].find(counts);
	const axis = found ?? (guessed === undefined ? undefined : { axis: guessed, inner: (sizes[guessed] ?? 1) / size });
	if (axis === undefined || sizes[axis.axis] === -1 || sizes[axis.axis] === 0) return undefined;
	const whole = sizes.includes(-1) ? declaredSizes(dimsOf(node.outputs[0] ?? ""), sizes) : sizes;
	const open = whole?.map((value, index) => (index === axis.axis ? -1 : value));
	// Where another size is open, too, "as it was" is right for a batch that stays where it is.
	const kept = sizes[axis.axis] === size && axis.axis === 0 ? sizes.with(0, 0) : undefined;
	const opened = open ?? kept;
	return opened && { axis, shape: { ...shape, data: BigInt64Array.from(opened, BigInt) } };
}

/** Sizes with what the file declares in the place of −1. */
function declaredSizes(
	dims: readonly (number | string)[] | undefined,
	sizes: readonly number[],
): readonly number[] | undefined {
	const whole = sizes.map((value, at) => (value === -1 ? dims?.[at] : value));
	return whole.every((value) => typeof value === "number") ? whole : undefined;
}
