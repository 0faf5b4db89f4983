import { describe, expect, test } from "vitest";
import { evaluate, integers, numbers } from "../../test/support/graphs.js";
import { expectSame, foreignModel, info, type ModelParts, randomTensor, runModel } from "../../test/support/models.js";
import { gradients } from "../autodiff/gradients.js";
import { int } from "../graph/attributes.js";
import type { Value } from "../graph/value.js";
import { importModel } from "../import/index.js";
import type { OnnxModel } from "../onnx/model.js";
import { elementCount } from "../onnx/tensor.js";
import { createGraph } from "../ops/index.js";
import { applyModel } from "./apply.js";
import { replaceHead } from "./head.js";
import { selectTrainable } from "./trainable.js";

const weights = { w: randomTensor("w", [4, 3]), v: randomTensor("v", [3, 2]) };

const model = (parts: Omit<ModelParts, "opset" | "inputs" | "outputs"> & Partial<ModelParts>): OnnxModel =>
	foreignModel({ opset: 21, inputs: [info("x", ["n", 4])], outputs: [info("y", ["n", 2])], ...parts });

describe("operators that nobody knows", () => {
	// SoftmaxCrossEntropyLoss is known to ONNX Runtime and not to our tables.
	const made = [info("loss", []), info("logs", ["n", 3])];
	const withUnknown = (valueInfos: ModelParts["valueInfos"] = []): OnnxModel =>
		model({
			nodes: [
				["MatMul", ["x", "w"], ["h"]],
				["SoftmaxCrossEntropyLoss", ["h", "labels"], ["loss", "logs"]],
				["MatMul", ["logs", "v"], ["y"]],
			],
			constants: { ...weights, labels: integers([5], [0, 2, 1, 1, 0]) },
			valueInfos,
		});

	test("are listed where something below them is trained", () => {
		const g = createGraph();
		const input = g.input("input", { type: "float", dims: [5, 4] });
		const w = g.input("w", { type: "float", dims: [4, 3] });
		const place = () => applyModel(g, withUnknown(made), { input, parameters: new Map([["w", w]]) });
		expect(place).toThrow("loss (SoftmaxCrossEntropyLoss): expected operators that Limbeck can train through");
	});

	test("are listed where the file does not say what they make", () => {
		const g = createGraph();
		const input = g.input("input", { type: "float", dims: [5, 4] });
		expect(() => applyModel(g, withUnknown(), { input })).toThrow("loss (SoftmaxCrossEntropyLoss)");
	});

	test("stay as they are below all that is trained, and gradients stop there", async () => {
		const foreign = withUnknown(made);
		const g = createGraph();
		const input = g.input("input", { type: "float", dims: [5, 4] });
		const v = g.input("v", { type: "float", dims: [3, 2] });
		const y = applyModel(g, foreign, { input, parameters: new Map([["v", v]]) });
		const [dv] = gradients(g, g.op("ReduceSum", [y], { keepdims: int(0) }), [v]);
		const x = randomTensor("x", [5, 4]);
		const outputs = await evaluate(g, { y, ...(dv && { dv }) }, { input: x, v: weights.v });
		const expected = await runModel(foreign, { x });
		expect(numbers(outputs, "y")).toEqual(numbers(expected, "y"));
		expect(outputs["dv"]?.dims).toEqual([3, 2]);
	});
});

test("all nodes without a gradient rule on the way are named, in order", () => {
	const g = createGraph();
	const x = g.input("x", { type: "float", dims: [2] });
	const sum = (value: Value, ...axes: readonly number[]): Value =>
		g.op("ReduceSum", [value, g.integers(axes)], { keepdims: int(0) });
	const picked = (values: Value, name: string): Value => g.op("Hardmax", [values], {}, name);
	const loss = sum(picked(picked(x, "first"), "second"), 0);
	expect(() => gradients(g, loss, [x])).toThrow(
		"gradient through first, second: expected operators with a gradient rule, got Hardmax, Hardmax. Freeze what lies below",
	);
});

