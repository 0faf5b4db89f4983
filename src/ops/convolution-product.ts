/**
 * Convolutions of few windows and many channels as one product of matrices over the whole batch. A convolution kernel
 * reads all weights for every image, and in training puts them in another order first; where an image has few windows,
 * that costs more than the arithmetic. Measured with one thread by `npm run bench -- convolution`.
 */
import { int, ints } from "../graph/attributes.js";
import type { Graph, Node } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { type Geometry, geometryOf } from "./convolution-geometry.js";
import { channelsLast, positions } from "./convolution-windows.js";
import { required } from "./infer.js";

/** Rows of the product for each output channel, up to which it is faster than a kernel for convolutions. */
const rowsAnOutput = { forward: 1, backward: 2, backwardFromStrides: 8 };

/** `Conv` as a product, where that is faster; `undefined` elsewhere. */
export function productConvolution(g: Graph, node: Node): readonly Value[] | undefined {
	const [x, w, bias] = [required(node.inputs, 0), required(node.inputs, 1), node.inputs[2]];
	const geometry = geometryOf(x, w, node.attributes);
	const { kernel, group, output } = geometry;
	const [batch = 1, channels = 1] = x.dims;
	const [outputs = 1] = w.dims;
	const [windows, taps] = [elementCount(output), elementCount(kernel)];
	// Of a single window under a larger kernel most taps may lie in the padding.
	const suits = group === 1 && batch * windows <= rowsAnOutput.forward * outputs && (taps === 1 || windows > 1);
	if (x.type !== "float" || !suits) return undefined;
	const { pixels, places } = channelsLast(g, x, geometry);
	const isWhole = taps === 1 && pixels.dims[1] === windows;
	const cut = isWhole ? pixels : g.op("Gather", [pixels, places], { axis: int(1) });
	const rows = g.op("Reshape", [cut, g.integers([batch * windows, taps * channels])]);
	const byChannel = g.op("Reshape", [w, g.integers([outputs, channels, taps])]);
	const byTap = taps === 1 ? byChannel : g.op("Transpose", [byChannel], { perm: ints([0, 2, 1]) });
	const weights = g.op("Reshape", [byTap, g.integers([outputs, taps * channels])]);
	const y = g.op("Gemm", bias === undefined ? [rows, weights] : [rows, weights, bias], { transB: int(1) });
	return [channelsFirst(g, y, [batch, windows, outputs], output)];
}

/** Whether {@link productInputGradient} is faster than a convolution that runs backwards. */
export function suitsProductGradient({ dims }: Value, { kernel, strides, group, output }: Geometry): boolean {
	const [batch = 1, outputs = 1] = dims;
	const isDense = strides.every((stride) => stride === 1) && elementCount(kernel) > 1;
	const rows = outputs * (isDense ? rowsAnOutput.backward : rowsAnOutput.backwardFromStrides);
	return group === 1 && batch * elementCount(output) <= rows;
}

/**
 * dx of y = conv(x, w): what each window gives to each of its taps, as one product, and the sum of what meets in a pixel,
 * as another with a matrix of zeros and ones.
 *
 * @param dy - `[batch, outputs, …output]`, of a convolution without groups.
 * @param w - `[outputs, channels, …kernel]`.
 */
export function productInputGradient(g: Graph, w: Value, dy: Value, geometry: Geometry): Value {
	const { output, kernel, spatial } = geometry;
	const [batch = 1, outputs = 1] = dy.dims;
	const channels = w.dims[1] ?? 1;
	const [windows, taps, pixels] = [elementCount(output), elementCount(kernel), elementCount(spatial)];
	const byImage = g.op("Reshape", [dy, g.integers([batch, outputs, windows])]);
	const byWindow = g.op("Transpose", [byImage], { perm: ints([0, 2, 1]) });
	const rows = g.op("Reshape", [byWindow, g.integers([batch * windows, outputs])]);
	const given = g.op("MatMul", [rows, g.op("Reshape", [w, g.integers([outputs, channels * taps])])]);
	const meeting = meetingPlaces(geometry);
	if (meeting === undefined) return channelsFirst(g, given, [batch, windows, channels], spatial);
	const byPair = g.op("Reshape", [given, g.integers([batch, windows, channels, taps])]);
	const byChannel = g.op("Transpose", [byPair], { perm: ints([0, 2, 1, 3]) });
	const flat = g.op("Reshape", [byChannel, g.integers([batch * channels, windows * taps])]);
	const places = g.constant({ type: "float", dims: [windows * taps, pixels], data: meeting });
	return g.op("Reshape", [g.op("MatMul", [flat, places]), g.integers([batch, channels, ...spatial])]);
}

/** `[windows × taps, pixels]`: 1 where a tap of a window lies on a pixel; `undefined` for one tap on every pixel. */
function meetingPlaces({ output, kernel, spatial, strides, dilations, pads }: Geometry): Float32Array | undefined {
	const pixels = elementCount(spatial);
	const taps = positions(kernel);
	const meeting = new Float32Array(elementCount(output) * taps.length * pixels);
	for (const [window, index] of positions(output).entries()) {
		for (const [tap, offset] of taps.entries()) {
			const under = index.map(
				(at, axis) => at * (strides[axis] ?? 1) + (offset[axis] ?? 0) * (dilations[axis] ?? 1) - (pads[axis] ?? 0),
			);
			if (under.some((at, axis) => at < 0 || at >= (spatial[axis] ?? 1))) continue;
			const pixel = under.reduce((place, at, axis) => place * (spatial[axis] ?? 1) + at, 0);
			meeting[(window * taps.length + tap) * pixels + pixel] = 1;
		}
	}
	const isIdentity = taps.length === 1 && output.join() === spatial.join() && pads.every((size) => size === 0);
	return isIdentity ? undefined : meeting;
}

/** `[batch × windows, channels]` as an image. */
function channelsFirst(
	g: Graph,
	rows: Value,
	[batch, windows, channels]: readonly [number, number, number],
	spatial: readonly number[],
): Value {
	const byWindow = g.op("Reshape", [rows, g.integers([batch, windows, channels])]);
	const byChannel = g.op("Transpose", [byWindow], { perm: ints([0, 2, 1]) });
	return g.op("Reshape", [byChannel, g.integers([batch, channels, ...spatial])]);
}
