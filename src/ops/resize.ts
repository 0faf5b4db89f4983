/** Interpolation along axes as products with constant matrices. Source: ONNX operator specification, Resize-19. */
import { type Attributes, float, int, ints, numberOf, numbersOf, text } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { chosen, constantIntegers, normalAxis, required, typeError } from "./infer.js";
import type { Operator } from "./operator.js";
import { reshape, sequence, withSize } from "./selection.js";

type Inputs = readonly (Value | undefined)[];

/** How one axis is resized. */
interface AxisResize {
	readonly from: number;
	readonly to: number;
	/** Output elements for each input element, in single precision as ONNX Runtime takes it. */
	readonly scale: number;
}

const halfPixel = (place: number, { scale }: AxisResize): number =>
	Math.fround(Math.fround((place + 0.5) / scale) - 0.5);

/** Where an output element lies among the input's. */
const coordinateModes: Readonly<Record<string, (place: number, axis: AxisResize) => number>> = {
	half_pixel: halfPixel,
	pytorch_half_pixel: (place, axis) => (axis.to > 1 ? halfPixel(place, axis) : 0),
	asymmetric: (place, { scale }) => Math.fround(place / scale),
	align_corners: (place, { from, to }) => (to === 1 ? 0 : Math.fround((place * (from - 1)) / (to - 1))),
};

const nearestModes: Readonly<Record<string, (at: number) => number>> = {
	round_prefer_floor: (at) => Math.ceil(at - 0.5),
	round_prefer_ceil: (at) => Math.floor(at + 0.5),
	floor: Math.floor,
	ceil: Math.ceil,
};

type Weights = readonly (readonly [position: number, weight: number])[];

/** The input elements that make an output element at `at`, by weight. */
const interpolations: Readonly<Record<string, (at: number, last: number, attributes: Attributes) => Weights>> = {
	nearest: (at, last, attributes) => {
		const round = chosen("Resize", attributes, "nearest_mode", "round_prefer_floor", nearestModes);
		return [[Math.min(Math.max(round(at), 0), last), 1]];
	},
	linear: (at, last) => {
		const within = Math.min(Math.max(at, 0), last);
		const low = Math.floor(within);
		return low === last
			? [[last, 1]]
			: [
					[low, low + 1 - within],
					[low + 1, within - low],
				];
	},
};

/** The matrix [to × from] of y = M x along an axis, row after row. */
function interpolationMatrix(axis: AxisResize, attributes: Attributes): Float32Array<ArrayBuffer> {
	const coordinate = chosen("Resize", attributes, "coordinate_transformation_mode", "half_pixel", coordinateModes);
	const weigh = chosen("Resize", attributes, "mode", "nearest", interpolations);
	const matrix = new Float32Array(axis.to * axis.from);
	for (const place of sequence(axis.to)) {
		for (const [position, weight] of weigh(coordinate(place, axis), axis.from - 1, attributes)) {
			matrix[place * axis.from + position] = weight;
		}
	}
	return matrix;
}

/** Attributes whose other values change the matrix in ways that no exporter of classifiers writes. */
function refuseVariants(attributes: Attributes): void {
	chosen("Resize", attributes, "coordinate_transformation_mode", "half_pixel", coordinateModes);
	chosen("Resize", attributes, "nearest_mode", "round_prefer_floor", nearestModes);
	chosen("Resize", attributes, "mode", "nearest", interpolations);
	chosen("Resize", attributes, "keep_aspect_ratio_policy", "stretch", { stretch: true });
	for (const name of ["antialias", "exclude_outside"]) {
		if (numberOf(attributes, name, 0) !== 0) throw typeError("Resize", `${name} 0`, "another");
	}
}

/** The numbers of an optional input; none where it is absent or, as older exporters write it, empty. */
function given(value: Value | undefined): readonly number[] | undefined {
	if (value === undefined || value.dims.includes(0)) return undefined;
	return constantIntegers(value, "Resize");
}

