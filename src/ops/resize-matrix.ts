/**
 * Interpolation along an axis as a matrix, as ONNX Runtime computes it. Source: ONNX operator specification, Resize-19.
 */
import { type Attributes, numberOf } from "../graph/attributes.js";
import { chosen } from "./infer.js";
import { sequence } from "./selection.js";

/** How one axis is resized. */
export interface AxisResize {
	readonly from: number;
	readonly to: number;
	/** Output elements for each input element, in single precision as ONNX Runtime takes it. */
	readonly scale: number;
	/** The part of the axis that is taken, from 0 to 1, where the mode of coordinates takes one. */
	readonly region: readonly [start: number, end: number];
}

const { fround } = Math;

const halfPixel = (place: number, { scale }: AxisResize): number => fround(fround((place + 0.5) / scale) - 0.5);

/** Where an output element lies among the input's. */
export const coordinateModes: Readonly<Record<string, (place: number, axis: AxisResize) => number>> = {
	half_pixel: halfPixel,
	pytorch_half_pixel: (place, axis) => (axis.to > 1 ? halfPixel(place, axis) : 0),
	half_pixel_symmetric: (place, axis) => {
		const { from, to, scale } = axis;
		const adjustment = fround(to / fround(scale * from));
		return fround(fround((from / 2) * fround(1 - adjustment)) + halfPixel(place, axis));
	},
	asymmetric: (place, { scale }) => fround(place / scale),
	align_corners: (place, { from, to }) => (to === 1 ? 0 : fround((place * (from - 1)) / (to - 1))),
	tf_half_pixel_for_nn: (place, { scale }) => fround((place + 0.5) / scale),
	tf_crop_and_resize: (place, { from, to, region: [start, end] }) => {
		if (to === 1) return fround(0.5 * (start + end) * (from - 1));
		return fround(start * (from - 1) + (place * (end - start) * (from - 1)) / (to - 1));
	},
};

export const nearestModes: Readonly<Record<string, (at: number) => number>> = {
	round_prefer_floor: (at) => Math.ceil(at - 0.5),
	round_prefer_ceil: (at) => Math.floor(at + 0.5),
	floor: Math.floor,
	ceil: Math.ceil,
};

/** Positions, perhaps outside of the input, and their weights. */
type Weights = readonly (readonly [position: number, weight: number])[];

/** The weight of an element at a distance, and the distance from which on it is 0. */
interface Kernel {
	readonly reach: number;
	readonly weight: (distance: number, attributes: Attributes) => number;
}

/** Kernels of the modes that take means. Cubic: Keys 1981. */
const kernels = {
	linear: { reach: 1, weight: (distance) => Math.max(0, 1 - distance) },
	cubic: {
		reach: 2,
		weight: (d, attributes) => {
			const a = numberOf(attributes, "cubic_coeff_a", -0.75);
			if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
			return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
		},
	},
} as const satisfies Record<string, Kernel>;

/** Weights by distance, of a kernel that is widened where fewer elements come out and `antialias` is set. */
function weightsOf({ reach, weight }: Kernel, at: number, axis: AxisResize, attributes: Attributes): Weights {
	const narrow = numberOf(attributes, "antialias", 0) === 1 ? Math.min(axis.scale, 1) : 1;
	const [first, last] = [Math.floor(at - reach / narrow) + 1, Math.ceil(at + reach / narrow) - 1];
	const weights = sequence(last - first + 1, first).map(
		(position) => [position, weight(Math.abs(position - at) * narrow, attributes)] as const,
	);
	const inside = ([position]: readonly [number, number]): boolean => position >= 0 && position < axis.from;
	const counted = numberOf(attributes, "exclude_outside", 0) === 1 ? weights.filter(inside) : weights;
	const sum = counted.reduce((total, [, one]) => total + one, 0);
	return counted.map(([position, one]) => [position, one / sum]);
}

/** The input elements that make an output element at `at`, by weight. */
export const interpolations: Readonly<
	Record<string, (at: number, axis: AxisResize, attributes: Attributes) => Weights>
> = {
	nearest: (at, _axis, attributes) => {
		const round = chosen("Resize", attributes, "nearest_mode", "round_prefer_floor", nearestModes);
		return [[round(at), 1]];
	},
	linear: (at, axis, attributes) => weightsOf(kernels.linear, at, axis, attributes),
	cubic: (at, axis, attributes) => weightsOf(kernels.cubic, at, axis, attributes),
};

/** The matrix [to × from] of y = M x along an axis, row after row. What is outside counts as the border. */
export function interpolationMatrix(axis: AxisResize, attributes: Attributes): Float32Array<ArrayBuffer> {
	const mode = chosen("Resize", attributes, "coordinate_transformation_mode", "half_pixel", coordinateModes);
	const weigh = chosen("Resize", attributes, "mode", "nearest", interpolations);
	const last = axis.from - 1;
	const matrix = new Float32Array(axis.to * axis.from);
	for (const place of sequence(axis.to)) {
		const at = mode(place, axis);
		// A constant stands there.
		if (mode === coordinateModes["tf_crop_and_resize"] && (at < 0 || at > last)) continue;
		for (const [position, weight] of weigh(at, axis, attributes)) {
			const index = place * axis.from + Math.min(Math.max(position, 0), last);
			matrix[index] = (matrix[index] ?? 0) + weight;
		}
	}
	return matrix;
}
