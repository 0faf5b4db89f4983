/** Convolutions. Source: ONNX operator specification, Conv (opset 11, 22) and ConvTranspose (opset 11, 22). */
import { type Attributes, int, ints, text } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import { describeType, sameDims, type Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { blockedConvolution } from "./convolution-blocked.js";
import { type Geometry, geometryOf, transposedGeometryOf } from "./convolution-geometry.js";
import { channelSums, weightGradient } from "./convolution-gradient.js";
import { productConvolution, productInputGradient, suitsProductGradient } from "./convolution-product.js";
import { required, typeError } from "./infer.js";
import type { Operator, OperatorCase } from "./operator.js";

/** The attributes of a convolution with this geometry. */
function attributesOf({ strides, pads, dilations, kernel, group }: Geometry): Attributes {
	return {
		strides: ints(strides),
		pads: ints(pads),
		dilations: ints(dilations),
		kernel_shape: ints(kernel),
		group: int(group),
	};
}

/** Weights `[outputs, inputs / group, …kernel]` for the convolution that runs backwards: turned over, in and out swapped. */
function reversedWeights(g: Graph, w: Value, { group, kernel }: Geometry): Value {
	const [outputs = 1, inputs = 1] = w.dims;
	const size = kernel.reduce((product, side) => product * side, 1);
	const groups = g.op("Reshape", [w, g.integers([group, outputs / group, inputs, size])]);
	const backwards = Array.from({ length: size }, (_, at) => size - 1 - at);
	const turned = size === 1 ? groups : g.op("Gather", [groups, g.integers(backwards)], { axis: int(3) });
	const swapped = g.op("Transpose", [turned], { perm: ints([0, 2, 1, 3]) });
	return g.op("Reshape", [swapped, g.integers([group * inputs, outputs / group, ...kernel])]);
}

/** dL/dx of y = conv(x, w): the transposed convolution of dy, as a plain one where strides allow it (it is faster). */
function inputGradient(g: Graph, x: Value, w: Value, dy: Value, geometry: Geometry): Value {
	const { strides, kernel, dilations, pads, spatial, output } = geometry;
	if (suitsProductGradient(dy, geometry)) return productInputGradient(g, w, dy, geometry);
	const rank = kernel.length;
	const reach = kernel.map((side, axis) => (side - 1) * (dilations[axis] ?? 1));
	const backPads = pads.map((pad, at) => (reach[at % rank] ?? 0) - pad);
	if (strides.every((stride) => stride === 1) && backPads.every((pad) => pad >= 0)) {
		return g.op("Conv", [dy, reversedWeights(g, w, geometry)], attributesOf({ ...geometry, pads: backPads }));
	}
	// What the last window did not reach.
	const outputPadding = spatial.map((size, axis) => {
		const reached = ((output[axis] ?? 1) - 1) * (strides[axis] ?? 1) + (reach[axis] ?? 0) + 1;
		return size + (pads[axis] ?? 0) + (pads[axis + rank] ?? 0) - reached;
	});
	const dx = g.op("ConvTranspose", [dy, w], { ...attributesOf(geometry), output_padding: ints(outputPadding) });
	return dx.dims.length === x.dims.length ? dx : g.op("Reshape", [dx, g.integers(x.dims)]);
}

/** A gradient of outputs: `dy` is `of`, times a factor for each channel where there is one. */
interface ScaledGradient {
	readonly of: Value;
	/** `[channels, 1]`. */
	readonly factor?: Value;
}

/** A gradient without the factor of each channel that a normalisation gave it at last, if weights are fewer than it. */
function withoutFactor(g: Graph, dy: Value, w: Value): ScaledGradient {
	const product = g.producerOf(dy);
	const [of, factor] = product?.opType === "Mul" ? product.inputs : [];
	const isFewer = 2 * elementCount(w.dims) < elementCount(dy.dims);
	if (of === undefined || factor === undefined || !isFewer || !sameDims(of.dims, dy.dims)) return { of: dy };
	const [, channels = 1, ...spatial] = dy.dims;
	const isPerChannel = sameDims(factor.dims, [channels, ...spatial.map(() => 1)]);
	return isPerChannel ? { of, factor: g.op("Reshape", [factor, g.integers([channels, 1])]) } : { of: dy };
}

/** What has a row for each channel, its rows times their factors. */
function timesFactor(g: Graph, x: Value, factor: Value | undefined): Value {
	if (factor === undefined) return x;
	const rows = g.op("Reshape", [x, g.integers([x.dims[0] ?? 1, -1])]);
	return g.op("Reshape", [g.op("Mul", [rows, factor]), g.integers(x.dims)]);
}

const convolutionCases: readonly OperatorCase[] = (
	[
		{ inputs: [{ dims: [2, 3, 5, 5] }, { dims: [4, 3, 3, 3] }, { dims: [4] }] },
		{ inputs: [{ dims: [2, 3, 5, 5] }, { dims: [4, 3, 3, 3] }], attributes: { pads: ints([1, 1, 1, 1]) } },
		{
			inputs: [{ dims: [2, 3, 6, 7] }, { dims: [4, 3, 3, 2] }],
			attributes: { pads: ints([1, 0, 2, 1]), strides: ints([2, 3]) },
		},
		{
			inputs: [{ dims: [1, 2, 7, 8] }, { dims: [3, 2, 3, 3] }],
			attributes: { pads: ints([2, 2, 1, 2]), dilations: ints([2, 2]) },
		},
		{
			inputs: [{ dims: [2, 4, 5, 5] }, { dims: [6, 2, 3, 3] }],
			attributes: { group: int(2), strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) },
		},
		{
			inputs: [{ dims: [2, 4, 5, 6] }, { dims: [4, 1, 3, 3] }, { dims: [4] }],
			attributes: { group: int(4), pads: ints([1, 1, 1, 1]) },
		},
		{ inputs: [{ dims: [2, 3, 5, 5] }, { dims: [4, 3, 1, 1] }], attributes: { strides: ints([2, 2]) } },
		{ inputs: [{ dims: [2, 3, 9] }, { dims: [4, 3, 3] }], attributes: { pads: ints([1, 1]), strides: ints([2]) } },
		{ inputs: [{ dims: [2, 17, 4, 4] }, { dims: [3, 17, 3, 3] }], attributes: { pads: ints([1, 1, 1, 1]) } },
		{ inputs: [{ dims: [1, 2, 4, 4, 3] }, { dims: [2, 2, 2, 2, 2] }] },
		{
			inputs: [{ dims: [1, 2, 5, 5] }, { dims: [2, 2, 3, 3] }],
			attributes: { auto_pad: { kind: "string", value: "SAME_UPPER" }, strides: ints([2, 2]) },
		},
	] as const satisfies readonly OperatorCase[]
).map((one) => ({ ...one, precision: "float" }));

