import { describe, expect, test } from "vitest";
import { evaluate, numbers, real } from "../../test/support/graphs.js";
import type { Value } from "../graph/value.js";
import type { OnnxNode } from "../onnx/model.js";
import { createGraph } from "./index.js";

/** The nodes that a product is written as. */
function written(a: readonly number[], b: readonly number[]): readonly OnnxNode[] {
	const g = createGraph();
	const operands = [a, b].map((dims, at) => g.input(`x${at}`, { type: "float", dims }));
	return g.toOnnx("product", [["y", g.op("Mul", operands)]]).nodes;
}

const reshaped = (nodes: readonly OnnxNode[]): number => nodes.filter(({ opType }) => opType === "Reshape").length;

describe("an operand of one element", () => {
	test.each([
		{ a: [5, 3, 1, 1], b: [] },
		{ a: [1, 1], b: [5, 3, 1, 1] },
		{ a: [7, 1], b: [1] },
	])("has as many axes as what it meets: $a and $b", ({ a, b }) => {
		expect(reshaped(written(a, b))).toBe(1);
	});

	test.each([
		{ a: [5, 3], b: [] },
		{ a: [5, 3, 1, 1], b: [3, 1, 1] },
		{ a: [5, 3, 1, 1], b: [5, 3, 1, 1] },
		{ a: [1, 1], b: [] },
	])("stays as it is where that makes no difference: $a and $b", ({ a, b }) => {
		expect(reshaped(written(a, b))).toBe(0);
	});

	test("gives the same, in every operator that stretches", async () => {
		const g = createGraph();
		const x = g.input("x", { type: "float", dims: [2, 2, 1, 1] });
		const half = g.scalar(0.5);
		const chosen = g.op("Where", [g.op("Greater", [x, half]), x, half]);
		const found = ["Add", "Sub", "Mul", "Div", "Pow", "Max"].map((name): [string, Value] => [
			name,
			g.op(name, [x, half]),
		]);
		const all = Object.fromEntries([...found, ["Where", chosen]]);
		const given = await evaluate(g, all, { x: real("float", [2, 2, 1, 1], [0.25, 1, 4, 0.5]) });
		expect(Object.fromEntries(Object.keys(all).map((name) => [name, numbers(given, name)]))).toEqual({
			Add: [0.75, 1.5, 4.5, 1],
			Sub: [-0.25, 0.5, 3.5, 0],
			Mul: [0.125, 0.5, 2, 0.25],
			Div: [0.5, 2, 8, 1],
			Pow: [0.5, 1, 2, Math.fround(Math.SQRT1_2)],
			Max: [0.5, 1, 4, 0.5],
			Where: [0.5, 1, 4, 0.5],
		});
	});
});
