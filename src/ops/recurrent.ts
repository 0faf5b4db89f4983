/** Recurrent layers, unrolled through time. Source: ONNX operator specification, LSTM-22, GRU-22 and RNN-22. */
import { type Attributes, int, ints, numberOf, text, textOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import { describeType, type Value } from "../graph/value.js";
import { constantIntegers, required, typeError } from "./infer.js";
import type { Composite, OperatorCase } from "./operator.js";
import { activations, type Cell, type CellContext, cells } from "./recurrent-cells.js";
import { reshape, sequence, sliceAlong, zerosLike } from "./selection.js";

type Inputs = readonly (Value | undefined)[];

/** For each direction, whether it reads from the end. */
const directions: Readonly<Record<string, readonly boolean[]>> = {
	forward: [false],
	reverse: [true],
	bidirectional: [false, true],
};

/** A layer with time first. */
interface Layer {
	readonly g: Graph;
	readonly opType: string;
	readonly cell: Cell;
	readonly attributes: Attributes;
	/** `[time, batch, inputs]`. */
	readonly x: Value;
	readonly hidden: number;
	readonly reversed: readonly boolean[];
	/** W, R, B, initial h, initial c and P, each `[directions, …]`. */
	readonly weights: readonly [w: Value, r: Value, ...rest: (Value | undefined)[]];
}

/** What one direction makes: `[time, 1, batch, hidden]`, and the last states, `[1, batch, hidden]`. */
interface Direction {
	readonly y: Value;
	readonly h: Value;
	readonly c: Value;
}

/** The names of the activations of one direction. */
function activationsOf({ opType, cell, attributes, reversed }: Layer, direction: number): CellContext["activations"] {
	const { activations: given } = attributes;
	const count = cell.activations.length;
	const names = given?.kind === "strings" ? given.value : reversed.flatMap(() => cell.activations);
	const parameters = ["activation_alpha", "activation_beta"].filter((name) => attributes[name] !== undefined);
	return names.slice(direction * count, (direction + 1) * count).map((name) => {
		const activation = Object.hasOwn(activations, name) ? activations[name] : undefined;
		if (activation !== undefined && parameters.length === 0) return activation;
		throw typeError(opType, `activations ${Object.keys(activations).join(", ")} without parameters`, name);
	});
}

/** The part of a value that belongs to a direction, without the axis. */
function ofDirection(g: Graph, value: Value, direction: number): Value {
	return reshape(g, sliceAlong(g, value, 0, direction, direction + 1), value.dims.slice(1));
}

/** W x + b of every step, in the order of time. */
function projections(layer: Layer, w: Value, bias: Value | undefined): readonly Value[] {
	const { g, x } = layer;
	const [time = 1, batch = 1, inputs = 1] = x.dims;
	const rows = reshape(g, x, [time * batch, inputs]);
	const all = g.op("Gemm", [rows, w, bias], { transB: int(1) });
	return time === 1 ? [all] : g.ops("Split", [all, g.integers(sequence(time, batch, 0))], { axis: int(0) });
}

function runDirection(layer: Layer, direction: number): Direction {
	const { g, x, cell, hidden, weights, reversed, attributes } = layer;
	const [w, r, b, h0, c0, p] = weights.map((value) => value && ofDirection(g, value, direction));
	const [time = 1, batch = 1] = x.dims;
	const size = cell.gates * hidden;
	const [own, recurrent] = b === undefined ? [] : [sliceAlong(g, b, 0, 0, size), sliceAlong(g, b, 0, size, 2 * size)];
	const both = own && recurrent && cell.oneBias ? g.op("Add", [own, recurrent]) : own;
	const steps = projections(layer, required([w], 0), both);
	const order = reversed[direction] === true ? sequence(time, time - 1, -1) : sequence(time);
	const peepholes =
		p === undefined ? [] : sequence(3).map((gate) => sliceAlong(g, p, 0, gate * hidden, (gate + 1) * hidden));
	const start = zerosLike(g, x, [batch, hidden]);
	const fixed = {
		g,
		r: required([r], 0),
		recurrentBias: cell.oneBias ? undefined : recurrent,
		peepholes,
		activations: activationsOf(layer, direction),
		resetAfter: numberOf(attributes, "linear_before_reset", 0) === 1,
	};
	const states: { h: Value; c: Value } = { h: h0 ?? start, c: c0 ?? start };
	const found = new Map<number, Value>();
	for (const at of order) {
		const next = cell.step({ ...fixed, x: required(steps, at), ...states });
		states.h = next.h;
		states.c = next.c ?? states.c;
		found.set(at, next.h);
	}
	const inOrder = sequence(time).map((at) => required([found.get(at)], 0));
	const y = time === 1 ? states.h : g.op("Concat", inOrder, { axis: int(0) });
	const last = (state: Value): Value => reshape(g, state, [1, batch, hidden]);
	return { y: reshape(g, y, [time, 1, batch, hidden]), h: last(states.h), c: last(states.c) };
}

/** Refuses what the layers here do not do. */
function refuseVariants(
	opType: string,
	x: Value,
	lengths: Value | undefined,
	attributes: Attributes,
	time: number,
): void {
	if (x.dims.length !== 3) throw typeError(opType, "an input of three dimensions", describeType(x));
	for (const name of ["clip", "input_forget"]) {
		if (numberOf(attributes, name, 0) !== 0) throw typeError(opType, `no ${name}`, "one");
	}
	if (lengths === undefined) return;
	const found = constantIntegers(lengths, "sequence_lens: sequences of one length, known while building");
	if (found.every((length) => length === time)) return;
	throw typeError(opType, `sequence_lens of ${time}, all of the input`, `[${found.join()}]`);
}

/** X, W, R, B, sequence_lens, initial h, initial c, P as a layer with time first. */
function layerOf(g: Graph, opType: keyof typeof cells, inputs: Inputs, attributes: Attributes): Layer {
	const [x, w, r] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
	const batchFirst = numberOf(attributes, "layout", 0) === 1;
	const swapped = (value: Value | undefined): Value | undefined =>
		value && batchFirst ? g.op("Transpose", [value], { perm: ints([1, 0, 2]) }) : value;
	refuseVariants(opType, x, inputs[4], attributes, x.dims[batchFirst ? 1 : 0] ?? 1);
	const cell = cells[opType];
	const direction = textOf(attributes, "direction", "forward");
	const reversed = Object.hasOwn(directions, direction) ? directions[direction] : undefined;
	const hidden = r.dims[2] ?? 1;
	const [inputSize, count] = [x.dims[2] ?? 1, reversed?.length ?? 0];
	const expected = [count, cell.gates * hidden, inputSize];
	if (
		reversed === undefined ||
		w.dims.join() !== expected.join() ||
		r.dims.join() !== [...expected.slice(0, 2), hidden].join()
	) {
		throw typeError(
			opType,
			`weights [${expected.join()}] for ${direction}`,
			`${describeType(w)} and ${describeType(r)}`,
		);
	}
	const weights = [w, r, inputs[3], swapped(inputs[5]), swapped(inputs[6]), inputs[7]] as const;
	return { g, opType, cell, attributes, x: required([swapped(x)], 0), hidden, reversed, weights: [...weights] };
}

function composite(opType: keyof typeof cells, cases: readonly OperatorCase[]): Composite {
	return {
		expand: (g, inputs, attributes) => {
			const layer = layerOf(g, opType, inputs, attributes);
			const found = layer.reversed.map((_, direction) => runDirection(layer, direction));
			const joined = (values: readonly Value[], axis: number): Value =>
				values.length === 1 ? required(values, 0) : g.op("Concat", values, { axis: int(axis) });
			const batchFirst = numberOf(attributes, "layout", 0) === 1;
			const arranged = (value: Value, perm: readonly number[]): Value =>
				batchFirst ? g.op("Transpose", [value], { perm: ints(perm) }) : value;
			const y = arranged(
				joined(
					found.map((one) => one.y),
					1,
				),
				[2, 0, 1, 3],
			);
			const states = (of: (one: Direction) => Value): Value => arranged(joined(found.map(of), 0), [1, 0, 2]);
			return opType === "LSTM" ? [y, states(({ h }) => h), states(({ c }) => c)] : [y, states(({ h }) => h)];
		},
		cases,
	};
}

/** Cases of a kind of layer: plain, reversed with initial states, both ways with biases. */
function casesOf(opType: keyof typeof cells, extra: readonly OperatorCase[] = []): readonly OperatorCase[] {
	const rows = cells[opType].gates * 2;
	const weights = (count: number): OperatorCase["inputs"] => [{ dims: [count, rows, 3] }, { dims: [count, rows, 2] }];
	const states = (count: number): OperatorCase["inputs"] =>
		sequence(opType === "LSTM" ? 2 : 1).map(() => ({ dims: [count, 2, 2] }));
	const cases: readonly OperatorCase[] = [
		{ inputs: [{ dims: [3, 2, 3] }, ...weights(1)] },
		{
			inputs: [{ dims: [3, 2, 3] }, ...weights(1), { dims: [1, 2 * rows] }, undefined, ...states(1)],
			attributes: { direction: text("reverse") },
		},
		{
			inputs: [{ dims: [3, 2, 3] }, ...weights(2), { dims: [2, 2 * rows] }, undefined, ...states(2)],
			attributes: { direction: text("bidirectional") },
		},
		{ inputs: [{ dims: [1, 2, 3] }, ...weights(1), { dims: [1, 2 * rows] }] },
	];
	return [...cases, ...extra].map((one) => ({
		...one,
		attributes: { hidden_size: int(2), ...one.attributes },
		precision: "float",
	}));
}

export const recurrent = {
	LSTM: composite(
		"LSTM",
		casesOf("LSTM", [
			{
				inputs: [
					...[
						[3, 2, 3],
						[1, 8, 3],
						[1, 8, 2],
						[1, 16],
					].map((dims) => ({ dims })),
					undefined,
					...[
						[1, 2, 2],
						[1, 2, 2],
						[1, 6],
					].map((dims) => ({ dims })),
				],
			},
		]),
	),
	GRU: composite(
		"GRU",
		casesOf("GRU", [
			{
				inputs: [
					[3, 2, 3],
					[1, 6, 3],
					[1, 6, 2],
					[1, 12],
				].map((dims) => ({ dims })),
				attributes: { linear_before_reset: int(1) },
			},
		]),
	),
	RNN: composite(
		"RNN",
		casesOf("RNN", [
			{
				inputs: [
					[3, 2, 3],
					[1, 2, 3],
					[1, 2, 2],
					[1, 4],
				].map((dims) => ({ dims })),
				attributes: { activations: { kind: "strings", value: ["Sigmoid"] } },
			},
		]),
	),
} as const satisfies Record<string, Composite>;
