/** The windows of a convolution, cut out of its input. */
import { ints } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import type { Geometry } from "./convolution-geometry.js";

/** An input whose windows one Gather over axis 1 cuts, as runs of channels. */
export interface ChannelsLast {
	/** `[batch, padded pixels, channels]`. */
	readonly pixels: Value;
	/** `[windows × taps]`, the pixel that lies under each tap of each window. */
	readonly places: Value;
}

/** An input `[batch, channels, …spatial]` with channels last and its padding around it. */
export function channelsLast(g: Graph, x: Value, geometry: Geometry): ChannelsLast {
	const [batch = 1, channels = 1] = x.dims;
	const lastChannel = [0, ...geometry.spatial.map((_, axis) => axis + 2), 1];
	const padded = pad(g, g.op("Transpose", [x], { perm: ints(lastChannel) }), geometry, 1);
	const pixelDims = padded.dims.slice(1, -1);
	const places = windowPlaces(geometry, pixelDims);
	return {
		pixels: g.op("Reshape", [padded, g.integers([batch, elementCount(pixelDims), channels])]),
		places: g.constant({ type: "int32", dims: [places.length], data: places }),
	};
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
export function positions(dims: readonly number[]): readonly (readonly number[])[] {
	return dims.reduce<readonly (readonly number[])[]>(
		(before, size) => before.flatMap((index) => Array.from({ length: size }, (_, at) => [...index, at])),
		[[]],
	);
}

/** Pads the spatial axes, which begin at `firstAxis`, with zeros. */
export function pad(g: Graph, x: Value, { pads, spatial }: Geometry, firstAxis: number): Value {
	if (pads.every((size) => size === 0)) return x;
	const rank = spatial.length;
	const before = x.dims.map((_, axis) => pads[axis - firstAxis] ?? 0);
	const after = x.dims.map((_, axis) => (axis >= firstAxis ? (pads[axis - firstAxis + rank] ?? 0) : 0));
	const spatialOnly = before.map((size, axis) => (axis - firstAxis < rank ? size : 0));
	return g.op("Pad", [x, g.integers([...spatialOnly, ...after])]);
}
