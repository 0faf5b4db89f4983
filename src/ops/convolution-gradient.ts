/**
 * The gradient of a convolution's weights, in the formulation that is fastest for its shape. Measured on two cores with
 * `npm run bench -- convolution`.
 */
import { int, ints } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value, ValueType } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import type { Geometry } from "./convolution-geometry.js";
import { batchLast, batchToEnd, channelsLast, pad, positions } from "./convolution-windows.js";

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

/** A way to compute dw, in any shape that has its elements in order. */
interface Formulation {
	/** Whether it can, and is faster than those after it. */
	readonly suits: (correlation: Correlation) => boolean;
	readonly build: (correlation: Correlation) => Value;
}

/** The first that suits is taken. */
const formulations = {
	gathered: {
		suits: ({ geometry, channels, outputs, windows, taps }) =>
			geometry.group === 1 &&
			channels >= gatheredChannels &&
			// With one tap nothing is copied; but the products of the images, before they are summed, should be no larger.
			(taps > 1 || outputs * channels > windows * (outputs + channels)),
		build: gathered,
	},
	paired: {
		suits: ({ geometry, batch, channels, outputs, taps }) =>
			geometry.group === channels &&
			geometry.group === outputs &&
			tilingOf(geometry).elements <= pairsACopy * taps * batch,
		build: paired,
	},
	stacked: {
		// What is transposed should be no more than what is cut, which strides make slow without it.
		suits: ({ geometry: { strides, spatial }, channels, outputs, windows, taps }) =>
			outputs * windows + channels * elementCount(spatial) <=
			channels * taps * windows * (strides.some((stride) => stride > 1) ? 3 : 1),
		build: stacked,
	},
	sliced: { suits: () => true, build: sliced },
} as const satisfies Record<string, Formulation>;

/** The name of a formulation of the weight gradient. */
export type FormulationName = keyof typeof formulations;

/**
 * The gradient of a convolution's weights, `[outputs, channels / group, …kernel]`.
 *
 * @param x - the input, `[batch, channels, …spatial]`.
 * @param dy - the gradient of the output, `[batch, outputs, …output]`.
 * @param name - the formulation, for measurements: one that the geometry allows.
 */
