import { expect, test } from "vitest";
import { int, ints } from "../../src/graph/attributes.js";
import type { OnnxModel, OnnxValueInfo } from "../../src/onnx/model.js";
import { withoutFinalOperator } from "../../src/predict/final-operator.js";
import { foreignModel, info, type NodeParts, randomTensor, runModel } from "../support/models.js";

const x = randomTensor("x", [2, 3]);
const last = { axis: int(-1) };
const scale = { type: "float", dims: [], data: Float32Array.of(1 / 256) } as const;
const least = { type: "float", dims: [], data: Float32Array.of(-1) } as const;
const zero = { type: "uint8", dims: [], data: Uint8Array.of(0) } as const;

/** z = −x, and what follows. */
function ending(
	nodes: readonly NodeParts[],
	changes: Partial<{ output: OnnxValueInfo; opset: number }> = {},
): OnnxModel {
	return foreignModel({
		opset: changes.opset ?? 17,
		nodes: [["Neg", ["x"], ["z"]], ...nodes],
		inputs: [info("x", ["n", 3])],
		outputs: [changes.output ?? info("y", ["n", 3])],
		constants: { scale, zero, least },
	});
}

test.each([
	["Softmax", [["Softmax", ["z"], ["y"], last]]],
	["LogSoftmax", [["LogSoftmax", ["z"], ["y"], last]]],
	["Softmax", [["Softmax", ["z"], ["y"], { axis: int(1) }]]],
	[
		"Softmax",
		[
			["Softmax", ["z"], ["p"], last],
			["Identity", ["p"], ["y"]],
		],
	],
	[
		"Softmax",
		[
			["Softmax", ["z"], ["p"], last],
			["QuantizeLinear", ["p", "scale", "zero"], ["q"]],
			["DequantizeLinear", ["q", "scale", "zero"], ["y"]],
		],
	],
] as const)("the logits before a last %s come out", async (operator, nodes) => {
	const { model, removed } = withoutFinalOperator(ending(nodes));
	expect(removed).toBe(operator);
	const [output] = Object.values(await runModel(model, { x }));
	expect(Array.from(output?.data as Float32Array)).toEqual(Array.from(x.data, (value) => -value));
});

test.each([
	[
		"none at the end",
		[
			["Softmax", ["z"], ["p"], last],
			["Relu", ["p"], ["y"]],
		],
	],
	["one over the batch", [["Softmax", ["z"], ["y"], { axis: int(0) }]]],
	["no operator at all", [["Identity", ["z"], ["y"]]]],
	[
		"scores that are divided by their sum",
		[
			["Sigmoid", ["z"], ["s"]],
			["ReduceL1", ["s"], ["t"], { axes: ints([1]) }],
			["Div", ["s", "t"], ["y"]],
		],
	],
	[
		"logarithms that are cut off",
		[
			["LogSoftmax", ["z"], ["l"], last],
			["Max", ["l", "least"], ["y"]],
		],
	],
	[
		"logarithms that are moved",
		[
			["Softmax", ["z"], ["p"], last],
			["Log", ["p"], ["l"]],
			["Add", ["l", "scale"], ["y"]],
		],
	],
	// What type the logits have, the file does not say.
	[
		"one before a Cast",
		[
			["Softmax", ["z"], ["p"], last],
			["Cast", ["p"], ["y"], { to: int(11) }],
		],
	],
] as const)("a model with %s stays as it is", (_, nodes) => {
	const model = ending(nodes);
	expect(withoutFinalOperator(model)).toEqual({ model });
});

test("probabilities that another output needs are still made", async () => {
	const model = ending([["Softmax", ["z"], ["y"], last]]);
	const { graph } = model;
	const two = { ...model, graph: { ...graph, outputs: [...graph.outputs, info("y", ["n", 3])] } };
	const outputs = await runModel(withoutFinalOperator(two).model, { x });
	expect(Object.keys(outputs).sort()).toEqual(["y", "z"]);
});