describe("images", () => {
	const flat = model({ nodes: [["MatMul", ["x", "w"], ["y"]]], constants: weights });
	const place = (dims: readonly number[], foreign: OnnxModel): readonly number[] => {
		const g = createGraph();
		return applyModel(g, foreign, { input: g.input("input", { type: "float", dims }) }).dims;
	};

	test("are given flat to a model that takes them so", () => {
		expect(place([5, 1, 2, 2], flat)).toEqual([5, 3]);
	});

	test("are not given to a model that wants the channels last", () => {
		const last = model({ nodes: [["Identity", ["x"], ["y"]]], inputs: [info("x", ["n", 4, 4, 3])] });
		expect(() => place([5, 3, 4, 4], last)).toThrow(
			"input x: expected an input [batch,3,4,4] like the samples, got [batch,4,4,3]. Export the model with the channels",
		);
	});
});

test("a node whose operands do not fit is named", () => {
	const g = createGraph();
	const input = g.input("input", { type: "float", dims: [5, 4] });
	const misfit = model({ nodes: [["MatMul", ["x", "v"], ["y"]]], constants: weights });
	expect(() => applyModel(g, misfit, { input })).toThrow("y (MatMul): matrix product: expected as many rows");
});

test("a constant shape that counts samples in its last axis serves any batch", () => {
	const { graph, ...rest } = model({
		nodes: [
			["Transpose", ["x"], ["t"]],
			["Reshape", ["t", "shape"], ["y"]],
		],
		constants: { shape: integers([2], [4, 1]) },
	});
	const fixed = importModel({ ...rest, graph: { ...graph, inputs: [info("x", [1, 4])] } });
	const g = createGraph();
	expect(applyModel(g, fixed, { input: g.input("input", { type: "float", dims: [5, 4] }) }).dims).toEqual([4, 5]);
});

describe("what is trained", () => {
	const net = model({
		nodes: [
			["MatMul", ["x", "body.weight"], ["h"]],
			["Mul", ["h", "scale"], ["scaled"]],
			["Clip", ["scaled", "low"], ["clipped"]],
			["Gemm", ["clipped", "head.weight", "head.bias"], ["y"]],
			["MatMul", ["x", "unused"], ["z"]],
		],
		constants: {
			"body.weight": weights.w,
			scale: randomTensor("scale", []),
			low: randomTensor("low", []),
			"head.weight": weights.v,
			"head.bias": randomTensor("head.bias", [1]),
			unused: weights.w,
			shape: integers([2], [0, -1]),
		},
	});
	const chosen = (patterns?: readonly string[]): readonly string[] =>
		selectTrainable(net, { train: patterns }).map(({ name }) => name);

	test("is every weight that the output depends on; limits and shapes are not weights, scalars with a name are", () => {
		expect(chosen()).toEqual(["body.weight", "scale", "head.weight", "head.bias"]);
	});

	test("may be a bias of zeros for each head and pair of positions; a mask of zeros for all heads is none", () => {
		const scores = (dims: readonly number[]): OnnxModel =>
			foreignModel({
				opset: 21,
				inputs: [info("x", ["n", 2, 3, 3])],
				outputs: [info("y", ["n", 2, 3, 3])],
				constants: {
					"q.weight": randomTensor("q", [3, 3]),
					"onnx::Add_1": { type: "float", dims, data: new Float32Array(elementCount(dims)) },
				},
				nodes: [
					["MatMul", ["x", "q.weight"], ["h"]],
					["Add", ["h", "onnx::Add_1"], ["y"]],
				],
			});
		expect(selectTrainable(scores([1, 2, 3, 3]))).toHaveLength(2);
		expect(selectTrainable(scores([1, 1, 3, 3]))).toHaveLength(1);
	});

	test("may be a limit of Clip: one with a parameter's name in a state dict, or one that a pattern names", () => {
		const limited = (low: string, high: string): OnnxModel =>
			model({
				nodes: [
					["MatMul", ["x", "body.weight"], ["h"]],
					["Clip", ["h", low, high], ["clipped"]],
					["MatMul", ["clipped", "head.weight"], ["y"]],
				],
				constants: {
					"body.weight": weights.w,
					"head.weight": weights.v,
					[low]: randomTensor(low, []),
					[high]: randomTensor(high, []),
				},
			});
		const named = limited("/act/Constant_output_0", "act.alpha");
		expect(selectTrainable(named).map(({ name }) => name)).toEqual(["body.weight", "head.weight", "act.alpha"]);
		const chosen = selectTrainable(limited("low", "high"), { train: ["*.weight", "high"] });
		expect(chosen.map(({ name }) => name)).toEqual(["body.weight", "head.weight", "high"]);
		expect(selectTrainable(limited("low", "high")).map(({ name }) => name)).toEqual(["body.weight", "head.weight"]);
	});

	test.each([
		[["head.*"], ["head.weight", "head.bias"]],
		[["*.weight"], ["body.weight", "head.weight"]],
		[
			["????.bias", "body*"],
			["body.weight", "head.bias"],
		],
		[["head.bias"], ["head.bias"]],
	])("by %j: %j", (patterns, expected) => {
		expect(chosen(patterns)).toEqual(expected);
	});

	test.each(["heads.*", "head", "headxweight", "shape"])("a pattern that matches nothing is refused: %s", (pattern) => {
		expect(() => chosen(["body*", pattern])).toThrow(
			`train: expected patterns that each match a weight, got ${pattern}. The weights are body.weight, scale, head.weight`,
		);
	});
});

