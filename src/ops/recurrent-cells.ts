/**
 * The gradients of recurrent layers along time. Source: ONNX operator specification, LSTM-22, GRU-22 and RNN-22.
 *
 * The states before every step are known from the layer's output, so that all that does not hang on the step before is
 * computed for all steps at once: the gates, and the factors K by which they depend on what is behind. What is left to a
 * walk from the last step to the first is dh ← (dh + dy) K R, in which h, the sum, stands for dh + dy below.
 */
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { required } from "./infer.js";
import {
	activated,
	type CellGradients,
	carried,
	type Direction,
	inRows,
	inSteps,
	joined,
	kept,
	parts,
	plus,
	throughWeights,
	walkBack,
	within,
} from "./recurrent-direction.js";
import { oneMinus } from "./rules.js";
import { scan } from "./scan.js";
import { sliceAlong } from "./selection.js";

/** A kind of layer. */
export interface Cell {
	readonly gates: number;
	/** Default activations of one direction. */
	readonly activations: readonly string[];
	readonly gradients: (direction: Direction) => CellGradients;
}

// h' = f(a), a = W x + R h: da = K (dh + dy) with K = f'(a)
function rnnGradients(direction: Direction): CellGradients {
	const {
		g,
		x,
		before,
		r,
		recurrentBias,
		activations: [name],
	} = direction;
	const a = g.op("Add", [x, throughWeights(g, before, r, recurrentBias)]);
	const ones = g.op("Expand", [g.scalar(1, a), g.integers(a.dims)]);
	const slope = within(direction, activated(direction, name, a).back(ones), 0);
	const given = [within(direction, direction.dy, 0), slope, ...carried(direction)];
	const { states, outputs } = walkBack(direction, [direction.dh], given, (body, [dh], [dy, k, ...outside]) => {
		const h = body.op("Add", [dh, dy]);
		const da = body.op("Mul", [h, k]);
		return { states: [plus(body, body.op("MatMul", [da, r]), ...kept(body, h, outside))], outputs: [da] };
	});
	const da = required(outputs, 0);
	return { x: da, recurrent: da, factors: [{ gates: 1, rows: before }], h: required(states, 0) };
}

/** The gates of an LSTM, of all steps, and the ways back through them. */
function lstmGates(direction: Direction) {
	const { g, x, hidden, before, r, recurrentBias, peepholes, cell: start } = direction;
	const [gate, inner, outer] = direction.activations;
	const all = g.op("Add", [x, throughWeights(g, before, r, recurrentBias)]);
	const [ai, ao, af, an] = [0, 1, 2, 3].map((index) => required(parts(g, all, hidden), index)) as [
		Value,
		Value,
		Value,
		Value,
	];
	const [pi, po, pf] = peepholes;
	const seeing = (graph: Graph, value: Value, state: Value, weight: Value | undefined): Value =>
		weight === undefined ? value : graph.op("Add", [value, graph.op("Mul", [weight, state])]);
	const n = activated(direction, inner, an);
	const inputs = [ai, af, n.y, ...(direction.valid === undefined ? [] : [direction.valid])];
	const walk = {
		states: [start],
		inputs: inputs.map((rows) => inSteps(direction, rows)),
		backwards: direction.reversed,
	};
	const { outputs } = scan(g, walk, (body, [c = start], [i = ai, f = af, fresh, valid]) => {
		const open = (value: Value): Value => body.op(gate ?? "Sigmoid", [value]);
		const forgotten = body.op("Mul", [open(seeing(body, f, c, pf)), c]);
		const next = body.op("Add", [forgotten, body.op("Mul", [open(seeing(body, i, c, pi)), fresh])]);
		const state = valid === undefined ? next : body.op("Where", [valid, next, c]);
		return { states: [state], outputs: [state] };
	});
	const cells = inRows(direction, required(outputs, 0));
	const cellsBefore = direction.shifted(cells, start);
	return {
		n,
		cells,
		cellsBefore,
		i: activated(direction, gate, seeing(g, ai, cellsBefore, pi)),
		f: activated(direction, gate, seeing(g, af, cellsBefore, pf)),
		o: activated(direction, gate, seeing(g, ao, cells, po)),
		out: activated(direction, outer, cells),
	};
}

