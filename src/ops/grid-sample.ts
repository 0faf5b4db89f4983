/**
 * Reading an image at any coordinates. Source: ONNX operator specification, GridSample-20.
 *
 * y_p = Σ_t w_t(p) x[i_t(p)] over the taps t around the point p: the product of the taps along each axis. So
 * dx[i_t(p)] += w_t(p) dy_p, and d grid_p = Σ_t ∂w_t(p)/∂grid_p · dy_p x[i_t(p)].
 */
import { int, ints, numberOf, text } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import { describeType, type Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { integerTensor } from "./fold-shape.js";
import { chosen, required, typeError } from "./infer.js";
import type { Operator, OperatorCase, VjpContext } from "./operator.js";
import { cast, oneMinus, positive, scaled } from "./rules.js";
import { reshape, sequence, sliceAlong, zerosLike } from "./selection.js";

/** An axis of the input. */
interface Axis {
	readonly g: Graph;
	readonly size: number;
	/** Whether −1 and 1 are the middles of the outer elements, and not their outer edges. */
	readonly alignCorners: boolean;
}

/** A coordinate within the input, and its derivative by the coordinate that it was made of; 1 where absent. */
interface Placed {
	readonly at: Value;
	readonly slope?: Value;
}

/** An element of the input along an axis that points read, `[batch, points]` each. */
interface Tap {
	/** Its position, within the axis. */
	readonly index: Value;
	readonly weight: Value;
	/** The derivative of the weight by the coordinate; 0 where absent. */
	readonly slope: Value | undefined;
}

/** How an attribute `padding_mode` reads outside the input. */
interface Padding {
	readonly place: (axis: Axis, at: Value) => Placed;
	/** Whether what is still outside counts as 0. */
	readonly zero: boolean;
}

// As in PyTorch, nothing flows at the border itself.
const clamped = ({ g, size }: Axis, at: Value): Required<Placed> => ({
	at: g.op("Clip", [at, g.scalar(0, at), g.scalar(size - 1, at)]),
	slope: g.op("Mul", [positive(g, at), positive(g, g.op("Sub", [g.scalar(size - 1, at), at]))]),
});

/** Mirrored at the middles of the outer elements, or at their outer edges, as often as it takes. */
function reflected(axis: Axis, at: Value): Placed {
	const { g, size, alignCorners } = axis;
	const [low, span] = alignCorners ? [0, size - 1] : [-0.5, size];
	if (span === 0) return { at: zerosLike(g, at), slope: zerosLike(g, at) };
	const from = g.op("Sub", [at, g.scalar(low, at)]);
	const distance = g.op("Abs", [from]);
	const spans = g.op("Floor", [g.op("Div", [distance, g.scalar(span, at)])]);
	const rest = g.op("Sub", [distance, scaled(g, spans, span)]);
	const odd = g.op("Sub", [spans, scaled(g, g.op("Floor", [scaled(g, spans, 0.5)]), 2)]);
	const direction = oneMinus(g, scaled(g, odd, 2));
	const folded = g.op("Add", [g.op("Mul", [direction, rest]), scaled(g, odd, span)]);
	const inside = clamped(axis, g.op("Add", [folded, g.scalar(low, at)]));
	const turned = g.op("Mul", [g.op("Sign", [from]), direction]);
	return { at: inside.at, slope: g.op("Mul", [inside.slope, turned]) };
}

const paddings: Readonly<Record<string, Padding>> = {
	zeros: { place: (_axis, at) => ({ at }), zero: true },
	border: { place: clamped, zero: false },
	reflection: { place: reflected, zero: false },
};

/** The tap at a whole coordinate: without weight where it is outside and counts as 0. */
function tapAt({ g, size }: Axis, { zero }: Padding, at: Value, weight: Value, slope?: Value): Tap {
	const last = g.scalar(size - 1, at);
	const isInside = g.op("Equal", [g.op("Clip", [at, g.scalar(0, at), last]), at]);
	const inside = (value: Value): Value => (zero ? g.op("Where", [isInside, value, g.scalar(0, value)]) : value);
	const whole = cast(g, at, "int64");
	return {
		index: g.op("Clip", [whole, g.scalar(0, whole), g.scalar(size - 1, whole)]),
		weight: inside(weight),
		slope: slope && inside(slope),
	};
}

/** x³, x², x and 1 of the cubic's four taps, as polynomials of the part behind the second one. Source: Keys 1981, a = −0.75. */
const cubic: readonly (readonly [number, number, number, number])[] = [
	[-0.75, 1.5, -0.75, 0],
	[1.25, -2.25, 0, 1],
	[-1.25, 1.5, 0.75, 0],
	[0.75, -0.75, 0, 0],
];

/** Σ cᵢ x^(n − i), by Horner's rule. */
function polynomial(g: Graph, x: Value, [first = 0, ...rest]: readonly number[]): Value {
	return rest.reduce((sum, c) => g.op("Add", [g.op("Mul", [sum, x]), g.scalar(c, x)]), g.scalar(first, x));
}

type Taps = (axis: Axis, padding: Padding, at: Value) => readonly Tap[];

/** The taps of every point along an axis, by the attribute `mode`. */
const interpolations: Readonly<Record<string, Taps>> = {
	linear: (axis, padding, outer) => {
		const { g } = axis;
		const { at, slope: own } = padding.place(axis, outer);
		const low = g.op("Floor", [at]);
		const part = g.op("Sub", [at, low]);
		const slope = own ?? g.op("Expand", [g.scalar(1, at), g.integers(at.dims)]);
		return [
			tapAt(axis, padding, low, oneMinus(g, part), g.op("Neg", [slope])),
			tapAt(axis, padding, g.op("Add", [low, g.scalar(1, at)]), part, slope),
		];
	},
	nearest: (axis, padding, outer) => {
		const { at } = padding.place(axis, axis.g.op("Round", [outer]));
		return [tapAt(axis, padding, at, axis.g.op("Expand", [axis.g.scalar(1, at), axis.g.integers(at.dims)]))];
	},
	cubic: (axis, padding, outer) => {
		const { g } = axis;
		const low = g.op("Floor", [outer]);
		const part = g.op("Sub", [outer, low]);
		return cubic.map(([a, b, c, d], tap) => {
			const { at } = padding.place(axis, g.op("Add", [low, g.scalar(tap - 1, low)]));
			return tapAt(axis, padding, at, polynomial(g, part, [a, b, c, d]), polynomial(g, part, [3 * a, 2 * b, c]));
		});
	},
};

/** The taps of all points around them, with the derivatives of their weights by each axis's grid. */
interface Taken {
	/** Which element of a channel. */
	readonly index: Value;
	readonly weight: Value;
	/** By the grid of each spatial axis. */
	readonly slopes: readonly (Value | undefined)[];
}

/** The derivative of a coordinate by the grid. */
const scaleOf = ({ size, alignCorners }: Axis): number => (alignCorners ? size - 1 : size) / 2;

/** From −1 … 1 to positions: in the order of ONNX Runtime's operations, so that both round alike. */
function position({ g, size, alignCorners }: Axis, normal: Value): Value {
	const shifted = g.op("Add", [normal, g.scalar(1, normal)]);
	if (alignCorners) return scaled(g, shifted, (size - 1) / 2);
	return scaled(g, g.op("Sub", [scaled(g, shifted, size), g.scalar(1, normal)]), 0.5);
}

/** The products of the taps along every axis. */
function product(axes: readonly Axis[], taps: readonly (readonly Tap[])[]): readonly Taken[] {
	const [g] = axes.map((axis) => axis.g);
	if (g === undefined) return [];
	const multiplied = (a: Value, b: Value): Value => g.op("Mul", [a, b]);
	return taps.reduce<readonly Taken[]>((before, along, number) => {
		const axis = axes[number];
		return along.flatMap(({ index, weight, slope }): readonly Taken[] => {
			const own = slope && axis && scaled(g, slope, scaleOf(axis));
			if (before.length === 0) return [{ index, weight, slopes: [own] }];
			return before.map((outer) => ({
				index: g.op("Add", [multiplied(outer.index, g.scalar(axis?.size ?? 1, index)), index]),
				weight: multiplied(outer.weight, weight),
				slopes: [...outer.slopes.map((one) => one && multiplied(one, weight)), own && multiplied(outer.weight, own)],
			}));
		});
	}, []);
}

/** Every tap of a node's points; `[batch, points]` each. */
function tapsOf({ g, inputs, attributes }: VjpContext): readonly Taken[] {
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
	return product(axes, taps);
}

/** dx: each point's dy goes to its taps by their weights. ScatterElements adds in order. */
function imageGradient(g: Graph, x: Value, dy: Value, taps: readonly Taken[]): Value {
	const [batch = 1, channels = 1, ...spatial] = x.dims;
	const points = elementCount(dy.dims.slice(2));
	const rows = reshape(g, dy, [batch, channels, points]);
	const perChannel = (value: Value): Value => reshape(g, value, [batch, 1, points]);
	const joined = (values: readonly Value[]): Value => g.op("Concat", values, { axis: int(2) });
	const places = joined(taps.map(({ index }) => perChannel(index)));
	const everywhere = g.op("Expand", [places, g.integers([batch, channels, taps.length * points])]);
	const updates = joined(taps.map(({ weight }) => g.op("Mul", [rows, perChannel(weight)])));
	const zeros = zerosLike(g, dy, [batch, channels, elementCount(spatial)]);
	const sums = g.op("ScatterElements", [zeros, everywhere, updates], { axis: int(2), reduction: text("add") });
	return reshape(g, sums, x.dims);
}

/** d grid: what each tap reads, times dy, by the derivatives of its weight. */
function gridGradient(g: Graph, x: Value, grid: Value, dy: Value, taps: readonly Taken[]): Value {
	const [batch = 1, channels = 1, ...spatial] = x.dims;
	const [points, size] = [elementCount(dy.dims.slice(2)), elementCount(spatial)];
	const channelsLast = (value: Value, count: number): Value =>
		g.op("Transpose", [reshape(g, value, [batch, channels, count])], { perm: ints([0, 2, 1]) });
	const elements = reshape(g, channelsLast(x, size), [batch * size, channels]);
	const rows = channelsLast(dy, points);
	const bases = g.constant(integerTensor([batch, 1], sequence(batch, 0, size)));
	const terms = taps.map(({ index, slopes }) => {
		const read = g.op("Gather", [elements, g.op("Add", [index, bases])]);
		const along = g.op("ReduceSum", [g.op("Mul", [read, rows]), g.integers([2])], { keepdims: int(0) });
		return slopes.map((slope) => slope && g.op("Mul", [along, slope]));
	});
	const components = spatial.map((_, axis) => {
		const along = terms.flatMap((one) => one[axis] ?? []);
		return reshape(g, along.length === 0 ? zerosLike(g, rows, [batch, points]) : g.op("Sum", along), [
			batch,
			points,
			1,
		]);
	});
	const joined = g.op("Concat", components.reverse(), { axis: int(2) });
	return cast(g, reshape(g, joined, grid.dims), grid.type);
}

const names = (table: Readonly<Record<string, unknown>>): readonly string[] => Object.keys(table);

const infer: Operator["infer"] = (inputs, attributes) => {
	const [x, grid] = [required(inputs, 0), required(inputs, 1)];
	chosen("GridSample", attributes, "padding_mode", "zeros", paddings);
	const rank = x.dims.length - 2;
	const isCubic = chosen("GridSample", attributes, "mode", "linear", interpolations) === interpolations["cubic"];
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
			const { g, inputs, dy } = context;
			const [x, grid] = [required(inputs, 0), required(inputs, 1)];
			let made: readonly Taken[] | undefined;
			const taps = (): readonly Taken[] => (made ??= tapsOf(context));
			return [() => imageGradient(g, x, dy, taps()), () => gridGradient(g, x, grid, dy, taps())];
		},
		cases,
	},
} as const satisfies Record<string, Operator>;