export function weightGradient(g: Graph, x: Value, dy: Value, geometry: Geometry, name?: FormulationName): Value {
	const [batch = 1, channels = 1] = x.dims;
	const outputs = dy.dims[1] ?? 1;
	const { output, kernel, group } = geometry;
	const windows = elementCount(output);
	const taps = elementCount(kernel);
	const correlation: Correlation = { g, x, dy, geometry, batch, channels, outputs, windows, taps };
	const fastest = Object.values(formulations).find(({ suits }) => suits(correlation)) ?? formulations.sliced;
	const { build } = name === undefined ? fastest : formulations[name];
	return g.op("Reshape", [build(correlation), g.integers([outputs, channels / group, ...kernel])]);
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

/** Bytes of windows that are cut at a time: what stays in the cache of one core; more where each part has nodes of its own. */
const windowBytes = { scanned: 2 ** 20, unrolled: 2 ** 23 };

/**
 * With channels last, a window is `taps` runs of channels: one Gather cuts all windows, one product with dy sums over
 * them. A few images at a time, so that the windows are still in the cache when they are used.
 */
function gathered(correlation: Correlation): Value {
	const { g, x, dy, geometry, batch, channels, outputs, windows, taps } = correlation;
	const { pixels, places } = channelsLast(g, x, geometry);
	const bytes = g.hasLoops ? windowBytes.scanned : windowBytes.unrolled;
	// As many images as their windows stay within that.
	const images = largestDivisor(batch, Math.floor(bytes / (windows * taps * channels * 4)));
	const parts = batch / images;
	const product = (h: Graph, some: Value, gradients: Value): Value => {
		const cut = h.op("Gather", [some, places], { axis: int(1) });
		const columns = h.op("Reshape", [cut, h.integers([images * windows, taps * channels])]);
		return h.op("MatMul", [gradients, columns]);
	};
	const inputs = g.op("Reshape", [pixels, g.integers([parts, images, pixels.dims[1] ?? 1, channels])]);
	const byImage = g.op("Reshape", [dy, g.integers([parts, images, outputs, windows])]);
	const byOutput = g.op("Transpose", [byImage], { perm: ints([0, 2, 1, 3]) });
	const gradients = g.op("Reshape", [byOutput, g.integers([parts, outputs, images * windows])]);
	const type: ValueType = { type: x.type, dims: [outputs, taps * channels] };
	const sum = summed(g, [inputs, gradients], type, product);
	const byTap = g.op("Reshape", [sum, g.integers([outputs, taps, channels])]);
	return g.op("Transpose", [byTap], { perm: ints([0, 2, 1]) });
}

/** The largest divisor of `whole` that is no more than `most`; at least 1. */
function largestDivisor(whole: number, most: number): number {
	const upTo = Math.max(1, Math.min(whole, most));
	return Array.from({ length: upTo }, (_, less) => upTo - less).find((part) => whole % part === 0) ?? 1;
}

/** Σ_i f(a_i, b_i) over the first axis of both: as a Scan, which copies no part, if there are several and it runs there. */
function summed(
	g: Graph,
	[a, b]: readonly [Value, Value],
	type: ValueType,
	f: (body: Graph, a: Value, b: Value) => Value,
): Value {
	const count = a.dims[0] ?? 1;
	const only = (all: Value): Value => g.op("Reshape", [all, g.integers(all.dims.slice(1))]);
	if (count === 1) return f(g, only(a), only(b));
	if (!g.hasLoops) {
		const at = (all: Value, index: number): Value => g.op("Gather", [all, g.scalar(index, { type: "int64" })]);
		const terms = Array.from({ length: count }, (_, index) => f(g, at(a, index), at(b, index)));
		return terms.reduce((sum, term) => g.op("Add", [sum, term]));
	}
	const body = g.body();
	const scope = g.fresh("parts");
	const sum = body.input(`${scope}/sum`, type);
	const part = (name: string, all: Value): Value =>
		body.input(`${scope}/${name}`, { type: all.type, dims: all.dims.slice(1) });
	const next = body.op("Add", [sum, f(body, part("a", a), part("b", b))]);
	const inside = body.toOnnx(scope, [[next.name, next]]);
	const zero = g.op("Expand", [g.scalar(0, type), g.integers(type.dims)]);
	const [total = zero] = g.add("Scan", "", [zero, a, b], [type], {
		body: { kind: "graph", value: inside },
		num_scan_inputs: int(2),
	});
	return total;
}

/** More pairs of a window and an element, for each image and tap, cost more than a copy of the images for every tap. */
const pairsACopy = 0.7;

/** Windows of a tile: a matrix that a product takes at full speed, and no more pairs than that. */
const tileWindows = 64;

/** Rows of windows, along the first spatial axis, in equal tiles. */
interface Tiling {
	/** Rows of the input that a tile's windows lie in. */
	readonly inputRows: number;
	/** The first of them, of every tile. */
	readonly starts: readonly number[];
	/** Windows of a tile. */
	readonly windows: number;
	/** Elements of its rows of the input, in one channel. */
	readonly elements: number;
}

function tilingOf({ spatial, output, kernel, strides, dilations, pads }: Geometry): Tiling {
	const [size = 1, rows = 1, stride = 1, pad = 0] = [spatial[0], output[0], strides[0], pads[0]];
	const across = elementCount(output.slice(1));
	const tileRows = largestDivisor(rows, Math.floor(tileWindows / across));
	const reach = (tileRows - 1) * stride + ((kernel[0] ?? 1) - 1) * (dilations[0] ?? 1) + 1;
	const inputRows = Math.min(size, reach);
	// Windows that reach over an edge: the tile begins inside all the same.
	const starts = Array.from({ length: rows / tileRows }, (_, tile) =>
		Math.max(0, Math.min(size - inputRows, tile * tileRows * stride - pad)),
	);
	return { inputRows, starts, windows: tileRows * across, elements: inputRows * elementCount(spatial.slice(1)) };
}

/**
 * For depthwise kernels, and images that are small beside the batch. G[c,p,q] = Σ_n dy[n,c,p] x[n,c,q] is one product
 * over the batch as it lies in memory; dw[c,k] = Σ_p G[c,p,s p + d k − pad] adds up those of its elements that a tap
 * joins. Where images are larger, p and q run over the windows of a few rows and over what lies under them.
 */
function paired({ g, x, dy, geometry, batch, channels, windows, taps }: Correlation): Value {
	const tiling = tilingOf(geometry);
	const { starts, inputRows, elements } = tiling;
	const tiles = starts.length;
	const rows = starts.flatMap((start) => Array.from({ length: inputRows }, (_, row) => start + row));
	const whole = rows.length === geometry.spatial[0] && tiles === 1;
	const cut = whole ? x : g.op("Gather", [x, g.integers(rows)], { axis: int(2) });
	const byTile = (value: Value, size: number): Value =>
		g.op("Reshape", [value, g.integers([batch, channels * tiles, size])]);
	const operands = [byTile(dy, tiling.windows), byTile(cut, elements)];
	const type = { type: x.type, dims: [channels * tiles, tiling.windows, elements] };
	const attributes = { transA: int(1), transBatchA: int(1), transBatchB: int(1) };
	const [product = x] = g.add("FusedMatMul", "com.microsoft", operands, [type], attributes);
	const { places, inside } = joinedPairs(geometry, tiling);
	const joined = g.op(
		"Gather",
		[
			g.op("Reshape", [product, g.integers([channels, windows * elements])]),
			g.constant({ type: "int32", dims: [taps, windows], data: places }),
		],
		{ axis: int(1) },
	);
	const counted = g.op("Mul", [joined, g.constant({ type: "float", dims: [taps, windows], data: inside })]);
	return sumOver(g, counted, [2]);
}

/** For every tap and window, the place of their pair in a channel's product, and whether there is one, 1 or 0. */
function joinedPairs(
	{ spatial, output, kernel, strides, dilations, pads }: Geometry,
	{ starts, windows: windowsOfTile, elements }: Tiling,
): { readonly places: Int32Array; readonly inside: Float32Array } {
	const windows = positions(output);
	const count = elementCount(kernel) * windows.length;
	const [places, inside] = [new Int32Array(count), new Float32Array(count)];
	for (const [tap, offset] of positions(kernel).entries()) {
		for (const [window, index] of windows.entries()) {
			const under = index.map(
				(at, axis) => at * (strides[axis] ?? 1) + (offset[axis] ?? 0) * (dilations[axis] ?? 1) - (pads[axis] ?? 0),
			);
			if (under.some((at, axis) => at < 0 || at >= (spatial[axis] ?? 1))) continue;
			const start = starts[Math.floor(window / windowsOfTile)] ?? 0;
			const element = under.reduce(
				(place, at, axis) => place * (spatial[axis] ?? 1) + at - (axis === 0 ? start : 0),
				0,
			);
			places[tap * windows.length + window] = window * elements + element;
			inside[tap * windows.length + window] = 1;
		}
	}
	return { places, inside };
}

/**
 * For few channels and groups. With the batch last, one Gather cuts all windows as runs of the whole batch, and one product
 * for each group sums over windows and images.
 */
function stacked({ g, x, dy, geometry, batch, channels, outputs, windows, taps }: Correlation): Value {
	const { group } = geometry;
	const { pixels, places } = batchLast(g, x, geometry);
	const grouped = (value: Value, rows: number): Value =>
		g.op("Reshape", [value, g.integers([group, rows / group, windows * batch])]);
	const columns = grouped(g.op("Gather", [pixels, places], { axis: int(1) }), channels * taps);
	return g.op("FusedMatMul", [grouped(batchToEnd(g, dy), outputs), columns], { transB: int(1) });
}

/** For few channels, groups and kernels of one element: a shifted copy of the input for every tap, then one product. */
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
