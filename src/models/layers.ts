/** The layers that families are made of. Parameters are named as PyTorch names them: `layer1.0.conv1.weight`. */
import { float, int, ints } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import { zeros } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount, type Tensor } from "../onnx/tensor.js";
import { type InitializerName, initialWeights } from "./initializers.js";

/** Where layers are added: the graph, and what their first weights depend on. */
export interface Layers {
	readonly g: Graph;
	readonly seed: number;
}

/** y = x Wᵀ + b for x `[rows, inputs]`, with W `[units, inputs]` as PyTorch keeps it, and b = 0 at first. */
export function linear(
	{ g, seed }: Layers,
	x: Value,
	name: string,
	units: number,
	initializer: InitializerName,
): Value {
	const inputs = elementCount(x.dims.slice(1));
	const weight = g.parameter(`${name}.weight`, initialWeights(initializer, `${name}.weight`, [units, inputs], seed));
	const bias = g.parameter(`${name}.bias`, zeros({ type: "float", dims: [units] }));
	return g.op("Gemm", [x, weight, bias], { transB: int(1) }, name);
}

/** How a convolution differs from a plain one of stride 1. */
export interface ConvolutionOptions {
	readonly stride?: number;
	readonly groups?: number;
	/** Whether a bias is added; where batch normalisation follows, it would be subtracted again. */
	readonly bias?: boolean;
}

/** A square convolution of x `[batch, inputs, height, width]`, padded so that stride 1 keeps the size of the image. */
export function convolution(
	{ g, seed }: Layers,
	x: Value,
	name: string,
	[outputs, kernel]: readonly [outputs: number, kernel: number],
	{ stride = 1, groups = 1, bias = false }: ConvolutionOptions = {},
): Value {
	const dims = [outputs, (x.dims[1] ?? 1) / groups, kernel, kernel] as const;
	const initial = initialWeights("he-normal-fan-out", `${name}.weight`, dims, seed, groups);
	const weight = g.parameter(`${name}.weight`, initial);
	const biases = bias ? [g.parameter(`${name}.bias`, zeros({ type: "float", dims: [outputs] }))] : [];
	const attributes = {
		kernel_shape: ints([kernel, kernel]),
		pads: ints([kernel - 1, kernel - 1, kernel, kernel].map((size) => Math.floor(size / 2))),
		strides: ints([stride, stride]),
		group: int(groups),
	};
	return g.op("Conv", [x, weight, ...biases], attributes, name);
}

/**
 * Batch normalisation of x `[batch, channels, …]` (Ioffe & Szegedy 2015): y = γ (x − mean) / √(variance + ε) + β with
 * running averages in inference.
 *
 * @param gamma - γ at first.
 */
export function batchNorm({ g }: Layers, x: Value, name: string, gamma = 1): Value {
	const channels = x.dims[1] ?? 1;
	const parameter = (field: string, value: number): Value => g.parameter(`${name}.${field}`, filled([channels], value));
	const parameters = [
		parameter("weight", gamma),
		parameter("bias", 0),
		parameter("running_mean", 0),
		parameter("running_var", 1),
	];
	return g.op("BatchNormalization", [x, ...parameters], { epsilon: float(1e-5), momentum: float(0.9) }, name);
}

/** Layer normalisation over the last axis (Ba et al. 2016). */
export function layerNorm({ g }: Layers, x: Value, name: string): Value {
	const size = x.dims.at(-1) ?? 1;
	const weight = g.parameter(`${name}.weight`, filled([size], 1));
	const bias = g.parameter(`${name}.bias`, filled([size], 0));
	return g.op("LayerNormalization", [x, weight, bias], { axis: int(-1), epsilon: float(1e-6) }, name);
}

/** Drops a share of elements in training. */
export function dropout(g: Graph, x: Value, ratio: number): Value {
	return ratio === 0 ? x : g.op("Dropout", [x, g.scalar(ratio)]);
}

/** The mean over each channel of x `[batch, channels, height, width]`, dropout, and the logits. */
export function pooledHead(layers: Layers, x: Value, classes: number, dropped: number): Value {
	const { g } = layers;
	const pooled = g.op("Flatten", [g.op("GlobalAveragePool", [x])]);
	return linear(layers, dropout(g, pooled, dropped), "head", classes, "torch-default");
}

function filled(dims: readonly number[], value: number): Tensor {
	return { type: "float", dims, data: new Float32Array(elementCount(dims)).fill(value) };
}
