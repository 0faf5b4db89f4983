import { int, numberOf, numbersOf } from "../graph/attributes.js";
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from "../onnx/model.js";
import { elementCount, type Tensor } from "../onnx/tensor.js";
import { nodeName, onnxNode, rewriteNodes, type Surroundings, withoutAttributes } from "./rewrite.js";

/** Where a model says the batch size that it was exported for, once it takes any. */
export const exportedBatchKey = "limbeck.exported-batch";

/** The batch size that a model was exported for; `undefined` where any goes. */
export function fixedBatch({ inputs }: Pick<OnnxGraph, "inputs">): number | undefined {
	const size = inputs[0]?.dims?.[0];
	return typeof size === "number" ? size : undefined;
}

/** What a rewriting for any batch size knows while it passes over the nodes. */
interface Pass {
	readonly size: number;
	/** The input, whose first dimension tells the batch size. */
	readonly input: string;
	/** The axis that counts samples, of values that depend on the input. */
	readonly axes: Map<string, number>;
	/** The type and shape that the file declares of a value. */
	readonly dimsOf: (name: string) => readonly (number | string)[] | undefined;
	/** The constants that became one row, by the names of the rows. */
	readonly rows: Map<string, string>;
}

/**
 * A model that was exported for one batch size, for any: the first dimension of inputs and outputs becomes symbolic, a
 * constant shape that a Reshape of data counts samples in leaves that size open, also where it is a multiple of the batch
 * (heads × batch, windows × batch), and a constant that has an equal row for each sample is stretched over them. At the
 * size of the export nothing changes. What else depends on the size shows when the model is placed, as shapes that do not
 * fit. Its constants must be initialisers.
 */
