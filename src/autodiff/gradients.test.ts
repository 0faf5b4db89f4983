import { describe, expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { expectGradients } from "../../test/support/gradient-check.js";
import { evaluate, numbers, real } from "../../test/support/graphs.js";
import { int } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { createGraph } from "../ops/index.js";
import { gradients } from "./gradients.js";

const sum = (g: Graph, x: Value): Value => g.op("ReduceSum", [x], { keepdims: int(0) });
const parameter = (g: Graph, name: string, dims: readonly number[], values: readonly number[]): Value =>
	g.parameter(name, real("double", dims, values));

async function gradientOf(g: Graph, loss: Value, value: Value): Promise<readonly number[]> {
	const [gradient] = gradients(g, loss, [value]);
	if (gradient === undefined) throw new Error("one gradient");
	expect(gradient.dims).toEqual(value.dims);
	return numbers(await evaluate(g, { gradient }), "gradient");
}

describe("a value used more than once", () => {
	test("by two nodes: the gradients add up", async () => {
		const g = createGraph();
		const x = parameter(g, "x", [2], [1, 2]);
		// d (x² + 3 x) = 2 x + 3
		const loss = sum(g, g.op("Add", [g.op("Mul", [x, x]), g.op("Mul", [x, g.scalar(3, x)])]));
		expect(await gradientOf(g, loss, x)).toEqual([5, 7]);
	});

	test("twice by one node", async () => {
		const g = createGraph();
		const x = parameter(g, "x", [2], [1, 2]);
		expect(await gradientOf(g, sum(g, g.op("Add", [x, x])), x)).toEqual([2, 2]);
		expect(await gradientOf(g, sum(g, g.op("Sub", [x, x])), x)).toEqual([0, 0]);
	});

	test("an inner value, at different depths", async () => {
		const g = createGraph();
		const x = parameter(g, "x", [], [2]);
		const square = g.op("Mul", [x, x]);
		// (x²)² + x² + x: 4 x³ + 2 x + 1
		const loss = g.op("Add", [g.op("Add", [g.op("Mul", [square, square]), square]), x]);
		expect(await gradientOf(g, loss, x)).toEqual([37]);
	});

	test("both the loss itself and a part of it may be wanted", async () => {
		const g = createGraph();
		const x = parameter(g, "x", [], [3]);
		const loss = g.op("Mul", [x, x]);
		const found = gradients(g, loss, [loss, x]);
		const outputs = await evaluate(g, Object.fromEntries(found.map((value, index) => [`d${index}`, value])));
		expect([numbers(outputs, "d0"), numbers(outputs, "d1")]).toEqual([[1], [6]]);
	});
});

describe("broadcasting", () => {
	const pairs: readonly (readonly [readonly number[], readonly number[]])[] = [
		[[2, 3], [3]],
		[[2, 3], []],
		[
			[2, 3],
			[1, 3],
		],
		[
			[2, 3],
			[2, 1],
		],
		[
			[2, 3],
			[1, 1],
		],
		[
			[2, 1],
			[1, 3],
		],
		[
			[4, 1, 3],
			[2, 1],
		],
		[[], []],
		[[1], []],
		[[1, 1, 1], [2]],
	];

	test.each(pairs)("%j × %j: each gradient has its value's shape", async (a, b) => {
		const draws = createDraws(1, "broadcast");
		const tensorOf = (dims: readonly number[]): ReturnType<typeof real> =>
			real("double", dims, draws.reals(elementCount(dims), -1, 1));
		await expectGradients({ at: [tensorOf(a), tensorOf(b)], build: (g, inputs) => g.op("Mul", inputs) });
	});

	test("a bias gets the sum over the batch", async () => {
		const g = createGraph();
		const x = parameter(g, "x", [3, 2], [1, 2, 3, 4, 5, 6]);
		const bias = parameter(g, "bias", [2], [0, 0]);
		expect(await gradientOf(g, sum(g, g.op("Add", [x, bias])), bias)).toEqual([3, 3]);
	});
});

describe("what is frozen", () => {
	/** Two layers; how many nodes their gradients take. */
	function countNodes(want: (values: { w1: Value; w2: Value; x: Value }) => readonly Value[]): readonly string[] {
		const g = createGraph();
		const x = g.input("x", { type: "float", dims: [4, 3] });
		const w1 = g.input("w1", { type: "float", dims: [5, 3] });
		const w2 = g.input("w2", { type: "float", dims: [2, 5] });
		const hidden = g.op("Tanh", [g.op("Gemm", [x, w1], { transB: int(1) })]);
		const loss = sum(g, g.op("Gemm", [hidden, w2], { transB: int(1) }));
		const before = g.nodes.length;
		gradients(g, loss, want({ w1, w2, x }));
		return g.nodes.slice(before).map(({ opType }) => opType);
	}
	const products = (nodes: readonly string[]): number => nodes.filter((op) => op === "Gemm").length;

	test("no gradient of the first layer's input is built: 3 products for two layers, 4 when it is wanted", () => {
		expect(products(countNodes(({ w1, w2 }) => [w1, w2]))).toBe(3);
		expect(products(countNodes(({ w1, w2, x }) => [w1, w2, x]))).toBe(4);
	});

	test("nothing is built below a frozen first layer", () => {
		const nodes = countNodes(({ w2 }) => [w2]);
		expect(products(nodes)).toBe(1);
		// Tanh's rule would multiply.
		expect(nodes).not.toContain("Mul");
	});

	test("a teacher costs no gradient nodes, whatever operators it is made of", () => {
		const g = createGraph();
		const x = g.input("x", { type: "float", dims: [4] });
		const w = g.input("w", { type: "float", dims: [4] });
		const teacher = g.op("Sign", [g.op("Exp", [x])]);
		const loss = sum(g, g.op("Mul", [w, teacher]));
		const before = g.nodes.length;
		const [gradient] = gradients(g, loss, [w]);
		expect(gradient?.dims).toEqual([4]);
		const added = g.nodes.slice(before).map(({ opType }) => opType);
		expect(added).not.toContain("Exp");
		expect(added.filter((op) => op === "Mul")).toHaveLength(1);
	});

	test("nodes beside the loss are not looked at", () => {
		const g = createGraph();
		const w = g.input("w", { type: "float", dims: [4] });
		g.op("Sign", [w]);
		expect(() => gradients(g, sum(g, w), [w])).not.toThrow();
	});
});

describe("what cannot be done", () => {
	const modelError = (detail: object): Error =>
		expect.objectContaining({ name: "LimbeckError", category: "model", ...detail }) as Error;

	test("a loss that is not a scalar is refused with its shape", () => {
		const g = createGraph();
		const x = g.input("x", { type: "float", dims: [2, 1] });
		expect(() => gradients(g, x, [x])).toThrow(modelError({ expected: "a scalar loss", got: "float[2,1]" }));
	});

	test("a value that the loss does not depend on is refused by name", () => {
		const g = createGraph();
		const [x, lost] = [g.input("x", { type: "float", dims: [2] }), g.input("lost", { type: "float", dims: [2] })];
		expect(() => gradients(g, sum(g, x), [x, lost])).toThrow(modelError({ where: "gradient of lost" }));
	});

	test("a value behind a rounding to integers is refused by name: no gradient passes", () => {
		const g = createGraph();
		const x = g.input("x", { type: "float", dims: [2] });
		const rounded = g.op("Cast", [g.op("Cast", [x], { to: int(7) })], { to: int(1) });
		expect(() => gradients(g, sum(g, rounded), [x])).toThrow(modelError({ where: "gradient of x" }));
	});

	test("an operator without a gradient on the way is refused by its node's name", () => {
		const g = createGraph();
		const x = g.input("x", { type: "float", dims: [2] });
		const hardmax = g.op("Hardmax", [x], {}, "layer3/hardmax");
		expect(() => gradients(g, sum(g, hardmax), [x])).toThrow(
			modelError({ where: "gradient through layer3/hardmax", got: "Hardmax" }),
		);
	});
});
