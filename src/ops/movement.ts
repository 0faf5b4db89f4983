/** Operators that join and part tensors. Source: ONNX operator specification, opset 21. */
import { type Attributes, int, numberOf, textOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import { describeType, sameDims, type Value } from "../graph/value.js";
import { elementAt, foldElements } from "./fold-shape.js";
import { constantIntegers, normalAxis, required, typeError } from "./infer.js";
import type { Operator } from "./operator.js";
import { padZeros, placeAlong, returnAlong, sequence, sliceAlong, withSize } from "./selection.js";

type Infer = Operator["infer"];
type Inputs = readonly (Value | undefined)[];

/** Where each of several sizes begins, and where the last one ends. */
function offsets(sizes: readonly number[]): readonly number[] {
	return sizes.reduce<readonly number[]>((found, size) => [...found, (found.at(-1) ?? 0) + size], [0]);
}

function concatAxis(inputs: Inputs, attributes: Attributes): number {
	return normalAxis(numberOf(attributes, "axis", 0), required(inputs, 0).dims.length);
}

const concatInfer: Infer = (inputs, attributes) => {
	const axis = concatAxis(inputs, attributes);
	const first = required(inputs, 0);
	const present = inputs.map((_, index) => required(inputs, index));
	const fits = ({ type, dims }: Value): boolean =>
		type === first.type && sameDims(withSize(dims, axis, 0), withSize(first.dims, axis, 0));
	if (present.every((one) => one.dims.length > axis && fits(one))) {
		const size = present.reduce((sum, { dims }) => sum + (dims[axis] ?? 0), 0);
		return [{ type: first.type, dims: withSize(first.dims, axis, size) }];
	}
	throw typeError("Concat", `inputs that differ along axis ${axis} only`, present.map(describeType).join(" and "));
};

/** The sizes of a Split's outputs: given, or as many equal ones as asked for, the last perhaps smaller. */
function splitSizes(inputs: Inputs, attributes: Attributes): readonly number[] {
	const x = required(inputs, 0);
	const size = x.dims[splitAxis(inputs, attributes)] ?? 0;
	const count = numberOf(attributes, "num_outputs", 0);
	const part = Math.ceil(size / count);
	// More parts than elements would be empty ones.
	const equal = (): readonly number[] =>
		count >= 1 && count <= size ? sequence(count).map((index) => Math.min(part, size - index * part)) : [];
	const sizes = inputs[1] === undefined ? equal() : constantIntegers(inputs[1], "split");
	// ONNX Runtime takes empty parts only where they are given.
	const least = inputs[1] === undefined ? 1 : 0;
	if (sizes.length > 0 && sizes.every((one) => one >= least) && offsets(sizes).at(-1) === size) return sizes;
	throw typeError("Split", `sizes that add up to ${size}`, `[${sizes.join()}]`);
}

function splitAxis(inputs: Inputs, attributes: Attributes): number {
	return normalAxis(numberOf(attributes, "axis", 0), required(inputs, 0).dims.length);
}

const splitInfer: Infer = (inputs, attributes) => {
	const { type, dims } = required(inputs, 0);
	const axis = splitAxis(inputs, attributes);
	return splitSizes(inputs, attributes).map((size) => ({ type, dims: withSize(dims, axis, size) }));
};

/** What a Slice takes of one axis: `count` positions from `start` on, `step` apart. */
interface Cut {
	readonly start: number;
	readonly step: number;
	readonly count: number;
}

function cutOf(size: number, start: number, end: number, step: number): Cut {
	if (step === 0) throw typeError("Slice", "a step other than 0", "0");
	const [lowest, highest] = step > 0 ? [0, size] : [-1, size - 1];
	const within = (at: number): number => Math.min(Math.max(at < 0 ? at + size : at, lowest), highest);
	const [from, to] = [within(start), within(end)];
	return { start: from, step, count: Math.max(0, Math.ceil((to - from) / step)) };
}

/** What a Slice takes of every axis. */
function cutsOf(inputs: Inputs): readonly Cut[] {
	const { dims } = required(inputs, 0);
	const given = (index: number, fallback: (axis: number) => number, count: number): readonly number[] => {
		const value = inputs[index];
		return value === undefined ? sequence(count).map(fallback) : constantIntegers(value, "Slice");
	};
	const starts = constantIntegers(required(inputs, 1), "starts");
	const ends = constantIntegers(required(inputs, 2), "ends");
	const axes = given(3, (axis) => axis, starts.length).map((axis) => normalAxis(axis, dims.length));
	const steps = given(4, () => 1, starts.length);
	return dims.map((size, axis) => {
		const index = axes.indexOf(axis);
		return index === -1
			? { start: 0, step: 1, count: size }
			: cutOf(size, starts[index] ?? 0, ends[index] ?? size, steps[index] ?? 1);
	});
}

const sliceInfer: Infer = (inputs) => [
	{ type: required(inputs, 0).type, dims: cutsOf(inputs).map(({ count }) => count) },
];

/** The adjoint of a Slice: one Pad for the axes cut with step 1, then each of the others. */
function uncut(g: Graph, x: Value, cuts: readonly Cut[], dy: Value): Value {
	const plain = cuts.map(({ step, count }, axis) => step === 1 || count === x.dims[axis]);
	const padded = padZeros(
		g,
		dy,
		cuts.map(({ start, step }) => (step === 1 ? start : 0)),
		cuts.map(({ start, step, count }, axis) => (step === 1 ? (x.dims[axis] ?? 0) - start - count : 0)),
	);
	return cuts.reduce((placed, { start, step, count }, axis) => {
		if (plain[axis] === true && step === 1) return placed;
		return placeAlong(g, placed, axis, sequence(count, start, step), x.dims[axis] ?? 0);
	}, padded);
}

/** Which element of an axis of `size` a Pad copies to `place`, counted from the first element; `place` may be outside. */
const borders: Readonly<Record<string, (place: number, size: number) => number>> = {
	// Mirrored without repeating the border: a period of 2 (n − 1).
	reflect: (place, size) => {
		const period = Math.max(1, 2 * (size - 1));
		const along = ((place % period) + period) % period;
		return along < size ? along : period - along;
	},
	edge: (place, size) => Math.min(Math.max(place, 0), size - 1),
	wrap: (place, size) => ((place % size) + size) % size,
};

interface Padding {
	readonly before: readonly number[];
	readonly after: readonly number[];
}

/** How much a Pad adds before and after every axis. */
function paddingOf(inputs: Inputs): Padding {
	const { dims } = required(inputs, 0);
	const pads = constantIntegers(required(inputs, 1), "pads");
	const named = inputs[3] === undefined ? sequence(dims.length) : constantIntegers(inputs[3], "axes");
	const axes = named.map((axis) => normalAxis(axis, dims.length));
	if (pads.length !== 2 * axes.length) throw typeError("Pad", `${2 * axes.length} pads`, `[${pads.join()}]`);
	const onAxis = (shift: number) => (_: number, axis: number) => {
		const index = axes.indexOf(axis);
		return index === -1 ? 0 : (pads[index + shift] ?? 0);
	};
	return { before: dims.map(onAxis(0)), after: dims.map(onAxis(axes.length)) };
}

function padMode(attributes: Attributes, { before, after }: Padding): string {
	const mode = textOf(attributes, "mode", "constant");
	if (mode !== "constant" && !Object.hasOwn(borders, mode)) {
		throw typeError("Pad", "mode constant, reflect, edge or wrap", mode);
	}
	if (mode === "constant" || [...before, ...after].every((pad) => pad >= 0)) return mode;
	throw typeError("Pad", `pads of 0 or more in mode ${mode}`, `[${[...before, ...after].join()}]`);
}

/** Adds the gradients of both borders of an axis to the elements that they were copied from. */
function foldBorders(g: Graph, dy: Value, axis: number, size: number, before: number, mode: string): Value {
	const full = dy.dims[axis] ?? 0;
	const border = (from: number, to: number): readonly Value[] => {
		const sources = sequence(to - from, from - before).map((place) => borders[mode]?.(place, size) ?? 0);
		if (sources.length === 0) return [];
		return [returnAlong(g, sliceAlong(g, dy, axis, from, to), axis, sources, size)];
	};
	const middle = sliceAlong(g, dy, axis, before, before + size);
	return [...border(0, before), ...border(before + size, full)].reduce((sum, part) => g.op("Add", [sum, part]), middle);
}

const negated = (numbers: readonly number[]): readonly number[] => numbers.map((number) => 0 - number);

export const movement = {
	// Each input gets its part of dy.
	Concat: {
		infer: concatInfer,
		vjp: ({ g, inputs, dy, attributes }) => {
			const axis = concatAxis(inputs, attributes);
			const starts = offsets(inputs.map((one) => one?.dims[axis] ?? 0));
			return inputs.map((_, index) => () => sliceAlong(g, dy, axis, starts[index] ?? 0, starts[index + 1] ?? 0));
		},
		fold: foldElements(concatInfer, (inputs, attributes) => {
			const axis = concatAxis(inputs, attributes);
			const starts = offsets(inputs.map((one) => one?.dims[axis] ?? 0));
			return (coordinates) => {
				const at = coordinates[axis] ?? 0;
				const index = starts.findIndex((start, next) => at >= start && at < (starts[next + 1] ?? Infinity));
				return elementAt(required(inputs, index), coordinates.with(axis, at - (starts[index] ?? 0)));
			};
		}),
		cases: [
			{ inputs: [{ dims: [2, 3] }, { dims: [1, 3] }], attributes: { axis: int(0) } },
			{ inputs: [{ dims: [2, 3] }, { dims: [2, 1] }, { dims: [2, 2] }], attributes: { axis: int(-1) } },
			{
				inputs: [
					{ dims: [1], integers: [4] },
					{ dims: [2], integers: [5, 6] },
				],
				attributes: { axis: int(0) },
			},
		],
	},
	// dx = the parts' gradients, joined
	Split: {
		infer: splitInfer,
		vjp: ({ g, outputs, dyOf, attributes }) => [
			() =>
				g.op(
					"Concat",
					outputs.map((_, index) => dyOf(index)),
					{ axis: int(numberOf(attributes, "axis", 0)) },
				),
		],
		fold: foldElements(splitInfer, (inputs, attributes) => {
			const axis = splitAxis(inputs, attributes);
			const starts = offsets(splitSizes(inputs, attributes));
			return (coordinates, output) =>
				elementAt(required(inputs, 0), coordinates.with(axis, (coordinates[axis] ?? 0) + (starts[output] ?? 0)));
		}),
		cases: [
			{ inputs: [{ dims: [6, 2] }], attributes: { num_outputs: int(3) } },
			{ inputs: [{ dims: [2, 5] }], attributes: { axis: int(1), num_outputs: int(2) } },
			{ inputs: [{ dims: [2, 5] }, { dims: [3], integers: [1, 3, 1] }], attributes: { axis: int(-1) } },
		],
	},
	// What was cut out comes back among zeros.
	Slice: {
		infer: sliceInfer,
		vjp: ({ g, inputs, dy }) => [() => uncut(g, required(inputs, 0), cutsOf(inputs), dy)],
		fold: foldElements(sliceInfer, (inputs) => {
			const cuts = cutsOf(inputs);
			return (coordinates) =>
				elementAt(
					required(inputs, 0),
					cuts.map(({ start, step }, axis) => start + step * (coordinates[axis] ?? 0)),
				);
		}),
		cases: [
			{ inputs: [{ dims: [4, 5] }, { dims: [2], integers: [1, -3] }, { dims: [2], integers: [3, 2 ** 53] }] },
			{
				inputs: [
					{ dims: [4, 5] },
					{ dims: [1], integers: [-1] },
					{ dims: [1], integers: [-(2 ** 53)] },
					{ dims: [1], integers: [1] },
					{ dims: [1], integers: [-2] },
				],
			},
			{
				inputs: [
					{ dims: [4, 5] },
					{ dims: [2], integers: [0, 1] },
					{ dims: [2], integers: [4, 4] },
					{ dims: [2], integers: [1, 0] },
					{ dims: [2], integers: [3, 1] },
				],
			},
		],
	},
	// Zeros around: cut them off. Copied borders: add them to what they were copied from.
	// The constant gets what lies outside: Σ dy less what lies inside. Other borders do not read it.
	Pad: {
		infer: (inputs, attributes) => {
			const x = required(inputs, 0);
			const padding = paddingOf(inputs);
			padMode(attributes, padding);
			const { before, after } = padding;
			return [{ type: x.type, dims: x.dims.map((dim, axis) => dim + (before[axis] ?? 0) + (after[axis] ?? 0)) }];
		},
		vjp: ({ g, inputs, dy, attributes }) => {
			const x = required(inputs, 0);
			const padding = paddingOf(inputs);
			const { before, after } = padding;
			const mode = padMode(attributes, padding);
			const inside = (): Value => padZeros(g, dy, negated(before), negated(after));
			const sum = (value: Value): Value => g.op("ReduceSum", [value], { keepdims: int(0) });
			const folded = (): Value =>
				x.dims.reduce((left, size, axis) => foldBorders(g, left, axis, size, before[axis] ?? 0, mode), dy);
			return [
				mode === "constant" ? inside : folded,
				undefined,
				mode === "constant" ? () => g.op("Sub", [sum(dy), sum(inside())]) : "none",
			];
		},
		cases: [
			{ inputs: [{ dims: [3, 4] }, { dims: [4], integers: [1, 0, 0, 2] }, { dims: [] }] },
			{ inputs: [{ dims: [3, 4] }, { dims: [4], integers: [-1, 2, 0, -2] }] },
			{
				inputs: [{ dims: [2, 3] }, { dims: [2], integers: [1, 2] }, undefined, { dims: [1], integers: [-1] }],
			},
		],
	},
} as const satisfies Record<string, Operator>;