// h' = o t(c'), c' = f c + i n: do = Ko h, c = dc + Kc h + po do, (di, df, dn) = (Ki, Kf, Kn) c; dc ← f c + pi di + pf df
function lstmGradients(direction: Direction): CellGradients {
	const { g, r, before, peepholes } = direction;
	const { i, o, f, n, out, cells, cellsBefore } = lstmGates(direction);
	const factors = [o.back(out.y), out.back(o.y), i.back(n.y), f.back(cellsBefore), n.back(i.y)];
	const masked = factors.map((factor) => within(direction, factor, 0));
	const given = [within(direction, direction.dy, 0), ...masked, within(direction, f.y, 1), ...carried(direction)];
	const [pi, po, pf] = peepholes;
	const { states, outputs } = walkBack(direction, [direction.dh, direction.dc], given, (body, before_, slices) => {
		const [[dh, dc], [dy, ko, kc, ki, kf, kn, keep, ...outside]] = [before_, slices];
		const times = (a: Value | undefined, b: Value | undefined): Value => body.op("Mul", [a, b]);
		const seen = (weight: Value | undefined, dGate: Value): readonly Value[] =>
			weight === undefined ? [] : [times(weight, dGate)];
		const h = body.op("Add", [dh, dy]);
		const dOut = times(h, ko);
		const c = plus(body, times(h, kc), required([dc], 0), ...seen(po, dOut));
		const [dIn, dForget, dNew] = [times(c, ki), times(c, kf), times(c, kn)];
		const gates = joined(body, [dIn, dOut, dForget, dNew]);
		return {
			states: [
				plus(body, body.op("MatMul", [gates, r]), ...kept(body, h, outside)),
				plus(body, times(c, keep), ...seen(pi, dIn), ...seen(pf, dForget)),
			],
			outputs: [gates],
		};
	});
	const gates = required(outputs, 0);
	const [dIn, dOut, dForget] = parts(g, gates, direction.hidden);
	const peephole = (dGate: Value | undefined, seen: Value): Value =>
		g.op("ReduceSum", [g.op("Mul", [dGate, seen]), g.integers([0])], { keepdims: { kind: "int", value: 0 } });
	return {
		x: gates,
		recurrent: gates,
		factors: [{ gates: 4, rows: before }],
		h: required(states, 0),
		c: required(states, 1),
		peepholes:
			peepholes.length === 0 ? [] : [peephole(dIn, cellsBefore), peephole(dOut, cells), peephole(dForget, cellsBefore)],
	};
}

/** What both kinds of GRU have: gates, and R and its bias of the first two gates and of the third. */
function gruGates(direction: Direction) {
	const { g, x, hidden, before, r, recurrentBias } = direction;
	const rows = (of: Value | undefined, from: number, to: number): Value | undefined =>
		of && sliceAlong(g, of, 0, from * hidden, to * hidden);
	const [rGates, rNew] = [required([rows(r, 0, 2)], 0), required([rows(r, 2, 3)], 0)];
	const [gateBias, newBias] = [rows(recurrentBias, 0, 2), rows(recurrentBias, 2, 3)];
	const [xz, xr, xn = x] = parts(g, x, hidden);
	const [hz, hr] = parts(g, throughWeights(g, before, rGates, gateBias), hidden);
	const [gate, inner] = direction.activations;
	const z = activated(direction, gate, g.op("Add", [xz, hz]));
	const reset = activated(direction, gate, g.op("Add", [xr, hr]));
	const product = (state: Value): Value => throughWeights(g, state, rNew, newBias);
	return { z, reset, xn, inner, rGates, rNew, product };
}

