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
	const places = byWindow(geometry, pixelDims);
	return {
		pixels: g.op("Reshape", [padded, g.integers([batch, elementCount(pixelDims), channels])]),
		places: g.constant({ type: "int32", dims: [places.length], data: places }),
	};
}

/** An input whose windows one Gather over axis 1 cuts, as runs of the whole batch. */
export interface BatchLast {
	/** `[channels, padded pixels, batch]`. */
	readonly pixels: Value;
	/** `[taps × windows]`, the pixel that lies under each tap of each window. */
	readonly places: Value;
}

/** An input `[batch, channels, …spatial]` with the batch last and padding around its images. */
export function batchLast(g: Graph, x: Value, geometry: Geometry): BatchLast {
	const [batch = 1, channels = 1] = x.dims;
	const padded = pad(g, x, geometry, 2);
	const pixelDims = padded.dims.slice(2);
	const pixels = elementCount(pixelDims);
	const places = byTap(geometry, pixelDims);
	return {
		pixels: g.op("Reshape", [batchToEnd(g, padded), g.integers([channels, pixels, batch])]),
		places: g.constant({ type: "int32", dims: [places.length], data: places }),
	};
}

/** `[batch, …]` as `[elements of a sample, batch]`. */
export function batchToEnd(g: Graph, x: Value): Value {
	const [batch = 1, ...sample] = x.dims;
	const flat = g.op("Reshape", [x, g.integers([batch, elementCount(sample)])]);
	return g.op("Transpose", [flat], { perm: ints([1, 0]) });
}

/** For every window and tap, in that order, the pixel of the padded image that lies under it. */
function byWindow(geometry: Geometry, padded: readonly number[]): Int32Array {
	const taps = positions(geometry.kernel);
	return Int32Array.from(
		positions(geometry.output).flatMap((window) => taps.map(pixelUnder(geometry, padded, window))),
	);
}

/** For every tap and window, in that order, the pixel of the padded image that lies under it. */
function byTap(geometry: Geometry, padded: readonly number[]): Int32Array {
	const windows = positions(geometry.output).map((window) => pixelUnder(geometry, padded, window));
	return Int32Array.from(positions(geometry.kernel).flatMap((tap) => windows.map((under) => under(tap))));
}

/** The pixel of a padded image that lies under a tap of a window. */
function pixelUnder(
	{ strides, dilations }: Geometry,
	padded: readonly number[],
	window: readonly number[],
): (tap: readonly number[]) => number {
	const steps = padded.map((_, axis) => elementCount(padded.slice(axis + 1)));
	const first = window.reduce((sum, at, axis) => sum + at * (strides[axis] ?? 1) * (steps[axis] ?? 1), 0);
	return (tap) => tap.reduce((sum, at, axis) => sum + at * (dilations[axis] ?? 1) * (steps[axis] ?? 1), first);
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
