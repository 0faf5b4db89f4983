/** Batch normalisation. Source: ONNX operator specification, BatchNormalization (opset 15); Ioffe & Szegedy 2015. */
import { float, int, numberOf } from "../graph/attributes.js";
import type { Graph, Node } from "../graph/graph.js";
import { describeType, type Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { channelSums } from "./convolution-gradient.js";
import { required, typeError } from "./infer.js";
import { builtWithout } from "./lacking.js";
import type { Operator, VjpContext } from "./operator.js";

const defaultEpsilon = 1e-5;
const defaultMomentum = 0.9;

/** `[channels]` as `[channels, 1, …]`, to stretch over `like`. */
function overChannels(g: Graph, perChannel: Value, like: Value): Value {
	const ones = like.dims.slice(2).map(() => 1);
	return ones.length === 0 ? perChannel : g.op("Reshape", [perChannel, g.integers([...perChannel.dims, ...ones])]);
}

/** Per channel: the factor 1 / √(variance + ε). */
function inverseDeviation({ g, attributes }: VjpContext, variance: Value): Value {
	const epsilon = g.scalar(numberOf(attributes, "epsilon", defaultEpsilon), variance);
	return g.op("Div", [g.scalar(1, variance), g.op("Sqrt", [g.op("Add", [variance, epsilon])])]);
}

/** a x + b with a and b per channel, in one pass over x: normalisation of what has mean 0 and variance 1. */
function affine(g: Graph, x: Value, a: Value, b: Value): Value {
	const [zero, one] = [g.op("Sub", [a, a]), g.constant(ones(a))];
	return g.op("BatchNormalization", [x, a, b, zero, one], { epsilon: float(0) });
}

function ones({ type, dims }: Value): Parameters<Graph["constant"]>[0] {
	const data = Array.from({ length: elementCount(dims) }, () => 1);
	return type === "double"
		? { type, dims, data: Float64Array.from(data) }
		: { type: "float", dims, data: Float32Array.from(data) };
}

/** Elements of a channel in one image from which on a product for each is faster than a pass that multiplies them all. */
const elementsAProduct = 256;

/** Σ a b over everything but channels of `[batch, channels, …]`: `[channels]`. */
function channelProducts(g: Graph, a: Value, b: Value): Value {
	const [batch = 1, channels = 1, ...spatial] = a.dims;
	const count = elementCount(spatial);
	if (a.type !== "float" || count < elementsAProduct) return channelSums(g, g.op("Mul", [a, b]));
	const rows = [a, b].map((value) => g.op("Reshape", [value, g.integers([batch * channels, 1, count])]));
	const products = g.op("FusedMatMul", rows, { transB: int(1) });
	return channelSums(g, g.op("Reshape", [products, g.integers([batch, channels])]));
}

/**
 * The rule. Write x̂ = (x − μ) s with s = 1 / √(σ² + ε), and M for the elements of a channel: dβ = Σ dy, dγ = Σ dy x̂,
 * and with given μ and σ² dx = γ s dy, dμ = −γ s dβ, dσ² = −½ γ s² dγ. Where μ and σ² are the batch's own,
 * dx = γ s (dy − dβ / M − x̂ dγ / M), and y does not depend on the running ones.
 */
function vjp(context: VjpContext): ReturnType<Exclude<Operator["vjp"], string>> {
	const { g, inputs, outputs, dy, attributes } = context;
	const [x, scale] = [required(inputs, 0), required(inputs, 1)];
	const training = numberOf(attributes, "training_mode", 0) === 1;
	const mean = required(training ? outputs : inputs, training ? 1 : 3);
	const inverse = inverseDeviation(context, required(training ? outputs : inputs, training ? 2 : 4));
	// Made when first asked for, and once.
	let sums: { readonly dScale: Value; readonly dBias: Value } | undefined;
	const channelGradients = (): { readonly dScale: Value; readonly dBias: Value } => {
		if (sums !== undefined) return sums;
		const dBias = channelSums(g, dy);
		const raw = g.op("Sub", [channelProducts(g, dy, x), g.op("Mul", [mean, dBias])]);
		return (sums = { dScale: g.op("Mul", [raw, inverse]), dBias });
	};
	// The factor comes last: a convolution that gave x takes it into its weights.
	const inputGradient = (): Value => {
		const factor = overChannels(g, g.op("Mul", [scale, inverse]), dy);
		if (!training) return g.op("Mul", [dy, factor]);
		const { dScale, dBias } = channelGradients();
		const share = g.scalar(-(x.dims[1] ?? 1) / elementCount(x.dims), scale);
		const slope = g.op("Mul", [share, g.op("Mul", [dScale, inverse])]);
		const offset = g.op("Sub", [g.op("Mul", [share, dBias]), g.op("Mul", [slope, mean])]);
		return g.op("Mul", [g.op("Add", [dy, affine(g, x, slope, offset)]), factor]);
	};
	const meanGradient = (): Value =>
		g.op("Neg", [g.op("Mul", [g.op("Mul", [scale, inverse]), channelGradients().dBias])]);
	const varianceGradient = (): Value => {
		const half = g.op("Mul", [scale, g.scalar(-0.5, scale)]);
		return g.op("Mul", [g.op("Mul", [half, channelGradients().dScale]), g.op("Mul", [inverse, inverse])]);
	};
	return [
		inputGradient,
		() => channelGradients().dScale,
		() => channelGradients().dBias,
		training ? "none" : meanGradient,
		training ? "none" : varianceGradient,
	];
}

/**
 * γ (x − μ) / √(σ² + ε) + β with mean and variance of the batch, towards which the running ones move; `undefined` for a
 * node that uses the running ones.
 */
function trainingForm(g: Graph, { inputs, attributes }: Node): readonly Value[] | undefined {
	if (numberOf(attributes, "training_mode", 0) === 0) return undefined;
	const [x, scale, bias] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
	const axes = g.integers(x.dims.flatMap((_, axis) => (axis === 1 ? [] : [axis])));
	const meanOf = (value: Value): Value => g.op("ReduceMean", [value, axes], { keepdims: int(0) });
	const mean = meanOf(x);
	const centred = g.op("Sub", [x, overChannels(g, mean, x)]);
	const variance = meanOf(g.op("Mul", [centred, centred]));
	const epsilon = g.scalar(numberOf(attributes, "epsilon", defaultEpsilon), variance);
	const factor = g.op("Div", [scale, g.op("Sqrt", [g.op("Add", [variance, epsilon])])]);
	const scaled = g.op("Mul", [centred, overChannels(g, factor, x)]);
	const momentum = numberOf(attributes, "momentum", defaultMomentum);
	const moved = (running: Value, current: Value): Value =>
		g.op("Add", [
			g.op("Mul", [running, g.scalar(momentum, running)]),
			g.op("Mul", [current, g.scalar(1 - momentum, current)]),
		]);
	return [
		g.op("Add", [scaled, overChannels(g, bias, x)]),
		...(momentum === 0 ? [mean, variance] : [moved(required(inputs, 3), mean), moved(required(inputs, 4), variance)]),
	];
}

export const batchNorm = {
	BatchNormalization: {
		infer: (inputs, attributes) => {
			const x = required(inputs, 0);
			const perChannel = [1, 2, 3, 4].map((index) => required(inputs, index));
			const wrong = perChannel.find(({ dims }) => dims.length !== 1 || dims[0] !== x.dims[1]);
			if (wrong !== undefined || x.dims.length < 2) {
				const expected = `an input [batch, channels, …] and vectors of its channels`;
				throw typeError("BatchNormalization", expected, `${describeType(x)} and ${describeType(wrong)}`);
			}
			const [, , mean, variance] = perChannel.map(({ type, dims }) => ({ type, dims, optional: true }) as const);
			const same = { type: x.type, dims: x.dims };
			const training = numberOf(attributes, "training_mode", 0) === 1;
			return training && mean !== undefined && variance !== undefined ? [same, mean, variance] : [same];
		},
		vjp,
		state: [3, 4],
		// Batch statistics in place of the running ones, which move towards them: the mean, and as PyTorch does it the
		// unbiased variance. Statistics that are computed, or that no step carries on, are an operand like any other. Of a
		// layer that was chosen to stay as it is, the statistics stay too; one without weights of its own is as all others.
		train: (g, inputs, attributes, { batchStatistics, trainsAll, trains, carries, setState }) => {
			const [scale, bias] = [required(inputs, 1), required(inputs, 2)];
			const [runningMean, runningVariance] = [required(inputs, 3), required(inputs, 4)];
			const carried = carries(runningMean) && carries(runningVariance);
			if (!batchStatistics || !carried || !(trainsAll || trains(scale) || trains(bias))) {
				return g.ops("BatchNormalization", inputs, attributes);
			}
			// With a momentum of 0 the node gives the batch's own statistics. ONNX Runtime writes them over the running ones
			// that it was given, so it is given others, of which nothing is used.
			const forms = { ...attributes, training_mode: int(1), momentum: float(0) };
			const unused = [g.op("Sub", [scale, scale]), g.op("Mul", [scale, scale])];
			const outputs = g.ops("BatchNormalization", [inputs[0], scale, bias, ...unused], forms);
			const momentum = numberOf(attributes, "momentum", defaultMomentum);
			const x = required(inputs, 0);
			const count = elementCount(x.dims) / (x.dims[1] ?? 1);
			const moved = (running: Value, current: Value, unbiased: number): Value =>
				g.op("Add", [
					g.op("Mul", [running, g.scalar(momentum, running)]),
					g.op("Mul", [current, g.scalar((1 - momentum) * unbiased, current)]),
				]);
			setState(runningMean, moved(runningMean, required(outputs, 1), 1));
			setState(runningVariance, moved(runningVariance, required(outputs, 2), count / Math.max(1, count - 1)));
			return outputs.slice(0, 1);
		},
		lower: builtWithout("BatchNormalization in training", trainingForm),
		cases: [
			{
				inputs: [{ dims: [2, 3, 4, 5] }, { dims: [3] }, { dims: [3] }, { dims: [3] }, { dims: [3], from: 0.5, to: 2 }],
			},
			{
				inputs: [{ dims: [3, 2, 4, 3] }, { dims: [2] }, { dims: [2] }, { dims: [2] }, { dims: [2], from: 0.5, to: 2 }],
				attributes: { training_mode: int(1), momentum: float(0), epsilon: float(0.01) },
			},
			{
				inputs: [{ dims: [6, 3] }, { dims: [3] }, { dims: [3] }, { dims: [3] }, { dims: [3], from: 0.5, to: 2 }],
				attributes: { training_mode: int(1), momentum: float(0), epsilon: float(0.01) },
			},
		],
	},
} as const satisfies Record<string, Operator>;