// h' = (1 − z) n + z h, n = t(W x + r q), q = R h: (dz, dr, dn, dq) = (Kz, Kr, Kn, Kn r) h; dh ← z h + (dz, dr, dq) R
function gruAfterGradients(direction: Direction): CellGradients {
	const { g, r, before, hidden } = direction;
	const { z, reset, xn, inner, product } = gruGates(direction);
	const q = product(before);
	const n = activated(direction, inner, g.op("Add", [xn, g.op("Mul", [reset.y, q])]));
	const kNew = within(direction, n.back(oneMinus(g, z.y)), 0);
	const kz = within(direction, z.back(g.op("Sub", [before, n.y])), 0);
	const kr = reset.back(g.op("Mul", [kNew, q]));
	const k = joined(g, [kz, kr, g.op("Mul", [kNew, reset.y])]);
	const given = [within(direction, direction.dy, 0), k, within(direction, z.y, 1)];
	const { states, outputs } = walkBack(direction, [direction.dh], given, (body, [dh], [dy, factors, keep]) => {
		const h = body.op("Add", [dh, dy]);
		const gates = body.op("Mul", [joined(body, [h, h, h]), factors]);
		return { states: [plus(body, body.op("MatMul", [gates, r]), body.op("Mul", [h, keep]))], outputs: [h, gates] };
	});
	const [h, gates] = [required(outputs, 0), required(outputs, 1)];
	const dx = joined(g, [sliceAlong(g, gates, 1, 0, 2 * hidden), g.op("Mul", [h, kNew])]);
	return { x: dx, recurrent: gates, factors: [{ gates: 3, rows: before }], h: required(states, 0) };
}

// As above with n = t(W x + R s), s = r h: ds = dn R, dr = Kr ds; dh ← z h + r ds + (dz, dr) R
function gruBeforeGradients(direction: Direction): CellGradients {
	const { g, before } = direction;
	const { z, reset, xn, inner, rGates, rNew, product } = gruGates(direction);
	const s = g.op("Mul", [reset.y, before]);
	const n = activated(direction, inner, g.op("Add", [xn, product(s)]));
	const kNew = within(direction, n.back(oneMinus(g, z.y)), 0);
	const kz = within(direction, z.back(g.op("Sub", [before, n.y])), 0);
	const given = [within(direction, direction.dy, 0), kz, reset.back(before), kNew, within(direction, z.y, 1), reset.y];
	const { states, outputs } = walkBack(direction, [direction.dh], given, (body, [dh], slices) => {
		const [dy, kUpdate, kReset, kFresh, keep, open] = slices;
		const times = (a: Value | undefined, b: Value | undefined): Value => body.op("Mul", [a, b]);
		const h = body.op("Add", [dh, dy]);
		const dNew = times(h, kFresh);
		const ds = body.op("MatMul", [dNew, rNew]);
		const gates = joined(body, [times(h, kUpdate), times(ds, kReset)]);
		const next = plus(body, body.op("MatMul", [gates, rGates]), times(h, keep), times(ds, open));
		return { states: [next], outputs: [joined(body, [gates, dNew])] };
	});
	const gates = required(outputs, 0);
	const factors = [
		{ gates: 2, rows: before },
		{ gates: 1, rows: s },
	];
	return { x: gates, recurrent: gates, factors, h: required(states, 0) };
}

/** Kinds of recurrent layers, by their operator. */
export const cells = {
	LSTM: { gates: 4, activations: ["Sigmoid", "Tanh", "Tanh"], gradients: lstmGradients },
	GRU: {
		gates: 3,
		activations: ["Sigmoid", "Tanh"],
		gradients: (direction) => (direction.resetAfter ? gruAfterGradients(direction) : gruBeforeGradients(direction)),
	},
	RNN: { gates: 1, activations: ["Tanh"], gradients: rnnGradients },
} as const satisfies Record<string, Cell>;
