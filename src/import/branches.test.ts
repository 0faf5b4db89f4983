import { describe, expect, test } from "vitest";
import { integers } from "../../test/support/graphs.js";
import { expectSame, foreignModel, info, type NodeParts, randomTensor } from "../../test/support/models.js";
import { int } from "../graph/attributes.js";
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxValueInfo } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";
import { importModel } from "./index.js";

/** A branch that takes what it needs from the graph around it. */
function branch(
	nodes: readonly NodeParts[],
	output: string,
	constants: Readonly<Record<string, Tensor>> = {},
): OnnxAttribute {
	const { graph } = foreignModel({ opset: 21, nodes, constants, inputs: [], outputs: [info(output, undefined)] });
	return { kind: "graph", value: graph };
}

function modelOf(
	nodes: readonly NodeParts[],
	x: OnnxValueInfo["dims"],
	constants: Readonly<Record<string, Tensor>> = {},
	opset = 21,
): OnnxModel {
	const inputs = [info("x", x)];
	return foreignModel({ opset, nodes, inputs, outputs: [info("y", ["n", ""])], constants });
}

const operatorsOf = ({ graph }: { readonly graph: OnnxGraph }): readonly string[] =>
	graph.nodes.map(({ opType }) => opType);

/** Whether the size of an axis of `x` is more than 4. */
const isLarge = (axis: number, to: string): readonly NodeParts[] => [
	["Shape", ["x"], [`${to}/size`], { start: int(axis), end: int(axis + 1) }],
	["Greater", [`${to}/size`, "four"], [to]],
];
const four = { four: integers([1], [4]) };
const doubled = branch([["Add", ["x", "x"], ["sum"]]], "sum");
const squared = branch([["Mul", ["x", "x"], ["sum"]]], "sum");
const choice = (to: string, more: NodeParts[3] = {}): NodeParts => [
	...(["If", [to], ["y"]] as const),
	{ then_branch: doubled, else_branch: squared, ...more },
];

describe("a branch is in the place of an If", () => {
	test.each([1, 0])("with a constant condition, %d", async (value) => {
		const model = modelOf([choice("c")], ["n", 5], { c: { type: "bool", dims: [], data: Uint8Array.of(value) } });
		const imported = importModel(model);
		expect(operatorsOf(imported)).toEqual([value === 1 ? "Add" : "Mul"]);
		await expectSame(model, imported, { x: randomTensor("x", [3, 5]) });
	});

	test.each([
		[5, "Add"],
		[4, "Mul"],
	])("by a size of the samples, %d", async (size, taken) => {
		const model = modelOf([...isLarge(1, "large"), choice("large")], ["n", size], four);
		const imported = importModel(model);
		expect(operatorsOf(imported).at(-1)).toBe(taken);
		await expectSame(model, imported, { x: randomTensor("x", [3, size]) });
	});

	test("by a size that only the data tell", () => {
		const model = modelOf([...isLarge(1, "large"), choice("large")], ["n", "features"], four);
		expect(operatorsOf(importModel(model, [5])).at(-1)).toBe("Add");
		expect(() => importModel(model)).toThrow("y (If): expected operators that Limbeck can train through, got If.");
	});

	test("inside another, with names that it shares with the other branch and constants of its own", async () => {
		const half: Tensor = { type: "float", dims: [], data: Float32Array.of(0.5) };
		const inner = branch(
			[
				["Mul", ["h", "scale"], ["scaled"]],
				[
					"If",
					["large"],
					["sum"],
					{ then_branch: branch([["Neg", ["scaled"], ["sum"]]], "sum"), else_branch: squared },
				],
			],
			"sum",
			{ scale: half },
		);
		const model = modelOf(
			[
				...isLarge(1, "large"),
				["Tanh", ["x"], ["h"]],
				["Identity", ["h"], ["scaled"]],
				choice("large", { then_branch: inner }),
			],
			["n", 5],
			four,
		);
		const imported = importModel(model);
		expect(operatorsOf(imported)).not.toContain("If");
		await expectSame(model, imported, { x: randomTensor("x", [3, 5]) });
	});

	test("that gives what is made outside", async () => {
		const giving = (nodes: readonly NodeParts[], output: string): OnnxModel => {
			const outside = { then_branch: branch(nodes, output), else_branch: squared };
			return modelOf([["Tanh", ["x"], ["h"]], ...isLarge(1, "large"), choice("large", outside)], ["n", 5], four);
		};
		// ONNX Runtime wants a node between.
		const file = giving([["Identity", ["h"], ["sum"]]], "sum");
		await expectSame(file, importModel(giving([], "h")), { x: randomTensor("x", [3, 5]) });
	});

	test("in an older operator set, whose forms change in it", async () => {
		const old = { then_branch: branch([["Dropout", ["x"], ["sum"]]], "sum"), else_branch: squared };
		const always: Tensor = { type: "bool", dims: [], data: Uint8Array.of(1) };
		const model = modelOf([choice("c", old)], ["n", 5], { c: always }, 11);
		await expectSame(model, importModel(model), { x: randomTensor("x", [3, 5]) });
	});
});

describe("conditions on the batch size", () => {
	test("that part larger batches are refused", () => {
		const byTwo = [...isLarge(0, "large").slice(0, 1), ["Greater", ["large/size", "two"], ["large"]] as const];
		const model = modelOf([...byTwo, choice("large")], ["n", 5], { two: integers([1], [2]) });
		expect(() => importModel(model)).toThrow("sizes that are the same for every batch");
	});

	test("that ask for a batch of one alone are read for larger batches, with a notice", () => {
		const single = [...isLarge(0, "large").slice(0, 1), ["Greater", ["large/size", "one"], ["large"]] as const];
		const imported = importModel(modelOf([...single, choice("large")], ["n", 5], { one: integers([1], [1]) }));
		expect(operatorsOf(imported).at(-1)).toBe("Add");
		expect(imported.notices?.map(({ text }) => text)).toEqual([
			"y: a batch of one sample takes another branch in the file than larger batches do; the branch for larger batches " +
				"is read, for every batch.",
		]);
	});
});

test("a condition on values is refused", () => {
	const nodes: readonly NodeParts[] = [
		["ReduceSum", ["x"], ["total"], { keepdims: int(0) }],
		["Greater", ["total", "zero"], ["positive"]],
		choice("positive"),
	];
	const zero: Tensor = { type: "float", dims: [], data: Float32Array.of(0) };
	expect(() => importModel(modelOf(nodes, ["n", 5], { zero }))).toThrow(
		"A branch is read where its condition is a constant",
	);
});