export function withAnyBatch(model: OnnxModel): OnnxModel {
	const { graph } = model;
	const size = fixedBatch(graph);
	const [input] = graph.inputs;
	if (size === undefined || input === undefined) return model;
	const declared = new Map([...graph.valueInfos, ...graph.outputs].map(({ name, dims }) => [name, dims]));
	const pass: Pass = {
		size,
		input: input.name,
		axes: new Map(graph.inputs.map(({ name }) => [name, 0])),
		dimsOf: (name) => declared.get(name),
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
	const axis = axes.get(data) ?? 0;
	const isReshape = node.opType === "Reshape" && node.domain === "" && data === node.inputs[0];
	const target = isReshape ? openTarget(node, axis, around, pass) : undefined;
	const after = target?.axis ?? axisAfter(node, axis);
	for (const name of node.outputs) axes.set(name, after);
	if (target !== undefined) {
		const inputs = [data, around.addConstant(`${nodeName(node)}/shape`, target.shape)];
		return [{ ...withoutAttributes(node, "allowzero"), inputs }];
	}
	return axis === 0 && perSample.has(node.opType) ? withStretchedRows(node, around, pass) : [node];
}

/** The axis that counts samples behind a node. */
function axisAfter({ opType, attributes }: OnnxNode, axis: number): number {
	if (opType !== "Transpose") return axis;
	const perm = numbersOf(Object.fromEntries(attributes), "perm", []);
	return Math.max(0, perm.indexOf(axis));
}

/** The shape of a Reshape with the dimension that counts samples left open; `undefined` where it has none such. */
function openTarget(
	node: OnnxNode,
	axis: number,
	{ constantOf }: Surroundings,
	{ size, dimsOf }: Pass,
): { readonly shape: Tensor; readonly axis: number } | undefined {
	const shape = constantOf(node.inputs[1] ?? "");
	if (shape?.type !== "int64" || shape.dims.length !== 1) return undefined;
	const literalZeros = numberOf(Object.fromEntries(node.attributes), "allowzero", 0) !== 0 && shape.data.includes(0n);
	if (literalZeros) return undefined;
	const sizes = Array.from(shape.data, Number);
	// Of a batch of one every size is a multiple: only a 1 counts samples there.
	const counts = (at: number): boolean =>
		size === 1 ? sizes[at] === 1 : (sizes[at] ?? 0) > 0 && (sizes[at] ?? 0) % size === 0;
	const at = [axis, 0].find(counts);
	if (at === undefined) return undefined;
	const whole = sizes.includes(-1) ? declaredSizes(dimsOf(node.outputs[0] ?? ""), sizes) : sizes;
	const open = whole?.map((value, index) => (index === at ? -1 : value));
	// Where another size is open, too, "as it was" is right for a batch that stays where it is.
	const kept = sizes[at] === size && at === 0 ? sizes.with(0, 0) : undefined;
	const opened = open ?? kept;
	return opened && { axis: at, shape: { ...shape, data: BigInt64Array.from(opened, BigInt) } };
}

/** Sizes with what the file declares in the place of −1. */
function declaredSizes(
	dims: readonly (number | string)[] | undefined,
	sizes: readonly number[],
): readonly number[] | undefined {
	const whole = sizes.map((value, at) => (value === -1 ? dims?.[at] : value));
	return whole.every((value) => typeof value === "number") ? whole : undefined;
}

/** Operators that want a row for each sample of all their operands. */
const perSample = new Set([
	"Concat",
	"ScatterElements",
	"GatherElements",
	"ScatterND",
	"Add",
	"Sub",
	"Mul",
	"Div",
	"Where",
]);

/** A node whose constants with a row for each sample, all equal, have as many as there are samples. */
function withStretchedRows(node: OnnxNode, around: Surroundings, pass: Pass): readonly OnnxNode[] {
	const before: OnnxNode[] = [];
	const inputs = node.inputs.map((name) => {
		const tensor = pass.axes.has(name) ? undefined : around.constantOf(name);
		const row = tensor && pass.size === tensor.dims[0] && rowsNeeded(node, tensor, pass) ? firstRow(tensor) : undefined;
		if (row === undefined) return name;
		const single = pass.size === 1 ? name : around.addConstant(`${name}/row`, row);
		if (single !== name) pass.rows.set(single, name);
		const [batch, shape, stretched] = ["batch", "shape", "rows"].map((part) =>
			around.freshName(`${nodeName(node)}/${name}/${part}`),
		) as [string, string, string];
		const rest = around.addConstant(`${shape}/rest`, integers(row.dims.slice(1)));
		before.push(
			onnxNode("Shape", [pass.input], [batch], { start: int(0), end: int(1) }),
			onnxNode("Concat", [batch, rest], [shape], { axis: int(0) }),
			onnxNode("Expand", [single, shape], [stretched]),
		);
		return stretched;
	});
	return before.length === 0 ? [node] : [...before, { ...node, inputs }];
}

/** Whether a constant's first axis counts samples there: an elementwise operator stretches a 1 itself. */
function rowsNeeded({ opType, attributes }: OnnxNode, { dims }: Tensor, { size }: Pass): boolean {
	if (opType === "Concat") return numberOf(Object.fromEntries(attributes), "axis", 0) !== 0 && dims.length > 1;
	if (opType === "ScatterElements" || opType === "GatherElements") return dims.length > 1;
	return size > 1 && dims.length > 2;
}

const integers = (values: readonly number[]): Tensor => ({
	type: "int64",
	dims: [values.length],
	data: BigInt64Array.from(values, BigInt),
});

/** The first row of a tensor, `[1, …]`, where all are equal. */
function firstRow(tensor: Tensor): Tensor | undefined {
	const dims = [1, ...tensor.dims.slice(1)];
	const length = elementCount(dims);
	const { data } = tensor;
	for (let at = length; at < data.length; at++) if (data[at] !== data[at % length]) return undefined;
	// A part of an array is of its class, which the type names.
	return { ...tensor, dims, data: data.slice(0, length) } as Tensor;
}
