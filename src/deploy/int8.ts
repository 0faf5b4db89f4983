/**
 * Static quantisation in the form that ONNX Runtime fuses: QuantizeLinear and DequantizeLinear around Conv, Gemm and
 * MatMul. Values are uint8 with a scale and a zero point each, weights int8 with a scale for each output channel.
 *
 * Source: Jacob et al. 2018, "Quantization and Training of Neural Networks"; ONNX Runtime, "Quantize ONNX models", QDQ.
 */
import { int, numberOf } from "../graph/attributes.js";
import { onnxNode } from "../import/rewrite.js";
import type { OnnxInitializer, OnnxModel, OnnxNode } from "../onnx/model.js";
import type { Tensor, TensorOf } from "../onnx/tensor.js";
import type { Range, Ranges } from "./calibrate.js";
import { singleReaders } from "./fold-batch-norm.js";

/** Bits of a weight: 8, or 7, with which no sum of two products saturates on processors without VNNI. */
export type WeightBits = 7 | 8;

/** A weight of a node: which axis has a scale for each of its entries. */
interface Weighted {
	readonly node: OnnxNode;
	readonly weight: TensorOf<"float">;
	readonly axis: number;
	/** `[channels]`. */
	readonly bias: TensorOf<"float"> | undefined;
}

/** What becomes int8 in a model. */
export interface QuantizationPlan {
	readonly weighted: readonly Weighted[];
	/** Values that become uint8, and the one whose range each takes: its own, or that of what it only moves. */
	readonly values: ReadonlyMap<string, string>;
}

/** Operators that may stand between a Conv or an Add and its quantised output: ONNX Runtime drops them there. */
const activations = new Set(["Relu", "Clip"]);
/** Operators that ONNX Runtime computes in int8 where all their operands are. */
const computing = new Set(["Add", "GlobalAveragePool", "AveragePool"]);
/** Operators that move elements and change none: their output has the range of their input. */
const moving = new Set(["MaxPool", "Flatten", "Reshape", "Transpose", "Squeeze", "Unsqueeze"]);

/** What can become int8 in a model in float32, with its batch normalisations folded. */
export function planQuantization(model: OnnxModel): QuantizationPlan {
	const { graph } = model;
	const constants = new Map(graph.initializers.map(({ name, tensor }) => [name, tensor]));
	const readers = singleReaders(model);
	const last = new Set(graph.outputs.map(({ name }) => name));
	const weighted = graph.nodes.flatMap((node) => weightedOf(node, constants) ?? []);
	const values = new Map<string, string>();
	const add = (name: string, like = name): void => {
		if (!values.has(name) && !last.has(name)) values.set(name, like);
	};
	/** The value that is quantised behind a node: behind the activation where one follows. */
	const addTail = ({ outputs: [output = ""] }: OnnxNode): void => {
		const next = readers.get(output);
		add(next !== undefined && activations.has(next.opType) ? (next.outputs[0] ?? "") : output);
	};
	const inputsOf = new Set(weighted.map(({ node }) => node.inputs[0] ?? ""));
	const convolutions = new Set(weighted.flatMap(({ node }) => (node.opType === "Conv" ? [node] : [])));
	for (const { name } of graph.inputs) if (inputsOf.has(name)) add(name);
	for (const node of graph.nodes) {
		const [input = ""] = node.inputs;
		const like = values.get(input);
		if (convolutions.has(node)) addTail(node);
		else if (computing.has(node.opType) && node.inputs.every((name) => values.has(name))) addTail(node);
		else if (moving.has(node.opType) && like !== undefined) add(node.outputs[0] ?? "", like);
		for (const name of node.outputs) if (inputsOf.has(name)) add(name);
	}
	return { weighted, values };
}

function weightedOf(node: OnnxNode, constants: ReadonlyMap<string, Tensor>): Weighted | undefined {
	const { opType, inputs } = node;
	const attributes = Object.fromEntries(node.attributes);
	const weight = constants.get(inputs[1] ?? "");
	if (weight?.type !== "float" || node.domain !== "" || constants.has(inputs[0] ?? "")) return undefined;
	const transposed = numberOf(attributes, "transB", 0) === 1;
	const axes: Readonly<Record<string, number | undefined>> = {
		Conv: 0,
		Gemm: weight.dims.length === 2 ? (transposed ? 0 : 1) : undefined,
		MatMul: weight.dims.length === 2 ? 1 : undefined,
	};
	const axis = axes[opType];
	const plain =
		numberOf(attributes, "alpha", 1) === 1 &&
		numberOf(attributes, "beta", 1) === 1 &&
		numberOf(attributes, "transA", 0) === 0;
	if (axis === undefined || !plain) return undefined;
	const channels = weight.dims[axis] ?? 0;
	const bias = constants.get(inputs[2] ?? "");
	const named = (inputs[2] ?? "") !== "";
	if (named && (bias?.type !== "float" || bias.data.length !== channels)) return undefined;
	return { node, weight, axis, bias: bias?.type === "float" ? bias : undefined };
}

/** The scale and zero point of a value. */
interface Affine {
	readonly scale: number;
	readonly zero: number;
}

