/** What one step of a recurrent layer computes. Source: ONNX operator specification, LSTM-22, GRU-22 and RNN-22. */
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { oneMinus } from "./rules.js";

/** An activation by its name in ONNX. */
type Activation = (g: Graph, x: Value) => Value;

const plain =
	(opType: string): Activation =>
	(g, x) =>
		g.op(opType, [x]);

/** Activations without parameters of their own. */
export const activations: Readonly<Record<string, Activation>> = {
	Relu: plain("Relu"),
	Tanh: plain("Tanh"),
	Sigmoid: plain("Sigmoid"),
	HardSigmoid: plain("HardSigmoid"),
	Softsign: plain("Softsign"),
	Softplus: plain("Softplus"),
};

/** One direction of a layer, and what it has at a step. */
export interface CellContext {
	readonly g: Graph;
	/** Wx + b of this step, `[batch, gates × hidden]`; of a GRU without the recurrent bias. */
	readonly x: Value;
	/** The hidden state before it, `[batch, hidden]`. */
	readonly h: Value;
	/** The cell state before it, of an LSTM. */
	readonly c: Value | undefined;
	/** Recurrent weights, `[gates × hidden, hidden]`, and their bias where it is not in `x`. */
	readonly r: Value;
	readonly recurrentBias: Value | undefined;
	/** Peephole weights of the input, output and forget gates, `[hidden]` each. */
	readonly peepholes: readonly Value[];
	readonly activations: readonly Activation[];
	/** A GRU that applies its reset gate behind the product. */
	readonly resetAfter: boolean;
}

/** The states behind a step. */
interface States {
	readonly h: Value;
	readonly c?: Value;
}

/** A kind of layer. */
export interface Cell {
	readonly gates: number;
	/** Default activations of one direction. */
	readonly activations: readonly string[];
	/** Whether both biases add to one. */
	readonly oneBias: boolean;
	readonly step: (context: CellContext) => States;
}

const transposed = { transB: { kind: "int", value: 1 } } as const;

/** The parts of `[batch, gates × hidden]`. */
function parts(g: Graph, all: Value, sizes: readonly number[]): readonly Value[] {
	return g.ops("Split", [all, g.integers(sizes)], { axis: { kind: "int", value: 1 } });
}

const identity: Activation = (_g, x) => x;

// i, o, f = σ(W x + R h + p c), c' = f c + i g(W x + R h), h' = o tanh(c'); o sees c'
function lstmStep({ g, x, h, c = h, r, peepholes, activations: [gate, cell, output] }: CellContext): States {
	const all = g.op("Gemm", [h, r, x], transposed);
	const size = h.dims[1] ?? 1;
	const [i, o, f, inner] = parts(g, all, [size, size, size, size]);
	const seeing = (value: Value | undefined, state: Value, peephole: Value | undefined): Value | undefined =>
		peephole === undefined ? value : g.op("Add", [value, g.op("Mul", [peephole, state])]);
	const open = (value: Value | undefined): Value => (gate ?? identity)(g, value ?? x);
	const [pi, po, pf] = peepholes;
	const kept = g.op("Mul", [open(seeing(f, c, pf)), c]);
	const added = g.op("Mul", [open(seeing(i, c, pi)), (cell ?? identity)(g, inner ?? x)]);
	const next = g.op("Add", [kept, added]);
	return { h: g.op("Mul", [open(seeing(o, next, po)), (output ?? identity)(g, next)]), c: next };
}

// z, r = σ(W x + R h), n = tanh(W x + R (r h)) or tanh(W x + r (R h)), h' = (1 − z) n + z h
function gruStep(context: CellContext): States {
	const {
		g,
		x,
		h,
		r,
		recurrentBias,
		activations: [gate, cell],
		resetAfter,
	} = context;
	const size = h.dims[1] ?? 1;
	const rows = (from: number, to: number, of: Value): Value =>
		g.op("Slice", [of, g.integers([from * size]), g.integers([to * size]), g.integers([0])]);
	const bias = (from: number, to: number): Value | undefined => recurrentBias && rows(from, to, recurrentBias);
	const [xGates, xNew = x] = parts(g, x, [2 * size, size]);
	const product = (state: Value, from: number, to: number): Value =>
		g.op("Gemm", [state, rows(from, to, r), bias(from, to)], transposed);
	const gates = (gate ?? identity)(g, g.op("Add", [xGates, product(h, 0, 2)]));
	const [z = h, reset] = parts(g, gates, [size, size]);
	const recurrent = resetAfter ? g.op("Mul", [reset, product(h, 2, 3)]) : product(g.op("Mul", [reset, h]), 2, 3);
	const fresh = (cell ?? identity)(g, g.op("Add", [xNew, recurrent]));
	return { h: g.op("Add", [g.op("Mul", [oneMinus(g, z), fresh]), g.op("Mul", [z, h])]) };
}

/** Kinds of recurrent layers, by their operator. */
export const cells = {
	LSTM: { gates: 4, activations: ["Sigmoid", "Tanh", "Tanh"], oneBias: true, step: lstmStep },
	GRU: { gates: 3, activations: ["Sigmoid", "Tanh"], oneBias: false, step: gruStep },
	RNN: {
		gates: 1,
		activations: ["Tanh"],
		oneBias: true,
		// h' = tanh(W x + R h)
		step: ({ g, x, h, r, activations: [output] }) => ({
			h: (output ?? identity)(g, g.op("Gemm", [h, r, x], transposed)),
		}),
	},
} as const satisfies Record<string, Cell>;