/** How every axis is resized. */
function axesOf(inputs: Inputs, attributes: Attributes): readonly AxisResize[] {
	const { dims } = required(inputs, 0);
	const [scales, sizes] = [given(inputs[2]), given(inputs[3])];
	const named = numbersOf(attributes, "axes", sequence(dims.length));
	const axes = named.map((axis) => normalAxis(axis, dims.length));
	const numbers = scales ?? sizes ?? [];
	if (numbers.length !== axes.length) {
		throw typeError("Resize", `scales or sizes for ${axes.length} axes`, `[${numbers.join()}]`);
	}
	return dims.map((from, axis) => {
		const index = axes.indexOf(axis);
		const number = index === -1 ? undefined : numbers[index];
		if (number === undefined) return { from, to: from, scale: 1 };
		if (scales !== undefined) return { from, to: Math.floor(from * number), scale: number };
		return { from, to: number, scale: Math.fround(number / from) };
	});
}

/** Mᵀ dy along an axis. */
function shrink(g: Graph, dy: Value, axis: number, resize: AxisResize, attributes: Attributes): Value {
	const { from, to } = resize;
	const dims = withSize(dy.dims, axis, from);
	const [lead, trail] = [elementCount(dims.slice(0, axis)), elementCount(dims.slice(axis + 1))];
	const data = interpolationMatrix(resize, attributes);
	if (trail === 1) {
		const matrix = g.constant({ type: "float", dims: [to, from], data });
		return reshape(g, g.op("MatMul", [reshape(g, dy, [lead, to]), matrix]), dims);
	}
	const transposed = Float32Array.from(data, (_, index) => data[(index % to) * from + Math.floor(index / to)] ?? 0);
	const matrix = g.constant({ type: "float", dims: [from, to], data: transposed });
	return reshape(g, g.op("MatMul", [matrix, reshape(g, dy, [lead, to, trail])]), dims);
}

export const resize = {
	// y = M x along each axis, so dx = Mᵀ dy along each
	Resize: {
		infer: (inputs, attributes) => {
			refuseVariants(attributes);
			return [{ type: required(inputs, 0).type, dims: axesOf(inputs, attributes).map(({ to }) => to) }];
		},
		vjp: ({ g, inputs, dy, attributes }) => {
			const axes = axesOf(inputs, attributes);
			// ONNX Runtime copies where no size changes, whatever the scales.
			const changes = axes.some(({ from, to }) => from !== to);
			const changed = axes.map(({ from, to, scale }) => changes && (from !== to || scale !== 1));
			return [
				() =>
					axes.reduce(
						(left, one, axis) => (changed[axis] === true ? shrink(g, left, axis, one, attributes) : left),
						dy,
					),
				// The region is read by a mode that is refused.
				"none",
			];
		},
		cases: [
			{
				inputs: [{ dims: [1, 2, 3, 4] }, { dims: [8] }, { dims: [4], from: 2, to: 2, fixed: true }],
				precision: "float",
			},
			{
				inputs: [{ dims: [1, 2, 2, 3] }, undefined, undefined, { dims: [4], integers: [1, 2, 5, 4] }],
				attributes: { mode: text("linear") },
				precision: "float",
			},
			{
				inputs: [{ dims: [1, 2, 3, 4] }, undefined, undefined, { dims: [2], integers: [6, 2] }],
				attributes: { axes: ints([2, 3]), coordinate_transformation_mode: text("asymmetric") },
				precision: "float",
			},
			{
				inputs: [{ dims: [2, 1, 3] }, undefined, undefined, { dims: [3], integers: [2, 1, 7] }],
				attributes: {
					mode: text("linear"),
					coordinate_transformation_mode: text("align_corners"),
					antialias: int(0),
					cubic_coeff_a: float(-0.75),
				},
				precision: "float",
			},
		],
	},
} as const satisfies Record<string, Operator>;
