import { describe, expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { expectGradients } from "../../test/support/gradient-check.js";
import { real } from "../../test/support/graphs.js";
import { gradients } from "../autodiff/gradients.js";
import { type Attributes, float, int, text } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { createGraph } from "./index.js";
import type { recurrent } from "./recurrent.js";

const hidden = { hidden_size: int(2) };
const gates = { LSTM: 4, GRU: 3, RNN: 1 } as const;
type Kind = keyof typeof recurrent;

/** X, W, R and B of a layer that reads three numbers a step. */
const shapes = (kind: Kind, time: number, count = 1): readonly (readonly number[])[] => {
	const rows = 2 * gates[kind];
	return [
		[time, 2, 3],
		[count, rows, 3],
		[count, rows, 2],
		[count, 2 * rows],
	];
};

function layer(g: Graph, attributes: Attributes = {}): readonly Value[] {
	const inputs = shapes("LSTM", 3).map((dims, index) => g.input(`x${index}`, { type: "float", dims }));
	return g.ops("LSTM", inputs, { ...hidden, ...attributes });
}

describe("what a recurrent layer does not do is refused", () => {
	test.each([
		[{ clip: float(1) }, "LSTM: expected clip 0, got 1"],
		[{ input_forget: int(1) }, "LSTM: expected input_forget 0, got 1"],
		[{ layout: int(1) }, "LSTM: expected layout 0, got 1"],
		[{ activations: { kind: "strings", value: ["Affine", "Tanh", "Tanh"] } }, "got Affine"],
		[{ activation_alpha: { kind: "floats", value: [0.5] } }, "got activation_alpha"],
		[{ direction: text("bidirectional") }, "weights [2,8,3] for bidirectional"],
		[{ direction: text("sideways") }, "direction forward or reverse or bidirectional, got sideways"],
	] as const)("%j", (attributes, says) => {
		expect(() => layer(createGraph(), attributes)).toThrow(says);
	});
});

test.each([
	[3, [1, 8], "LSTM, input 3: expected [1,16], got float[1,8]"],
	[4, [3], "LSTM, input 4: expected [2], got float[3]"],
	[5, [1, 1, 2], "LSTM, input 5: expected [1,2,2], got float[1,1,2]"],
	[6, [2, 2], "LSTM, input 6: expected [1,2,2], got float[2,2]"],
	[7, [1, 8], "LSTM, input 7: expected [1,6], got float[1,8]"],
] as const)("input %d of the shape %j is refused", (index, dims, says) => {
	const g = createGraph();
	const inputs = shapes("LSTM", 3).map((one, at) => g.input(`x${at}`, { type: "float", dims: one }));
	const all = Array.from({ length: index + 1 }, (_, at) => inputs[at]);
	expect(() => g.ops("LSTM", all.with(index, g.input("wrong", { type: "float", dims })), hidden)).toThrow(says);
});

/** A layer in both directions over four steps, with initial states and lengths. */
async function expectGradientsWithLengths(
	kind: Kind,
	lengthsOf: (g: Graph) => Value,
	peepholes: boolean,
	attributes: Attributes,
): Promise<void> {
	const states = [
		[2, 2, 2],
		[2, 2, 2],
	].slice(0, kind === "LSTM" ? 2 : 1);
	const dims = [...shapes(kind, 4, 2), ...states, ...(peepholes ? [[2, 6]] : [])];
	const draws = createDraws(3, `recurrent/${kind}`);
	await expectGradients({
		at: dims.map((one) => real("float", one, draws.reals(elementCount(one), -1, 1))),
		build: (g, [x, w, r, b, ...rest]) => {
			const outputs = g.ops(kind, [x, w, r, b, lengthsOf(g), ...rest], {
				...hidden,
				direction: text("bidirectional"),
				...attributes,
			});
			const flat = outputs.map((y) => g.op("Reshape", [y, g.integers([-1])]));
			return g.op("Concat", flat, { axis: int(0) });
		},
	});
}

describe("sequences of several lengths", () => {
	const lengths = (g: Graph): Value => g.constant({ type: "int32", dims: [2], data: Int32Array.of(2, 4) });

	test.each([
		["LSTM", false, {}],
		["LSTM", true, {}],
		["GRU", false, {}],
		["GRU", false, { linear_before_reset: int(1) }],
		["RNN", false, {}],
		["RNN", false, { activations: { kind: "strings", value: ["Softplus", "Sigmoid"] } }],
	] as const)("%s, with peepholes: %j, %j", async (kind, peepholes, attributes) => {
		await expectGradientsWithLengths(kind, lengths, peepholes, attributes);
		await expectGradientsWithLengths(kind, (g) => g.op("Identity", [lengths(g)]), peepholes, attributes);
	});
});

test.each(["LSTM", "GRU", "RNN"] as const)("the gradient of %s has as many nodes for any number of steps", (kind) => {
	const nodes = (time: number): number => {
		const g = createGraph();
		const inputs = shapes(kind, time).map((dims, index) => g.input(`x${index}`, { type: "float", dims }));
		const y = g.op(kind, inputs, hidden);
		gradients(g, g.op("ReduceSum", [y], { keepdims: int(0) }), inputs);
		return g.nodes.length;
	};
	expect(nodes(1000)).toBe(nodes(10));
});