const transposedCases: readonly OperatorCase[] = (
	[
		{ inputs: [{ dims: [2, 3, 4, 4] }, { dims: [3, 2, 3, 3] }, { dims: [2] }] },
		{
			inputs: [{ dims: [2, 3, 4, 3] }, { dims: [3, 2, 3, 3] }],
			attributes: { strides: ints([2, 2]), pads: ints([1, 1, 1, 1]), output_padding: ints([1, 1]) },
		},
		{ inputs: [{ dims: [1, 4, 3, 3] }, { dims: [4, 2, 2, 2] }], attributes: { group: int(2), strides: ints([2, 2]) } },
		{ inputs: [{ dims: [2, 3, 5] }, { dims: [3, 2, 3] }], attributes: { dilations: ints([2]) } },
		{
			inputs: [{ dims: [1, 2, 3, 3] }, { dims: [2, 2, 3, 3] }],
			attributes: { strides: ints([3, 2]), output_shape: ints([10, 8]) },
		},
		...["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"].map((auto) => ({
			inputs: [{ dims: [1, 2, 4, 4] }, { dims: [2, 3, 3, 3] }],
			attributes: { strides: ints([2, 2]), output_shape: ints([8, 6]), auto_pad: text(auto) },
		})),
	] as const satisfies readonly OperatorCase[]
).map((one) => ({ ...one, precision: "float" }));

function requireBias(bias: Value | undefined, channels: number): void {
	if (bias === undefined || (bias.dims.length === 1 && bias.dims[0] === channels)) return;
	throw typeError("bias of a convolution", `[${String(channels)}]`, describeType(bias));
}

/** `Conv` in its fastest form on a machine that has been measured. */
const loweredConvolution: Operator["lower"] = (g, node, target) =>
	target.channelBlock === undefined ? undefined : (productConvolution(g, node) ?? blockedConvolution(g, node, target));

export const convolution = {
	// y[n,o,p] = Σ_{c,k} w[o,c,k] x[n,c,s p + d k − pad] + b[o], so
	// dx is the transposed convolution of dy; dw[o,c,k] = Σ_{n,p} dy[n,o,p] x[n,c,s p + d k − pad]; db[o] = Σ_{n,p} dy[n,o,p]
	Conv: {
		infer: (inputs, attributes) => {
			const [x, w] = [required(inputs, 0), required(inputs, 1)];
			const { output } = geometryOf(x, w, attributes);
			requireBias(inputs[2], w.dims[0] ?? 1);
			return [{ type: x.type, dims: [x.dims[0] ?? 1, w.dims[0] ?? 1, ...output] }];
		},
		vjp: ({ g, inputs, dy, attributes }) => {
			const [x, w] = [required(inputs, 0), required(inputs, 1)];
			const geometry = geometryOf(x, w, attributes);
			// A factor for each channel of dy is one for each row of the weights, of which there are fewer.
			const { of, factor } = withoutFactor(g, dy, w);
			return [
				() => inputGradient(g, x, timesFactor(g, w, factor), of, geometry),
				() => timesFactor(g, weightGradient(g, x, of, geometry), factor),
				() => timesFactor(g, channelSums(g, of), factor),
			];
		},
		lower: loweredConvolution,
		cases: convolutionCases,
	},
	// The adjoint of Conv: dx = conv(dy, w), and dw is Conv's with x and dy in each other's place
	ConvTranspose: {
		infer: (inputs, attributes) => {
			const [x, w] = [required(inputs, 0), required(inputs, 1)];
			const { spatial, group } = transposedGeometryOf(x, w, attributes);
			const channels = (w.dims[1] ?? 1) * group;
			requireBias(inputs[2], channels);
			return [{ type: x.type, dims: [x.dims[0] ?? 1, channels, ...spatial] }];
		},
		vjp: ({ g, inputs, dy, attributes }) => {
			const [x, w] = [required(inputs, 0), required(inputs, 1)];
			const geometry = transposedGeometryOf(x, w, attributes);
			return [
				() => g.op("Conv", [dy, w], attributesOf(geometry)),
				() => weightGradient(g, dy, x, geometry),
				() => channelSums(g, dy),
			];
		},
		cases: transposedCases,
	},
} as const satisfies Record<string, Operator>;