function affineOf({ min, max }: Range): Affine {
	const scale = max > min ? Math.fround((max - min) / 255) : 1;
	return { scale, zero: Math.min(255, Math.max(0, Math.round(-min / scale))) };
}

/**
 * The model with its weights and values as the plan says.
 *
 * @param ranges - of every value that the plan names a range of.
 */
export function toInt8(model: OnnxModel, plan: QuantizationPlan, ranges: Ranges, bits: WeightBits): OnnxModel {
	const added: OnnxInitializer[] = [];
	const constant = (name: string, tensor: Tensor): string => {
		added.push({ name, tensor });
		return name;
	};
	const affines = new Map(
		Array.from(plan.values, ([name, like]) => [name, affineOf(ranges.get(like) ?? { min: 0, max: 0 })] as const),
	);
	const weighted = new Map(plan.weighted.map((one) => [one.node, one]));
	const nodes = [
		...model.graph.inputs.flatMap(({ name }) => quantizers(name, affines.get(name), constant)),
		...model.graph.nodes.flatMap((node) => {
			const one = weighted.get(node);
			const inputs = node.inputs.map((name) => (affines.has(name) ? dequantized(name) : name));
			const affine = affines.get(node.inputs[0] ?? "");
			const made =
				one === undefined || affine === undefined
					? [{ ...node, inputs }]
					: quantizedNode(one, inputs[0] ?? "", affine, bits, constant);
			return [...made, ...node.outputs.flatMap((name) => quantizers(name, affines.get(name), constant))];
		}),
	];
	const used = new Set(nodes.flatMap(({ inputs }) => inputs));
	const initializers = [...model.graph.initializers, ...added].filter(({ name }) => used.has(name));
	return { ...model, graph: { ...model.graph, nodes, initializers } };
}

type AddConstant = (name: string, tensor: Tensor) => string;

const dequantized = (name: string): string => `${name}/dequantized`;

function quantizers(name: string, affine: Affine | undefined, constant: AddConstant): readonly OnnxNode[] {
	if (affine === undefined) return [];
	const scale = constant(`${name}/scale`, { type: "float", dims: [], data: Float32Array.of(affine.scale) });
	const zero = constant(`${name}/zero`, { type: "uint8", dims: [], data: Uint8Array.of(affine.zero) });
	return [
		onnxNode("QuantizeLinear", [name, scale, zero], [`${name}/quantized`]),
		onnxNode("DequantizeLinear", [`${name}/quantized`, scale, zero], [dequantized(name)]),
	];
}

/** The largest bias as a multiple of its scale: well inside int32, with room for the sum that it is added to. */
const mostBias = 2 ** 30;

function quantizedNode(
	{ node, weight, axis, bias }: Weighted,
	input: string,
	{ scale: inputScale }: Affine,
	bits: WeightBits,
	constant: AddConstant,
): readonly OnnxNode[] {
	const base = node.outputs[0] ?? "";
	const channelOf = channels(weight, axis);
	const largest = 2 ** (bits - 1) - 1;
	const scales = new Float32Array(weight.dims[axis] ?? 0);
	weight.data.forEach((value, at) => {
		const channel = channelOf(at);
		scales[channel] = Math.max(scales[channel] ?? 0, Math.abs(value) / largest);
	});
	scales.forEach((scale, c) => {
		scales[c] = Math.max(scale, Math.abs(bias?.data[c] ?? 0) / (inputScale * mostBias)) || 1;
	});
	const round = (value: number, channel: number): number =>
		Math.max(-largest, Math.min(largest, Math.round(value / (scales[channel] ?? 1))));
	const scale = constant(`${base}/int8/weight-scale`, { type: "float", dims: [scales.length], data: scales });
	const zero = constant(`${base}/int8/weight-zero`, {
		type: "int8",
		dims: [scales.length],
		data: new Int8Array(scales.length),
	});
	const data = Int8Array.from(weight.data, (value, at) => round(value, channelOf(at)));
	const stored = constant(`${base}/int8/weight`, { type: "int8", dims: weight.dims, data });
	const made = [
		onnxNode("DequantizeLinear", [stored, scale, zero], [`${base}/int8/weight-float`], { axis: int(axis) }),
	];
	const inputs = [input, `${base}/int8/weight-float`];
	if (bias === undefined) return [...made, { ...node, inputs }];
	const biasScales = scales.map((one) => one * inputScale);
	const biasData = Int32Array.from(bias.data, (value, c) => Math.round(value / (biasScales[c] ?? 1)));
	const biasScale = constant(`${base}/int8/bias-scale`, { type: "float", dims: [scales.length], data: biasScales });
	const biasStored = constant(`${base}/int8/bias`, { type: "int32", dims: [scales.length], data: biasData });
	const biasNode = onnxNode("DequantizeLinear", [biasStored, biasScale], [`${base}/int8/bias-float`], { axis: int(0) });
	return [...made, biasNode, { ...node, inputs: [...inputs, `${base}/int8/bias-float`] }];
}

/** Which entry of an axis an element lies in. */
function channels({ dims }: TensorOf<"float">, axis: number): (at: number) => number {
	const inner = dims.slice(axis + 1).reduce((product, size) => product * size, 1);
	const count = dims[axis] ?? 1;
	return (at) => Math.floor(at / inner) % count;
}
