/**
 * The gradient of a convolution's weights, in the formulation that is fastest for its shape. Measured on two cores with
 * `npm run bench -- convolution`.
 */
import { int, ints } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import type { Geometry } from "./convolution-geometry.js";

/** What every formulation takes: dw[o,c,k] = Σ_{n,p} dy[n,o,p] x[n,c,s p + d k − pad]. */
interface Correlation {
	readonly g: Graph;
	/** `[batch, channels, …spatial]`. */
	readonly x: Value;
	/** `[batch, outputs, …output]`. */
	readonly dy: Value;
	readonly geometry: Geometry;
	readonly batch: number;
	readonly channels: number;
	readonly outputs: number;
	/** Windows of an image: the product of the output's sizes. */
	readonly windows: number;
	/** Elements of a window in one channel. */
	readonly taps: number;
}

/**
 * The gradient of a convolution's weights, `[outputs, channels / group, …kernel]`.
 *
 * @param x - the input, `[batch, channels, …spatial]`.
 * @param dy - the gradient of the output, `[batch, outputs, …output]`.
 */
export function weightGradient(g: Graph, x: Value, dy: Value, geometry: Geometry): Value {
	const [batch = 1, channels = 1] = x.dims;
	const outputs = dy.dims[1] ?? 1;
	const { output, kernel, group } = geometry;
	const windows = elementCount(output);
	const taps = elementCount(kernel);
	const correlation: Correlation = { g, x, dy, geometry, batch, channels, outputs, windows, taps };
	const dw = group === 1 && channels >= gatheredChannels ? gathered(correlation) : sliced(correlation);
	return g.op("Reshape", [dw, g.integers([outputs, channels / group, ...kernel])]);
}

/** The sum over everything but channels of `[batch, channels, …]`: `[channels]`. */
export function channelSums(g: Graph, x: Value): Value {
	// In two steps, since a sum over axes that lie apart is slow.
	const spatial = Array.from({ length: x.dims.length - 2 }, (_, axis) => axis + 2);
	const images = spatial.length === 0 ? x : sumOver(g, x, spatial);
	return sumOver(g, images, [0]);
}

const sumOver = (g: Graph, x: Value, axes: readonly number[]): Value =>
	g.op("ReduceSum", [x, g.integers(axes)], { keepdims: int(0) });

/** Fewer channels are too short a run to copy one by one. */
const gatheredChannels = 16;

/** Bytes of windows that are cut at a time: what stays in a cache. */
const windowBytes = 2 ** 23;

/**
 * With channels last, a window is `taps` runs of channels: one Gather cuts all windows, one product with dy sums over
 * them. A few images at a time, so that the windows are still in the cache when they are used.
 */
function gathered(correlation: Correlation): Value {
	const { g, x, dy, geometry, batch, channels, outputs, windows, taps } = correlation;
	const lastChannel = [0, ...geometry.spatial.map((_, axis) => axis + 2), 1];
	const padded = pad(g, g.op("Transpose", [x], { perm: ints(lastChannel) }), geometry, 1);
	const pixelDims = padded.dims.slice(1, -1);
	const places = g.constant({ type: "int32", dims: [windows * taps], data: windowPlaces(geometry, pixelDims) });
	const images = imagesAtATime(batch, windows * taps * channels * 4);
	const parts = batch / images;
	const product = (h: Graph, some: Value, gradients: Value): Value => {
		const cut = h.op("Gather", [some, places], { axis: int(1) });
		const columns = h.op("Reshape", [cut, h.integers([images * windows, taps * channels])]);
		return h.op("MatMul", [gradients, columns]);
	};
	const inputs = g.op("Reshape", [padded, g.integers([parts, images, elementCount(pixelDims), channels])]);
	const byImage = g.op("Reshape", [dy, g.integers([parts, images, outputs, windows])]);
	const byOutput = g.op("Transpose", [byImage], { perm: ints([0, 2, 1, 3]) });
	const gradients = g.op("Reshape", [byOutput, g.integers([parts, outputs, images * windows])]);
	const byTap = g.op("Reshape", [summed(g, inputs, gradients, product), g.integers([outputs, taps, channels])]);
	return g.op("Transpose", [byTap], { perm: ints([0, 2, 1]) });
}

/** The largest part of the batch whose windows stay within the cache. */
function imagesAtATime(batch: number, bytesAnImage: number): number {
	const most = Math.max(1, Math.floor(windowBytes / bytesAnImage));
	const fitting = Array.from({ length: Math.min(batch, most) }, (_, less) => Math.min(batch, most) - less);
	return fitting.find((count) => batch % count === 0) ?? 1;
}

