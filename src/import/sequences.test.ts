import { describe, expect, test } from "vitest";
import { integers } from "../../test/support/graphs.js";
import { expectSame, foreignModel, info, type NodeParts, randomTensor } from "../../test/support/models.js";
import { int } from "../graph/attributes.js";
import type { OnnxModel } from "../onnx/model.js";
import { importModel } from "./index.js";

const x = { x: randomTensor("x", [2, 3, 4]) };
const whole = (value: number): ReturnType<typeof integers> => integers([], [value]);
const constants = {
	zero: whole(0),
	one: whole(1),
	two: whole(2),
	last: whole(-1),
	three: whole(3),
	sizes: integers([3], [1, 0, 3]),
};

function model(nodes: readonly NodeParts[], last: string | number = 4): OnnxModel {
	return foreignModel({
		opset: 13,
		nodes,
		inputs: [info("x", ["n", 3, last])],
		outputs: [info("y", undefined)],
		constants,
	});
}

const operatorsOf = ({ graph }: OnnxModel): readonly string[] => graph.nodes.map(({ opType }) => opType);

/** Two parts of a cut, joined. */
const joined = (split: NodeParts, first: string, second: string): readonly NodeParts[] => [
	split,
	["SequenceAt", ["parts", first], ["a"]],
	["SequenceAt", ["parts", second], ["b"]],
	["Concat", ["a", "b"], ["y"], { axis: int(0) }],
];

const cuts: readonly (readonly [what: string, split: NodeParts, first: string, second: string])[] = [
	["unbind", ["SplitToSequence", ["x"], ["parts"], { axis: int(1), keepdims: int(0) }], "zero", "last"],
	[
		"unbind along a size that may vary",
		["SplitToSequence", ["x"], ["parts"], { axis: int(-1), keepdims: int(0) }],
		"two",
		"last",
	],
	["single elements", ["SplitToSequence", ["x"], ["parts"], { axis: int(2) }], "one", "last"],
	["chunks", ["SplitToSequence", ["x", "two"], ["parts"], { axis: int(-1) }], "zero", "one"],
	["named sizes", ["SplitToSequence", ["x", "sizes"], ["parts"], { axis: int(2), keepdims: int(0) }], "two", "two"],
];

describe.each([4, "m"])("of a file that says %s of the last size", (last) => {
	test.each(cuts)("%s becomes parts, cut out", async (_, split, first, second) => {
		const before = model(joined(split, first, second), last);
		const after = importModel(before);
		expect(operatorsOf(after).filter((name) => name.includes("Sequence"))).toEqual([]);
		await expectSame(before, after, x);
	});
});

test("what is cut along a known size is one Split", () => {
	const nodes = joined(["SplitToSequence", ["x", "two"], ["parts"], { axis: int(2) }], "zero", "one");
	expect(operatorsOf(importModel(model(nodes)))).toContain("Split");
});

test("a last chunk that is smaller", async () => {
	const nodes: readonly NodeParts[] = [
		["SplitToSequence", ["x", "three"], ["parts"], { axis: int(2) }],
		["SequenceAt", ["parts", "last"], ["y"]],
	];
	await expectSame(model(nodes), importModel(model(nodes)), x);
	expect(operatorsOf(importModel(model(nodes, "m")))).toContain("SequenceAt");
});

test.each([0, 1])("a sequence that is made, joined and counted, new axis %d", async (newAxis) => {
	const nodes: readonly NodeParts[] = [
		["Neg", ["x"], ["minus"]],
		["SequenceConstruct", ["x", "minus"], ["parts"]],
		["ConcatFromSequence", ["parts"], ["all"], { axis: int(1), new_axis: int(newAxis) }],
		["SequenceLength", ["parts"], ["count"]],
		["Cast", ["count"], ["factor"], { to: int(1) }],
		["Mul", ["all", "factor"], ["y"]],
	];
	const after = importModel(model(nodes));
	expect(operatorsOf(after).filter((name) => name.includes("Sequence"))).toEqual([]);
	await expectSame(model(nodes), after, x);
});

test("a position behind the last is refused by the node's name", () => {
	const nodes: readonly NodeParts[] = [
		["SplitToSequence", ["x", "two"], ["parts"], { axis: int(2) }],
		["SequenceAt", ["parts", "two"], ["y"]],
	];
	expect(() => importModel(model(nodes))).toThrow("y (SequenceAt): expected a position in a sequence of 2, got 2");
});
