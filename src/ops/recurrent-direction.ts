/** What the gradients of recurrent layers share: a direction of a layer, and walks through it. */
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { activation } from "./activation.js";
import type { Operator, Vjp } from "./operator.js";
import { scan } from "./scan.js";
import { reshape, sequence } from "./selection.js";

/** Activations without parameters of their own. */
export const activations = {
	Relu: activation.Relu,
	Tanh: activation.Tanh,
	Sigmoid: activation.Sigmoid,
	HardSigmoid: activation.HardSigmoid,
	Softsign: activation.Softsign,
	Softplus: activation.Softplus,
} as const satisfies Record<string, Operator & { vjp: Vjp }>;

/** The name of an activation. */
export type Activation = keyof typeof activations;

/** One direction of a layer. Rows are of all steps and samples, `[time × batch, …]`. */
export interface Direction {
	readonly g: Graph;
	readonly time: number;
	readonly batch: number;
	readonly hidden: number;
	/** W x and the bias beside it, in rows. */
	readonly x: Value;
	/** The hidden state before every step, in rows. */
	readonly before: Value;
	/** The cell state before the first step, `[batch, hidden]`; of an LSTM. */
	readonly cell: Value;
	/** `[gates × hidden, hidden]`, and the bias beside it. */
	readonly r: Value;
	readonly recurrentBias: Value | undefined;
	/** Peephole weights of the input, output and forget gates, `[hidden]` each; all or none. */
	readonly peepholes: readonly Value[];
	readonly activations: readonly Activation[];
	/** A GRU that applies its reset gate behind the product. */
	readonly resetAfter: boolean;
	/** Whether a step is within its sequence, `[time × batch, 1]`; all are where absent. */
	readonly valid: Value | undefined;
	/** Whether the layer reads from the end. */
	readonly reversed: boolean;
	/** The gradient of the hidden states, in rows, and of those behind the last step, `[batch, hidden]`. */
	readonly dy: Value;
	readonly dh: Value;
	readonly dc: Value;
	/** What stands before every step in rows, from what stands behind it and `start` before the first. */
	readonly shifted: (rows: Value, start: Value) => Value;
}

/** The gradients of a direction. */
export interface CellGradients {
	/** Of `x`, in rows. */
	readonly x: Value;
	/** Of R's products, in rows. */
	readonly recurrent: Value;
	/** What each of R's products is with, `gates` of them, in rows; in the order of R. */
	readonly factors: readonly { readonly gates: number; readonly rows: Value }[];
	/** Of the states before the first step. */
	readonly h: Value;
	readonly c?: Value;
	readonly peepholes?: readonly Value[];
}

/** f(x), and dy f'(x). */
export function activated(
	{ g }: Direction,
	name: Activation | undefined,
	x: Value,
): { y: Value; back: (dy: Value) => Value } {
	const known = name ?? "Tanh";
	const y = g.op(known, [x]);
	const back = (dy: Value): Value => {
		const { vjp } = activations[known];
		const [answer] = vjp({ g, inputs: [x], outputs: [y], dy, dyOf: () => dy, attributes: {} });
		return typeof answer === "function" ? answer() : dy;
	};
	return { y, back };
}

/** state Rᵀ + bias. */
export const throughWeights = (g: Graph, state: Value, r: Value, bias: Value | undefined): Value =>
	g.op("Gemm", [state, r, bias], { transB: { kind: "int", value: 1 } });

/** Equal parts of `[…, parts × hidden]`. */
export function parts(g: Graph, all: Value, hidden: number): readonly Value[] {
	const count = (all.dims.at(-1) ?? hidden) / hidden;
	if (count === 1) return [all];
	return g.ops("Split", [all, g.integers(sequence(count, hidden, 0))], { axis: { kind: "int", value: -1 } });
}

export const joined = (g: Graph, values: readonly Value[]): Value =>
	g.op("Concat", values, { axis: { kind: "int", value: -1 } });

/** Rows as `[time, batch, …]`, and back. */
export const inSteps = ({ g, time, batch }: Direction, rows: Value): Value =>
	reshape(g, rows, [time, batch, ...rows.dims.slice(1)]);
export const inRows = ({ g, time, batch }: Direction, steps: Value): Value =>
	reshape(g, steps, [time * batch, ...steps.dims.slice(2)]);

/** `rows` within the sequences, `outside` beyond their ends. */
export const within = ({ g, valid }: Direction, rows: Value, outside: number): Value =>
	valid === undefined ? rows : g.op("Where", [valid, rows, g.scalar(outside, rows)]);

/** Walks from the layer's last step to its first; `given` in rows, the outputs too. */
export function walkBack(
	direction: Direction,
	states: readonly Value[],
	given: readonly Value[],
	step: Parameters<typeof scan>[2],
): ReturnType<typeof scan> {
	const inputs = given.map((rows) => inSteps(direction, rows));
	const found = scan(direction.g, { states, inputs, backwards: !direction.reversed }, step);
	return { states: found.states, outputs: found.outputs.map((output) => inRows(direction, output)) };
}

/** What beyond the end of a sequence is carried on: h there, nothing elsewhere; in rows `[…, 1]`, none where all are within. */
export function carried({ g, valid, x }: Direction): readonly Value[] {
	return valid === undefined ? [] : [g.op("Where", [valid, g.scalar(0, x), g.scalar(1, x)])];
}

export const plus = (body: Graph, a: Value, ...others: readonly Value[]): Value =>
	others.reduce((sum, one) => body.op("Add", [sum, one]), a);

/** h of the steps that are carried on. */
export const kept = (body: Graph, h: Value, outside: readonly Value[]): readonly Value[] =>
	outside.map((share) => body.op("Mul", [h, share]));
