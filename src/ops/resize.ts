/** Interpolation along axes as products with constant matrices. Source: ONNX operator specification, Resize-19. */
import { type Attributes, float, int, ints, numberOf, numbersOf, text, textOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { chosen, constantIntegers, normalAxis, required, typeError } from "./infer.js";
import type { Operator } from "./operator.js";
import {
	type AxisResize,
	coordinateModes,
	interpolationMatrix,
	interpolations,
	nearestModes,
} from "./resize-matrix.js";
import { reshape, sequence, withSize } from "./selection.js";

type Inputs = readonly (Value | undefined)[];

/** Which of the scales of all axes they have in common; none where each has its own. */
const aspectPolicies: Readonly<Record<string, ((scales: readonly number[]) => number) | "own">> = {
	stretch: "own",
	not_larger: (scales) => Math.min(...scales),
	not_smaller: (scales) => Math.max(...scales),
};

/** Refuses what ONNX Runtime does not run, and what nobody knows. */
function refuseVariants(attributes: Attributes): void {
	chosen("Resize", attributes, "coordinate_transformation_mode", "half_pixel", coordinateModes);
	chosen("Resize", attributes, "nearest_mode", "round_prefer_floor", nearestModes);
	chosen("Resize", attributes, "mode", "nearest", interpolations);
	const mode = textOf(attributes, "mode", "nearest");
	const modes = { antialias: ["linear", "cubic"], exclude_outside: ["cubic"] };
	for (const [name, allowed] of Object.entries(modes)) {
		if (numberOf(attributes, name, 0) === 0 || allowed.includes(mode)) continue;
		throw typeError("Resize", `mode ${allowed.join(" or ")} with ${name}`, mode);
	}
}

/** The numbers of an optional input; none where it is absent or, as older exporters write it, empty. */
function given(value: Value | undefined): readonly number[] | undefined {
	if (value === undefined || value.dims.includes(0)) return undefined;
	return constantIntegers(value, "Resize");
}

/** Whether the coordinates are those of a part of the input. */
const takesRegion = (attributes: Attributes): boolean =>
	textOf(attributes, "coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize";

/** The size and the scale of axes of sizes `from`. */
function sizesOf(
	from: readonly number[],
	inputs: Inputs,
	attributes: Attributes,
): readonly Pick<AxisResize, "to" | "scale">[] {
	const [scales, sizes] = [given(inputs[2]), given(inputs[3])];
	const numbers = scales ?? sizes ?? [];
	if (numbers.length !== from.length) {
		throw typeError("Resize", `scales or sizes for ${from.length} axes`, `[${numbers.join()}]`);
	}
	const both = numbers.map((number, index) => ({ number, size: from[index] ?? 1 }));
	if (scales !== undefined) return both.map(({ number, size }) => ({ to: Math.floor(size * number), scale: number }));
	const own = both.map(({ number, size }) => ({ to: number, scale: Math.fround(number / size) }));
	const policy = chosen("Resize", attributes, "keep_aspect_ratio_policy", "stretch", aspectPolicies);
	if (policy === "own") return own;
	if (numbersOf(attributes, "axes", []).some((axis) => axis < 0)) {
		// ONNX Runtime resizes nothing then.
		throw typeError("Resize", "axes of 0 or more with keep_aspect_ratio_policy", "axes counted from the back");
	}
	const scale = policy(own.map((one) => one.scale));
	return from.map((size) => ({ to: Math.round(Math.fround(scale * size)), scale }));
}

/** How every axis is resized. */
function axesOf(inputs: Inputs, attributes: Attributes): readonly AxisResize[] {
	const { dims } = required(inputs, 0);
	const named = numbersOf(attributes, "axes", sequence(dims.length));
	const axes = named.map((axis) => normalAxis(axis, dims.length));
	const region = takesRegion(attributes) ? (given(inputs[1]) ?? []) : axes.flatMap(() => [0, 1]).sort();
	if (region.length !== 2 * axes.length) {
		throw typeError("Resize", `a region of ${2 * axes.length} numbers`, `[${region.join()}]`);
	}
	const from = axes.map((axis) => dims[axis] ?? 1);
	const resized = sizesOf(from, inputs, attributes).map((one, index) => ({
		...one,
		from: from[index] ?? 1,
		region: [region[index] ?? 0, region[index + axes.length] ?? 1] as const,
	}));
	return dims.map((size, axis) => {
		return resized[axes.indexOf(axis)] ?? { from: size, to: size, scale: 1, region: [0, 1] };
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
				takesRegion(attributes) ? undefined : "none",
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
				},
				precision: "float",
			},
			{
				inputs: [
					{ dims: [1, 1, 4, 5] },
					{ dims: [4], from: 0.2, to: 0.9, fixed: true },
					undefined,
					{ dims: [2], integers: [3, 4] },
				],
				attributes: {
					axes: ints([2, 3]),
					mode: text("linear"),
					coordinate_transformation_mode: text("tf_crop_and_resize"),
					extrapolation_value: float(2),
				},
				precision: "float",
			},
			...[0, 1].map((on) => ({
				inputs: [{ dims: [1, 2, 4, 5] }, undefined, undefined, { dims: [4], integers: [1, 2, 2, 7] }],
				attributes: {
					mode: text("cubic"),
					antialias: int(on),
					exclude_outside: int(on),
					cubic_coeff_a: float(on === 1 ? -0.5 : -0.75),
				},
				precision: "float" as const,
			})),
			...["not_larger", "not_smaller"].map((policy) => ({
				inputs: [{ dims: [1, 1, 4, 6] }, undefined, undefined, { dims: [2], integers: [3, 5] }],
				attributes: {
					axes: ints([2, 3]),
					mode: text("linear"),
					antialias: int(1),
					keep_aspect_ratio_policy: text(policy),
				},
				precision: "float" as const,
			})),
		],
	},
} as const satisfies Record<string, Operator>;
