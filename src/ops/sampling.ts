/**
 * Reading an image at any points.
 *
 * y_p = Σ_t w_t(p) x[i_t(p)] over the taps t around the point p: the product of the taps along each axis. So
 * dx[i_t(p)] += w_t(p) dy_p, and dp = Σ_t ∂w_t(p)/∂p · dy_p x[i_t(p)].
 */
import { int, ints, text } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { integerTensor } from "./fold-shape.js";
import { cast, oneMinus, positive, scaled } from "./rules.js";
import { reshape, sequence, zerosLike } from "./selection.js";

/** An axis of the input. */
export interface Axis {
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
export interface Padding {
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

export const paddings = {
	zeros: { place: (_axis, at) => ({ at }), zero: true },
	border: { place: clamped, zero: false },
	reflection: { place: reflected, zero: false },
} as const satisfies Record<string, Padding>;

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
export const interpolations = {
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
} as const satisfies Record<string, Taps>;

/** The taps of all points around them, `[batch, points]` each, with the derivatives of their weights. */
export interface Taken {
	/** Which element of a channel. */
	readonly index: Value;
	readonly weight: Value;
	/** By the coordinate along each spatial axis; 0 where absent. */
	readonly slopes: readonly (Value | undefined)[];
}

/** The products of the taps along every axis. */
export function product(axes: readonly Axis[], taps: readonly (readonly Tap[])[]): readonly Taken[] {
	const [g] = axes.map((axis) => axis.g);
	if (g === undefined) return [];
	const multiplied = (a: Value, b: Value): Value => g.op("Mul", [a, b]);
	return taps.reduce<readonly Taken[]>((before, along, number) => {
		const axis = axes[number];
		return along.flatMap(({ index, weight, slope }): readonly Taken[] => {
			if (before.length === 0) return [{ index, weight, slopes: [slope] }];
			return before.map((outer) => ({
				index: g.op("Add", [multiplied(outer.index, g.scalar(axis?.size ?? 1, index)), index]),
				weight: multiplied(outer.weight, weight),
				slopes: [
					...outer.slopes.map((one) => one && multiplied(one, weight)),
					slope && multiplied(outer.weight, slope),
				],
			}));
		});
	}, []);
}

/** dx: each point's dy goes to its taps by their weights. ScatterElements adds in order. */
export function imageGradient(g: Graph, x: Value, dy: Value, taps: readonly Taken[]): Value {
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

/** What the taps read, `[batch, points, channels]`, one after the other. */
export function readTaps(g: Graph, x: Value, taps: readonly Taken[]): readonly Value[] {
	const [batch = 1, channels = 1, ...spatial] = x.dims;
	const size = elementCount(spatial);
	const channelsLast = g.op("Transpose", [reshape(g, x, [batch, channels, size])], { perm: ints([0, 2, 1]) });
	const elements = reshape(g, channelsLast, [batch * size, channels]);
	const bases = g.constant(integerTensor([batch, 1], sequence(batch, 0, size)));
	return taps.map(({ index }) => g.op("Gather", [elements, g.op("Add", [index, bases])]));
}

/** The gradients of the points along each axis, `[batch, points]`: what each tap reads, times dy, by its slope. */
export function pointGradients(g: Graph, x: Value, dy: Value, taps: readonly Taken[]): readonly Value[] {
	const [batch = 1, channels = 1, ...spatial] = x.dims;
	const points = elementCount(dy.dims.slice(2));
	const rows = g.op("Transpose", [reshape(g, dy, [batch, channels, points])], { perm: ints([0, 2, 1]) });
	const terms = readTaps(g, x, taps).map((read, tap) => {
		const along = g.op("ReduceSum", [g.op("Mul", [read, rows]), g.integers([2])], { keepdims: int(0) });
		return taps[tap]?.slopes.map((slope) => slope && g.op("Mul", [along, slope])) ?? [];
	});
	return spatial.map((_, axis) => {
		const along = terms.flatMap((one) => one[axis] ?? []);
		return along.length === 0 ? zerosLike(g, rows, [batch, points]) : g.op("Sum", along);
	});
}
