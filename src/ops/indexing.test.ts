import { describe, expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { expectGradients } from "../../test/support/gradient-check.js";
import { integers, real } from "../../test/support/graphs.js";
import { gradients } from "../autodiff/gradients.js";
import { type Attributes, int, text } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { createGraph, type OperatorName } from "./index.js";

/** Indices that the graph cannot see while it is built. */
const hidden = (g: Graph, dims: readonly number[], values: readonly number[]): Value =>
	g.op("Identity", [g.constant(integers(dims, values))]);

const drawn = (type: "float" | "double", dims: readonly number[]): ReturnType<typeof real> =>
	real(type, dims, createDraws(5, "indexing").reals(elementCount(dims), -1, 1));

describe("indices that are known at run time only", () => {
	const cases: readonly {
		readonly op: OperatorName;
		readonly type: "float" | "double";
		readonly x: readonly number[];
		readonly indices: Parameters<typeof integers>;
		readonly attributes?: Attributes;
	}[] = [
		{
			op: "Gather",
			type: "float",
			x: [5, 3],
			indices: [
				[2, 3],
				[0, -1, 4, 4, 2, 0],
			],
		},
		{ op: "Gather", type: "float", x: [5], indices: [[], [3]] },
		{ op: "Gather", type: "double", x: [5, 3], indices: [[4], [0, -1, 4, 4]] },
		{
			op: "Gather",
			type: "double",
			x: [2, 5, 3],
			indices: [
				[2, 2],
				[0, -1, 4, -5],
			],
			attributes: { axis: int(1) },
		},
		{ op: "Gather", type: "double", x: [2, 5], indices: [[], [-2]], attributes: { axis: int(-1) } },
		{
			op: "GatherND",
			type: "double",
			x: [3, 4, 2],
			indices: [
				[3, 2],
				[0, 1, -1, -4, 0, 1],
			],
		},
		{
			op: "GatherElements",
			type: "double",
			x: [3, 4],
			indices: [
				[2, 3],
				[0, 1, -1, 2, 1, 0],
			],
		},
	];

	test.each(cases)("$op of $type $x at $indices", async ({ op, type, x, indices, attributes }) => {
		await expectGradients({
			at: [drawn(type, x)],
			build: (g, inputs) => g.op(op, [...inputs, hidden(g, ...indices)], attributes),
		});
	});
});

test("the gradient of a table of many rows is not a product of its size", async () => {
	const g = createGraph();
	const table = g.input("table", { type: "float", dims: [65, 2] });
	const rows = g.op("Gather", [table, hidden(g, [3], [64, 0, 64])]);
	gradients(g, g.op("ReduceSum", [rows], { keepdims: int(0) }), [table]);
	expect(g.nodes.map(({ opType }) => opType)).not.toContain("OneHot");
	await expectGradients({
		at: [drawn("float", [65, 2])],
		build: (graph, inputs) => graph.op("Gather", [...inputs, hidden(graph, [3], [64, 0, 64])]),
	});
});

test("a constant index is put back by Pad", () => {
	const g = createGraph();
	const tokens = g.input("tokens", { type: "float", dims: [2, 5, 3] });
	const first = g.op("Gather", [tokens, g.constant(integers([], [0]))], { axis: int(1) });
	const before = g.nodes.length + 1;
	gradients(g, g.op("ReduceSum", [first], { keepdims: int(0) }), [tokens]);
	expect(g.nodes.slice(before).map(({ opType }) => opType)).toContain("Pad");
	expect(g.nodes.map(({ opType }) => opType)).not.toContain("ScatterElements");
});

test("one output of several in use: the others pass no gradient", async () => {
	await expectGradients({
		at: [drawn("double", [2, 6])],
		build: (g, inputs) => {
			const parts = g.ops("Split", inputs, { axis: int(1), num_outputs: int(3) });
			return g.op("Mul", [parts[1], parts[1]]);
		},
	});
});

test("a scattered product has no gradient, and the error says what has", () => {
	const g = createGraph();
	const [x, updates] = [g.input("x", { type: "float", dims: [3] }), g.input("u", { type: "float", dims: [1] })];
	const y = g.op("ScatterElements", [x, g.integers([1]), updates], { reduction: text("mul") });
	const loss = g.op("ReduceSum", [y], { keepdims: int(0) });
	expect(() => gradients(g, loss, [x])).toThrow("gradient of ScatterElements: expected reduction none or add, got mul");
});
