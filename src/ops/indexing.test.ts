import { describe, expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { expectGradients } from "../../test/support/gradient-check.js";
import { evaluate, integers, numbers, real } from "../../test/support/graphs.js";
import { gradients } from "../autodiff/gradients.js";
import { type Attributes, int, text } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { createGraph, type OperatorName, operators } from "./index.js";
import { required } from "./infer.js";

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

test("a reduction that nobody knows is refused", () => {
	const g = createGraph();
	const [x, updates] = [g.input("x", { type: "float", dims: [3] }), g.input("u", { type: "float", dims: [1] })];
	expect(() => g.op("ScatterElements", [x, g.integers([1]), updates], { reduction: text("mean") })).toThrow(
		"ScatterElements: expected reduction none, add, mul, max, min, got mean",
	);
});

describe("what meets in one place", () => {
	const slices = (g: Graph, inputs: readonly (Value | undefined)[], reduction: string): Value =>
		g.op("ScatterND", inputs, { reduction: text(reduction) });
	const gradientsOf = async (
		data: readonly number[],
		updates: readonly number[],
		build: (g: Graph, data: Value, updates: Value) => Value,
	): Promise<readonly (readonly number[])[]> => {
		const g = createGraph();
		const inputs = [
			g.parameter("x", real("float", [data.length], data)),
			g.parameter("u", real("float", [updates.length], updates)),
		] as const;
		const found = gradients(g, g.op("ReduceSum", [build(g, ...inputs)], { keepdims: int(0) }), inputs);
		const outputs = await evaluate(g, Object.fromEntries(found.map((value, index) => [`d${index}`, value])));
		return found.map((_, index) => numbers(outputs, `d${index}`));
	};

	test.each([
		[
			"mul",
			[2, 5],
			[3, 0],
			[
				[0, 1],
				[0, 6],
			],
		],
		[
			"mul",
			[0, 5],
			[3, 0],
			[
				[0, 1],
				[0, 0],
			],
		],
		[
			"max",
			[2, 5],
			[2, 1],
			[
				[0.5, 1],
				[0.5, 0],
			],
		],
		[
			"min",
			[1, 5],
			[2, 1],
			[
				[0.5, 1],
				[0, 0.5],
			],
		],
	] as const)("%s of %j with %j at 0 passes %j", async (reduction, data, updates, expected) => {
		expect(
			await gradientsOf(data, updates, (g, x, u) =>
				g.op("ScatterElements", [x, g.integers([0, 0]), u], { reduction: text(reduction) }),
			),
		).toEqual(expected);
		const indices = integers([2, 1], [0, 0]);
		expect(await gradientsOf(data, updates, (g, x, u) => slices(g, [x, g.constant(indices), u], reduction))).toEqual(
			expected,
		);
	});

	test("while training, slices that are reduced are added in order, with the same values", async () => {
		const g = createGraph();
		const inputs = [
			real("float", [3, 2], [1, 2, 3, 4, 5, 6]),
			integers([3, 1], [2, 0, -1]),
			real("float", [3, 2], [1, -1, 2, 2, 7, 7]),
		];
		const values = inputs.map((tensor) => g.constant(tensor));
		for (const reduction of ["add", "mul", "max", "min", "none"]) {
			const [trained] = operators.ScatterND.train(g, values, { reduction: text(reduction) });
			const found = await evaluate(g, { plain: slices(g, values, reduction), trained: required([trained], 0) });
			expect(numbers(found, "trained")).toEqual(numbers(found, "plain"));
		}
		expect(g.nodes.filter(({ opType }) => opType === "ScatterElements")).toHaveLength(4);
	});
});
