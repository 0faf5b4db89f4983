/**
 * Recurrent layers. Source: ONNX operator specification, LSTM-22, GRU-22 and RNN-22.
 *
 * With da, the gradient of W x + R h + b at every step (recurrent-cells.ts), dx = da W, dW = daᵀ x, dR = daᵀ h and
 * db = Σ da are products over all steps at once.
 */
import { type Attributes, int, numberOf, text, textOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import { describeType, type Value } from "../graph/value.js";
import { required, typeError } from "./infer.js";
import type { Operator, OperatorCase, ServedAttributes, VjpContext } from "./operator.js";
import { cells } from "./recurrent-cells.js";
import { type Activation, activations, type CellGradients, type Direction } from "./recurrent-direction.js";
import { reshape, sequence, sliceAlong, zerosLike } from "./selection.js";
import { refuseAttributes } from "./served-attributes.js";

type Inputs = readonly (Value | undefined)[];
type Kind = keyof typeof cells;

/** For each direction, whether it reads from the end. */
const directions: Readonly<Record<string, readonly boolean[]>> = {
	forward: [false],
	reverse: [true],
	bidirectional: [false, true],
};

/** The sizes of a layer, and its directions. */
interface Layer {
	readonly time: number;
	readonly batch: number;
	readonly inputs: number;
	readonly hidden: number;
	readonly reversed: readonly boolean[];
	/** The activations of every direction. */
	readonly activations: readonly (readonly Activation[])[];
}

const isActivation = (name: string): name is Activation => Object.hasOwn(activations, name);

/** The activations of every direction. */
function activationsOf(opType: Kind, attributes: Attributes, count: number): readonly (readonly Activation[])[] {
	const { activations: given } = attributes;
	const defaults: readonly string[] = cells[opType].activations;
	const names = given?.kind === "strings" ? given.value : sequence(count).flatMap(() => defaults);
	const known = names.filter(isActivation);
	return sequence(count).map((index) => known.slice(index * defaults.length, (index + 1) * defaults.length));
}

/** Attributes that every layer serves: what ONNX Runtime runs, and what has a gradient here. */
const servedByAll: ServedAttributes = {
	hidden_size: "any",
	direction: Object.keys(directions),
	layout: [0],
	clip: [0],
	activations: Object.keys(activations),
};

const served: Readonly<Record<Kind, ServedAttributes>> = {
	LSTM: { ...servedByAll, input_forget: [0] },
	GRU: { ...servedByAll, linear_before_reset: [0, 1] },
	RNN: servedByAll,
};

/** Refuses biases, lengths, states and peepholes that do not fit. */
function refuseShapes(opType: Kind, inputs: Inputs, count: number, batch: number, hidden: number): void {
	const rows = cells[opType].gates * hidden;
	const states = [count, batch, hidden];
	const expected = [[count, 2 * rows], [batch], states, states, [count, 3 * hidden]];
	for (const [index, dims] of expected.entries()) {
		const value = inputs[index + 3];
		if (value === undefined || value.dims.join() === dims.join()) continue;
		throw typeError(`${opType}, input ${index + 3}`, `[${dims.join()}]`, describeType(value));
	}
}

function layerOf(opType: Kind, inputs: Inputs, attributes: Attributes): Layer {
	const [x, w, r] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
	if (x.dims.length !== 3) throw typeError(opType, "an input of three dimensions", describeType(x));
	refuseAttributes(opType, served[opType], attributes);
	const [time = 1, batch = 1, inputSize = 1] = x.dims;
	const direction = textOf(attributes, "direction", "forward");
	const reversed = directions[direction] ?? [];
	const hidden = r.dims[2] ?? 1;
	const rows = cells[opType].gates * hidden;
	const expected = [reversed.length, rows, inputSize];
	if (w.dims.join() !== expected.join() || r.dims.join() !== expected.with(2, hidden).join()) {
		const got = `${describeType(w)} and ${describeType(r)}`;
		throw typeError(opType, `weights [${expected.join()}] for ${direction}`, got);
	}
	refuseShapes(opType, inputs, reversed.length, batch, hidden);
	const names = activationsOf(opType, attributes, reversed.length);
	return { time, batch, inputs: inputSize, hidden, reversed, activations: names };
}

const inferOf =
	(opType: Kind): Operator["infer"] =>
	(inputs, attributes) => {
		const { time, batch, hidden, reversed } = layerOf(opType, inputs, attributes);
		const { type } = required(inputs, 0);
		const state = { type, dims: [reversed.length, batch, hidden] };
		const y = { type, dims: [time, reversed.length, batch, hidden] };
		return opType === "LSTM" ? [y, state, state] : [y, state];
	};

/** Whether each step is within its sequence, `[time, batch, 1]`; `undefined` where all are known to be. */
function validSteps(g: Graph, lengths: Value | undefined, { time, batch }: Layer): Value | undefined {
	const known = lengths?.constant?.data;
	if (lengths === undefined || (known !== undefined && Array.from(known, Number).every((length) => length === time))) {
		return undefined;
	}
	const steps = g.constant({ type: "int32", dims: [time, 1], data: Int32Array.from(sequence(time)) });
	return reshape(g, g.op("Less", [steps, lengths]), [time, batch, 1]);
}

/**
 * What stands before every step, `[time, batch, …]`: what stands behind the step before, and `start` before the first.
 * Beyond the end of a sequence that is read from there, `start` is carried.
 */
function before(g: Graph, behind: Value, start: Value, reversed: boolean, valid: Value | undefined): Value {
	const time = behind.dims[0] ?? 1;
	const first = reshape(g, start, [1, ...behind.dims.slice(1)]);
	const joined = (parts: readonly Value[]): Value => (time === 1 ? first : g.op("Concat", parts, { axis: int(0) }));
	if (!reversed) return joined([first, sliceAlong(g, behind, 0, 0, time - 1)]);
	const carried = valid === undefined ? behind : g.op("Where", [valid, behind, first]);
	return joined([sliceAlong(g, carried, 0, 1, time), first]);
}

/** A direction of a layer, from its node. */
function directionOf(opType: Kind, context: VjpContext, layer: Layer, index: number): Direction {
	const { g, inputs, outputs, dyOf, attributes } = context;
	const { time, batch, hidden } = layer;
	const rows = time * batch;
	const own = (value: Value | undefined, axis = 0): Value | undefined =>
		value && reshape(g, sliceAlong(g, value, axis, index, index + 1), value.dims.toSpliced(axis, 1));
	const state = (value: Value | undefined): Value => own(value) ?? zerosLike(g, required(inputs, 0), [batch, hidden]);
	const [w, r, bias] = [own(inputs[1]), required([own(inputs[2])], 0), own(inputs[3])];
	const size = cells[opType].gates * hidden;
	const [inputBias, recurrentBias] =
		bias === undefined ? [] : [sliceAlong(g, bias, 0, 0, size), sliceAlong(g, bias, 0, size, 2 * size)];
	const reversed = layer.reversed[index] === true;
	const valid = validSteps(g, inputs[4], layer);
	const shifted = (behind: Value, start: Value): Value => {
		const steps = reshape(g, behind, [time, batch, hidden]);
		return reshape(g, before(g, steps, start, reversed, valid), [rows, hidden]);
	};
	const p = own(inputs[7]);
	return {
		g,
		time,
		batch,
		hidden,
		x: g.op("Gemm", [inputRows(g, inputs, layer), w, inputBias], { transB: int(1) }),
		before: shifted(required([own(outputs[0], 1)], 0), state(inputs[5])),
		cell: state(inputs[6]),
		r,
		recurrentBias,
		peepholes:
			p === undefined ? [] : sequence(3).map((gate) => sliceAlong(g, p, 0, gate * hidden, (gate + 1) * hidden)),
		activations: layer.activations[index] ?? [],
		resetAfter: numberOf(attributes, "linear_before_reset", 0) === 1,
		valid: valid && reshape(g, valid, [rows, 1]),
		reversed,
		dy: reshape(g, required([own(dyOf(0), 1)], 0), [rows, hidden]),
		dh: required([own(dyOf(1))], 0),
		dc: opType === "LSTM" ? required([own(dyOf(2))], 0) : zerosLike(g, r, [batch, hidden]),
		shifted,
	};
}

/** x of all steps, `[time × batch, inputs]`. */
const inputRows = (g: Graph, inputs: Inputs, { time, batch, inputs: size }: Layer): Value =>
	reshape(g, required(inputs, 0), [time * batch, size]);

/** aᵀ b. */
const product = (g: Graph, a: Value, b: Value): Value => g.op("Gemm", [a, b], { transA: int(1) });

/** dR of a direction. */
function recurrentWeights(g: Graph, { recurrent, factors }: CellGradients, hidden: number): Value {
	let taken = 0;
	const found = factors.map(({ gates, rows }) => {
		const part = sliceAlong(g, recurrent, 1, taken * hidden, (taken + gates) * hidden);
		taken += gates;
		return product(g, part, rows);
	});
	return found.length === 1 ? required(found, 0) : g.op("Concat", found, { axis: int(0) });
}

/** The gradients of an operator's inputs. */
const vjpOf =
	(opType: Kind): Exclude<Operator["vjp"], string> =>
	(context) => {
		const { g, inputs, attributes } = context;
		const layer = layerOf(opType, inputs, attributes);
		let made: readonly CellGradients[] | undefined;
		const all = (): readonly CellGradients[] =>
			(made ??= layer.reversed.map((_, index) => cells[opType].gradients(directionOf(opType, context, layer, index))));
		const perDirection = (part: (one: CellGradients) => Value) => (): Value => {
			const parts = all().map((one) => {
				const value = part(one);
				return reshape(g, value, [1, ...value.dims]);
			});
			return parts.length === 1 ? required(parts, 0) : g.op("Concat", parts, { axis: int(0) });
		};
		const sum = (rows: Value): Value => g.op("ReduceSum", [rows, g.integers([0])], { keepdims: int(0) });
		const joined = (parts: readonly Value[]): Value => g.op("Concat", parts, { axis: int(0) });
		const inputGradient = (): Value => {
			const w = required(inputs, 1);
			const parts = all().map(({ x }, index) => {
				const own = sliceAlong(g, w, 0, index, index + 1);
				return g.op("MatMul", [x, reshape(g, own, w.dims.slice(1))]);
			});
			return reshape(g, parts.length === 1 ? required(parts, 0) : g.op("Sum", parts), required(inputs, 0).dims);
		};
		return [
			inputGradient,
			perDirection(({ x }) => product(g, x, inputRows(g, inputs, layer))),
			perDirection((one) => recurrentWeights(g, one, layer.hidden)),
			perDirection(({ x, recurrent }) => joined([sum(x), sum(recurrent)])),
			undefined,
			perDirection(({ h }) => h),
			perDirection(({ c, h }) => c ?? h),
			perDirection(({ peepholes = [] }) => joined(peepholes)),
		];
	};

const layer = (opType: Kind, cases: readonly OperatorCase[]): Operator => ({
	infer: inferOf(opType),
	vjp: vjpOf(opType),
	cases,
});

/** Cases of a kind of layer: plain, reversed with initial states, both ways with biases. */
function casesOf(opType: Kind, extra: readonly OperatorCase[] = []): readonly OperatorCase[] {
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
	LSTM: layer(
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
	GRU: layer(
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
	RNN: layer(
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
} as const satisfies Record<string, Operator>;