/** Σ_i f(a_i, b_i) over the first axis of both, as a Loop where there are several. */
function summed(g: Graph, a: Value, b: Value, f: (body: Graph, a: Value, b: Value) => Value): Value {
	const count = a.dims[0] ?? 1;
	const only = (all: Value): Value => g.op("Reshape", [all, g.integers(all.dims.slice(1))]);
	if (count === 1) return f(g, only(a), only(b));
	const body = g.body();
	const scope = g.fresh("parts");
	const turn = body.input(`${scope}/turn`, { type: "int64", dims: [] });
	const condition = body.input(`${scope}/condition`, { type: "bool", dims: [] });
	const term = f(body, body.op("Gather", [a, turn]), body.op("Gather", [b, turn]));
	const sum = body.input(`${scope}/sum`, term);
	const next = body.op("Add", [sum, term]);
	const inside = body.toOnnx(scope, [
		[`${scope}/go_on`, condition],
		[next.name, next],
	]);
	const zero = g.op("Expand", [g.scalar(0, term), g.integers(term.dims)]);
	const always = g.constant({ type: "bool", dims: [], data: Uint8Array.of(1) });
	const [total = zero] = g.add("Loop", "", [g.scalar(count, { type: "int64" }), always, zero], [term], {
		body: { kind: "graph", value: inside },
	});
	return total;
}

/** For every window and tap, in that order, the pixel of the padded image that lies under it. */
function windowPlaces({ output, kernel, strides, dilations }: Geometry, padded: readonly number[]): Int32Array {
	const places = new Int32Array(elementCount(output) * elementCount(kernel));
	const steps = padded.map((_, axis) => elementCount(padded.slice(axis + 1)));
	let at = 0;
	for (const window of positions(output)) {
		for (const tap of positions(kernel)) {
			const pixel = window.map((w, axis) => w * (strides[axis] ?? 1) + (tap[axis] ?? 0) * (dilations[axis] ?? 1));
			places[at++] = pixel.reduce((sum, place, axis) => sum + place * (steps[axis] ?? 1), 0);
		}
	}
	return places;
}

/** Every index of a tensor of this shape, the last axis fastest. */
function positions(dims: readonly number[]): readonly (readonly number[])[] {
	return dims.reduce<readonly (readonly number[])[]>(
		(before, size) => before.flatMap((index) => Array.from({ length: size }, (_, at) => [...index, at])),
		[[]],
	);
}

/** Pads the spatial axes, which begin at `firstAxis`, with zeros. */
function pad(g: Graph, x: Value, { pads, spatial }: Geometry, firstAxis: number): Value {
	if (pads.every((size) => size === 0)) return x;
	const rank = spatial.length;
	const before = x.dims.map((_, axis) => pads[axis - firstAxis] ?? 0);
	const after = x.dims.map((_, axis) => (axis >= firstAxis ? (pads[axis - firstAxis + rank] ?? 0) : 0));
	const spatialOnly = before.map((size, axis) => (axis - firstAxis < rank ? size : 0));
	return g.op("Pad", [x, g.integers([...spatialOnly, ...after])]);
}

/** For few channels and for groups: a shifted copy of the input for every tap, then one product. */
function sliced({ g, x, dy, geometry, batch, channels, outputs, windows, taps }: Correlation): Value {
	const { output, kernel, strides, dilations, group } = geometry;
	const padded = pad(g, x, geometry, 2);
	const axes = g.integers(output.map((_, axis) => axis + 2));
	const shifted = positions(kernel).map((tap) => {
		const starts = tap.map((at, axis) => at * (dilations[axis] ?? 1));
		const ends = starts.map((start, axis) => start + ((output[axis] ?? 1) - 1) * (strides[axis] ?? 1) + 1);
		const slice = g.op("Slice", [padded, g.integers(starts), g.integers(ends), axes, g.integers(strides)]);
		return g.op("Reshape", [slice, g.integers([batch, channels, 1, windows])]);
	});
	const [only] = shifted;
	const columns = shifted.length === 1 && only !== undefined ? only : g.op("Concat", shifted, { axis: int(2) });
	const grouped = (value: Value, rows: number): Value =>
		g.op("Reshape", [value, g.integers([batch, group, rows / group, windows])]);
	const product = g.op("FusedMatMul", [grouped(dy, outputs), grouped(columns, channels * taps)], { transB: int(1) });
	return sumOver(g, product, [0]);
}
