/** A model in half precision, with a float32 input and output. */
import { onnxNode } from "../import/rewrite.js";
import { fromHalf, largestHalf, toHalf } from "../onnx/half.js";
import type { OnnxAttribute, OnnxModel, OnnxNode } from "../onnx/model.js";
import { dataTypes, type Tensor } from "../onnx/tensor.js";
import type { TaskName } from "../tasks/names.js";
import { outputNameFor } from "./deployable.js";
import { changedBelowLast } from "./last-layer.js";
import { renameValues, renaming } from "./rename.js";

/** Inputs, by operator, that ONNX has in float32 alone. */
const floatInputs: Readonly<Record<string, readonly number[]>> = { Resize: [1, 2] };

/** Attributes that name an element type by its number. */
const typeAttributes = new Set(["to", "dtype"]);

/** {@link toFloat16} of a model that ships; see `changedBelowLast` of one that answers numbers in their units. */
export function shippedInFloat16(model: OnnxModel, task: TaskName | undefined): OnnxModel {
	return outputNameFor({ task }) === "values" ? changedBelowLast(model, toFloat16) : toFloat16(model);
}

/**
 * The model with weights and values in float16. Numbers beyond ±65,504 become that; a number that is not zero stays so,
 * since it may be divided by.
 *
 * Source: IEEE 754 binary16; the limits as in onnxconverter-common's float16.
 */
export function toFloat16(model: OnnxModel): OnnxModel {
	const edges = [...model.graph.inputs, ...model.graph.outputs].filter(({ type }) => type === "float");
	const inner = new Map(edges.map(({ name }) => [name, `${name}/half`]));
	const { graph } = renameValues(model, renaming(inner));
	const kept = new Set(
		graph.nodes.flatMap(({ opType, inputs }) => (floatInputs[opType] ?? []).map((index) => inputs[index] ?? "")),
	);
	const casts = (infos: typeof edges, toHalfType: boolean): readonly OnnxNode[] =>
		infos.flatMap(({ name }) => {
			const half = inner.get(name);
			if (half === undefined) return [];
			const to = { kind: "int", value: toHalfType ? dataTypes.float16 : dataTypes.float } as const;
			return [onnxNode("Cast", [toHalfType ? name : half], [toHalfType ? half : name], { to })];
		});
	return {
		...model,
		graph: {
			...graph,
			inputs: model.graph.inputs,
			outputs: model.graph.outputs,
			initializers: graph.initializers.map(({ name, tensor }) => ({
				name,
				tensor: kept.has(name) ? tensor : halved(tensor),
			})),
			nodes: [
				...casts([...model.graph.inputs], true),
				...graph.nodes.map(halvedNode),
				...casts([...model.graph.outputs], false),
			],
		},
	};
}

function halvedNode(node: OnnxNode): OnnxNode {
	const attributes = Array.from(node.attributes, ([name, one]) => [name, halvedAttribute(name, one)] as const);
	return { ...node, attributes: new Map(attributes) };
}

function halvedAttribute(name: string, attribute: OnnxAttribute): OnnxAttribute {
	if (attribute.kind === "tensor") return { kind: "tensor", value: halved(attribute.value) };
	const float = attribute.kind === "int" && attribute.value === dataTypes.float;
	return float && typeAttributes.has(name) ? { kind: "int", value: dataTypes.float16 } : attribute;
}

function halved(tensor: Tensor): Tensor {
	if (tensor.type !== "float") return tensor;
	return { type: "float16", dims: tensor.dims, data: Uint16Array.from(tensor.data, nearestHalf) };
}

function nearestHalf(value: number): number {
	const half = toHalf(Math.min(largestHalf, Math.max(-largestHalf, value)));
	return fromHalf(half) === 0 && value !== 0 ? half | 1 : half;
}
