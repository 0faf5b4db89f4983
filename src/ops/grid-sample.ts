/** Reading an image at the points of a grid. Source: ONNX operator specification, GridSample-20. */
import { int, numberOf, text } from "../graph/attributes.js";
import { describeType, type Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { chosen, required, typeError } from "./infer.js";
import type { Operator, OperatorCase, VjpContext } from "./operator.js";
import { cast, scaled } from "./rules.js";
import { type Axis, imageGradient, interpolations, paddings, pointGradients, product, type Taken } from "./sampling.js";
import { reshape, sliceAlong } from "./selection.js";

/** The derivative of a coordinate by the grid. */
const scaleOf = ({ size, alignCorners }: Axis): number => (alignCorners ? size - 1 : size) / 2;

/** From −1 … 1 to positions: in the order of ONNX Runtime's operations, so that both round alike. */
function position({ g, size, alignCorners }: Axis, normal: Value): Value {
	const shifted = g.op("Add", [normal, g.scalar(1, normal)]);
	if (alignCorners) return scaled(g, shifted, (size - 1) / 2);
	return scaled(g, g.op("Sub", [scaled(g, shifted, size), g.scalar(1, normal)]), 0.5);
}

/** Every tap of a node's points; `[batch, points]` each. */
function tapsOf({ g, inputs, attributes }: VjpContext): {
	readonly axes: readonly Axis[];
	readonly taps: readonly Taken[];
} {
	const [x, grid] = [required(inputs, 0), required(inputs, 1)];
	const [batch = 1, , ...spatial] = x.dims;
	const points = elementCount(grid.dims.slice(1, -1));
	const padding = chosen("GridSample", attributes, "padding_mode", "zeros", paddings);
	const interpolate = chosen("GridSample", attributes, "mode", "linear", interpolations);
	const alignCorners = numberOf(attributes, "align_corners", 0) === 1;
	const axes = spatial.map((size): Axis => ({ g, size, alignCorners }));
	const flat = cast(g, reshape(g, grid, [batch, points, spatial.length]), x.type);
	const taps = axes.map((axis, number) => {
		// The grid's first number is the place along the last axis.
		const component = spatial.length - 1 - number;
		const normal = reshape(g, sliceAlong(g, flat, 2, component, component + 1), [batch, points]);
		return interpolate(axis, padding, position(axis, normal));
	});
	return { axes, taps: product(axes, taps) };
}

/** d grid: the gradient of the points, in the grid's order of axes. */
function gridGradient({ g, inputs, dy }: VjpContext, axes: readonly Axis[], taps: readonly Taken[]): Value {
	const [x, grid] = [required(inputs, 0), required(inputs, 1)];
	const components = pointGradients(g, x, dy, taps).map((one, index) => {
		const axis = axes[index];
		return reshape(g, axis === undefined ? one : scaled(g, one, scaleOf(axis)), [...one.dims, 1]);
	});
	const joined = g.op("Concat", components.reverse(), { axis: int(2) });
	return cast(g, reshape(g, joined, grid.dims), grid.type);
}

const names = (table: Readonly<Record<string, unknown>>): readonly string[] => Object.keys(table);

const infer: Operator["infer"] = (inputs, attributes) => {
	const [x, grid] = [required(inputs, 0), required(inputs, 1)];
	chosen("GridSample", attributes, "padding_mode", "zeros", paddings);
	const rank = x.dims.length - 2;
	const isCubic = chosen("GridSample", attributes, "mode", "linear", interpolations) === interpolations.cubic;
	const fits = x.dims.length === grid.dims.length && x.dims[0] === grid.dims[0] && grid.dims.at(-1) === rank;
	if (fits && (rank === 2 || (rank === 3 && !isCubic))) {
		return [{ type: x.type, dims: [...x.dims.slice(0, 2), ...grid.dims.slice(1, -1)] }];
	}
	const expected =
		"an input [batch, channels, height, width] or, unless mode is cubic, [batch, channels, depth, height, width], " +
		"and a grid [batch, …, 2] or [batch, …, 3]";
	throw typeError("GridSample", expected, `${describeType(x)} and ${describeType(grid)}`);
};

/** Points inside and outside, none where a tap changes. */
const cases: readonly OperatorCase[] = [
	...names(interpolations).flatMap((mode) =>
		names(paddings).flatMap((padding) =>
			[0, 1].map((align) => ({
				inputs: [{ dims: [2, 2, 3, 4] }, { dims: [2, 2, 3, 2], from: -2.5, to: 2.5, distinct: true }],
				attributes: { mode: text(mode), padding_mode: text(padding), align_corners: int(align) },
			})),
		),
	),
	...["linear", "nearest"].map((mode) => ({
		inputs: [{ dims: [1, 2, 2, 3, 4] }, { dims: [1, 2, 2, 1, 3], from: -1.3, to: 1.3, distinct: true }],
		attributes: { mode: text(mode) },
	})),
];

export const gridSample = {
	GridSample: {
		infer,
		vjp: (context) => {
			let found: ReturnType<typeof tapsOf> | undefined;
			const made = (): ReturnType<typeof tapsOf> => (found ??= tapsOf(context));
			return [
				() => imageGradient(context.g, required(context.inputs, 0), context.dy, made().taps),
				() => gridGradient(context, made().axes, made().taps),
			];
		},
		cases,
	},
} as const satisfies Record<string, Operator>;
