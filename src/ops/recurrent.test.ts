import { describe, expect, test } from "vitest";
import { float, int, text } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { createGraph } from "./index.js";

const hidden = { hidden_size: int(2) };

function layer(g: Graph, lengths?: readonly number[], attributes: Parameters<Graph["op"]>[2] = {}): readonly Value[] {
	const inputs = [
		[3, 2, 3],
		[1, 8, 3],
		[1, 8, 2],
	].map((dims, index) => g.input(`x${index}`, { type: "float", dims }));
	const given = lengths && g.constant({ type: "int32", dims: [lengths.length], data: Int32Array.from(lengths) });
	return g.ops("LSTM", [...inputs, undefined, given], { ...hidden, ...attributes });
}

describe("what a recurrent layer does not do is refused", () => {
	test("sequences of several lengths, by their lengths", () => {
		expect(() => layer(createGraph(), [3, 2])).toThrow(
			"LSTM: expected sequence_lens of 3, all of the input, got [3,2]",
		);
		expect(layer(createGraph(), [3, 3])).toHaveLength(3);
	});

	test("lengths that are fed", () => {
		const g = createGraph();
		const lengths = g.input("lengths", { type: "int32", dims: [2] });
		const inputs = [
			[3, 2, 3],
			[1, 8, 3],
			[1, 8, 2],
		].map((dims, index) => g.input(`x${index}`, { type: "float", dims }));
		expect(() => g.ops("LSTM", [...inputs, undefined, lengths], hidden)).toThrow("known while building");
	});

	test.each([
		[{ clip: float(1) }, "no clip"],
		[{ input_forget: int(1) }, "no input_forget"],
		[{ activations: { kind: "strings", value: ["Affine", "Tanh", "Tanh"] } }, "got Affine"],
		[{ activation_alpha: { kind: "floats", value: [0.5] } }, "without parameters"],
		[{ direction: text("bidirectional") }, "weights [2,8,3] for bidirectional"],
		[{ direction: text("sideways") }, "for sideways"],
	] as const)("%j", (attributes, says) => {
		expect(() => layer(createGraph(), undefined, attributes)).toThrow(says);
	});
});
