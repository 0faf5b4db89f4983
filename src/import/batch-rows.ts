/** Constants with a row for each sample, stretched over as many samples as there are. */
import { int, numberOf } from "../graph/attributes.js";
import type { OnnxNode } from "../onnx/model.js";
import { elementCount, type Tensor } from "../onnx/tensor.js";
import { broadcastDims } from "../ops/infer.js";
import { nodeName, onnxNode, type Surroundings } from "./rewrite.js";

/** The axis that counts samples, and how many of its elements belong to one sample in a row: 4 of heads in batch × heads. */
export interface BatchAxis {
	readonly axis: number;
	readonly inner: number;
}

/** What a rewriting for any batch size knows while it passes over the nodes. */
export interface Pass {
	readonly size: number;
	/** The input, whose first dimension tells the batch size. */
	readonly input: string;
	/** Where the samples are counted, of values that depend on the input. */
	readonly axes: Map<string, BatchAxis>;
	/** The node that makes a value. */
	readonly makerOf: (name: string) => OnnxNode | undefined;
	/** The type and shape that the file declares of a value. */
	readonly dimsOf: (name: string) => readonly (number | string)[] | undefined;
	/** The constants that became one row, by the names of the rows. */
	readonly rows: Map<string, string>;
}

/** Operators that want a row for each sample of all their operands. */
export const perSample = new Set([
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
export function withStretchedRows(node: OnnxNode, around: Surroundings, pass: Pass): readonly OnnxNode[] {
	const before: OnnxNode[] = [];
	const inputs = node.inputs.map((name) => {
		const found = pass.axes.has(name) ? undefined : equalRows(name, node, around, pass);
		if (found === undefined) return name;
		const { single, dims } = found;
		const [batch, shape, stretched] = ["batch", "shape", "rows"].map((part) =>
			around.freshName(`${nodeName(node)}/${name}/${part}`),
		) as [string, string, string];
		const rest = around.addConstant(`${shape}/rest`, integers(dims.slice(1)));
		before.push(
			onnxNode("Shape", [pass.input], [batch], { start: int(0), end: int(1) }),
			onnxNode("Concat", [batch, rest], [shape], { axis: int(0) }),
			onnxNode("Expand", [single, shape], [stretched]),
		);
		return stretched;
	});
	return before.length === 0 ? [node] : [...before, { ...node, inputs }];
}

/** One row for all samples, and its shape `[1, …]`, of a constant or of what an Expand makes of one. */
function equalRows(
	name: string,
	node: OnnxNode,
	around: Surroundings,
	pass: Pass,
): { readonly single: string; readonly dims: readonly number[] } | undefined {
	const maker = pass.makerOf(name);
	const [value = "", target = ""] = maker?.opType === "Expand" ? maker.inputs : [name];
	const tensor = around.constantOf(value);
	if (tensor === undefined) return undefined;
	const shape = around.constantOf(target);
	if (shape !== undefined) {
		const dims = broadcastDims([tensor.dims, Array.from(shape.data, Number)]);
		const stretches = dims[0] === pass.size && (tensor.dims.length < dims.length || tensor.dims[0] === 1);
		return stretches && rowsNeeded(node, { dims }, pass) ? { single: value, dims: [1, ...dims.slice(1)] } : undefined;
	}
	const row = tensor.dims[0] === pass.size && rowsNeeded(node, tensor, pass) ? firstRow(tensor) : undefined;
	if (row === undefined) return undefined;
	return { single: pass.size === 1 ? name : rowOf(name, row, around, pass), dims: row.dims };
}

/** The row of a constant, the same wherever it is used. */
function rowOf(name: string, row: Tensor, { addConstant }: Surroundings, { rows }: Pass): string {
	const [known] = Array.from(rows).find(([, constant]) => constant === name) ?? [];
	const single = known ?? addConstant(`${name}/row`, row);
	rows.set(single, name);
	return single;
}

/** Whether a constant's first axis counts samples there: an elementwise operator stretches a 1 itself, and axes before the first. */
function rowsNeeded(
	{ opType, attributes, outputs }: OnnxNode,
	{ dims }: Pick<Tensor, "dims">,
	{ size, dimsOf }: Pass,
): boolean {
	if (opType === "Concat") return numberOf(Object.fromEntries(attributes), "axis", 0) !== 0 && dims.length > 1;
	if (opType === "ScatterElements" || opType === "GatherElements") return dims.length > 1;
	const rank = dimsOf(outputs[0] ?? "")?.length ?? dims.length;
	return size > 1 && dims.length > 2 && dims.length === rank;
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