describe("a head for five classes", () => {
	const heads: Readonly<Record<string, Parameters<typeof model>[0]>> = {
		"Gemm, transposed": {
			nodes: [["Gemm", ["x", "w", "b"], ["y"], { transB: int(1) }]],
			constants: { w: randomTensor("w", [2, 4]), b: randomTensor("b", [2]) },
		},
		"Gemm under a softmax": {
			nodes: [
				["Gemm", ["x", "w", "b"], ["z"]],
				["Softmax", ["z"], ["y"]],
			],
			constants: { w: randomTensor("w", [4, 2]), b: randomTensor("b", [1, 2]) },
		},
		"MatMul and Add": {
			nodes: [
				["MatMul", ["x", "w"], ["z"]],
				["Add", ["b", "z"], ["y"]],
			],
			constants: { w: randomTensor("w", [4, 2]), b: randomTensor("b", [2]) },
		},
		"MatMul with a transposed weight": {
			nodes: [
				["Transpose", ["w"], ["t"]],
				["MatMul", ["x", "t"], ["y"]],
			],
			constants: { w: randomTensor("w", [2, 4]) },
		},
		"a convolution under pooling": {
			nodes: [
				["Conv", ["x", "w", "b"], ["maps"]],
				["GlobalAveragePool", ["maps"], ["pooled"]],
				["Reshape", ["pooled", "shape"], ["y"]],
			],
			constants: { w: randomTensor("w", [2, 4, 1, 1]), b: randomTensor("b", [2]), shape: integers([2], [-1, 2]) },
			inputs: [info("x", ["n", 4, 3, 3])],
		},
	};

	test.each(Object.entries(heads))("%s", async (_name, parts) => {
		const before = model(parts);
		const after = replaceHead(before, 5, 1);
		expect(after.graph.outputs[0]?.dims).toEqual(["n", 5]);
		const x = randomTensor("x", before.graph.inputs[0]?.dims?.length === 4 ? [3, 4, 3, 3] : [3, 4]);
		const { y } = await runModel(after, { x });
		expect(y?.dims).toEqual([3, 5]);
		expect(new Set<number | bigint>(y?.data.slice(0, 5)).size).toBe(5);
		await expectSame(after, replaceHead(before, 5, 1), { x });
		const { y: other } = await runModel(replaceHead(before, 5, 2), { x });
		expect(other?.data).not.toEqual(y?.data);
	});

	test("other weights stay", () => {
		const net = model({
			nodes: [
				["MatMul", ["x", "w"], ["h"]],
				["MatMul", ["h", "v"], ["y"]],
			],
			constants: weights,
		});
		const [w, v] = replaceHead(net, 5, 1).graph.initializers;
		expect(w?.tensor).toBe(net.graph.initializers[0]?.tensor);
		expect(v?.tensor.dims).toEqual([3, 5]);
	});

	test("is refused where the last layer is none, is computed, or is shared", () => {
		const refusal =
			(nodes: ModelParts["nodes"], constants: ModelParts["constants"] = {}) =>
			() =>
				replaceHead(model({ nodes, constants }), 5, 1);
		expect(refusal([["Exp", ["x"], ["y"]]])).toThrow("head: expected a last layer of its own weights");
		expect(refusal([["MatMul", ["x", "x"], ["y"]]])).toThrow("got y (MatMul)");
		const square = { w: randomTensor("w", [4, 4]) };
		expect(
			refusal(
				[
					["MatMul", ["x", "w"], ["h"]],
					["MatMul", ["h", "w"], ["y"]],
				],
				square,
			),
		).toThrow("got h (MatMul)");
		expect(() => replaceHead(model({ nodes: [] }), 1, 1)).toThrow("two classes or more, got 1");
	});
});
