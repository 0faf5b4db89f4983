import { describe, expect, test } from "vitest";
import { integers, real } from "../../test/support/graphs.js";
import { expectSame, foreignModel, info, type NodeParts, randomTensor, runModel } from "../../test/support/models.js";
import { float, int, ints } from "../graph/attributes.js";
import type { OnnxModel } from "../onnx/model.js";
import { dataTypes } from "../onnx/tensor.js";
import { importModel } from "./index.js";

const weight = randomTensor("weight", [4, 3]);
const bias = randomTensor("bias", [3]);
const x = { x: randomTensor("x", [2, 4]) };
const [input, output] = [info("x", ["n", 4]), info("y", ["n", 3])];

const operatorsOf = ({ graph }: OnnxModel): readonly string[] => graph.nodes.map(({ opType }) => opType);
const constantsOf = ({ graph }: OnnxModel): readonly string[] => graph.initializers.map(({ name }) => name);

describe("constants", () => {
	test("of Constant nodes, in every form, and behind Identity, become initialisers", async () => {
		const model = foreignModel({
			opset: 13,
			nodes: [
				["Constant", [], ["w"], { value: { kind: "tensor", value: weight } }],
				["Constant", [], ["b"], { value_floats: { kind: "floats", value: [1, 2, 3] } }],
				["Constant", [], ["half"], { value_float: float(0.5) }],
				["Constant", [], ["axes"], { value_ints: ints([0]) }],
				["Constant", [], ["one"], { value_int: int(1) }],
				["Identity", ["b"], ["again"]],
				["MatMul", ["x", "w"], ["product"]],
				["Add", ["product", "b"], ["sum"]],
				["Mul", ["sum", "half"], ["scaled"]],
				["Add", ["scaled", "again"], ["added"]],
				["Unsqueeze", ["added", "axes"], ["longer"]],
				["Squeeze", ["longer", "axes"], ["shorter"]],
				["Gather", ["shorter", "one"], ["row"]],
				["Sub", ["shorter", "row"], ["y"]],
			],
			inputs: [input],
			outputs: [output],
		});
		const imported = importModel(model);
		expect(constantsOf(imported)).toEqual(["w", "b", "half", "axes", "one", "again"]);
		expect(operatorsOf(imported)).not.toContain("Constant");
		await expectSame(model, imported, x);
	});

	test("that are listed as inputs, as old files do, are inputs no more", async () => {
		const model = foreignModel({
			opset: 9,
			nodes: [["Gemm", ["x", "w", "b"], ["y"]]],
			inputs: [input, info("w", [4, 3]), info("b", [3])],
			outputs: [output],
			constants: { w: weight, b: bias },
		});
		const imported = importModel(model);
		expect(imported.graph.inputs).toEqual([input]);
		await expectSame(model, imported, x);
	});

	test("of text are refused by the node's name", () => {
		const node: NodeParts = ["Constant", [], ["c"], { value_string: { kind: "string", value: "a" } }];
		expect(() => importModel(foreignModel({ opset: 13, nodes: [node], inputs: [], outputs: [] }))).toThrow(
			"c (Constant): expected one attribute with numbers, got value_string",
		);
	});
});

test("a model of float16 computes in float what it computes in float16, nearly", async () => {
	// 0.5, −2, 1.5, the smallest denormal, minus infinity for a maximum with 0, and zero.
	const bits = Uint16Array.of(0x3800, 0xc000, 0x3e00, 0x0001, 0xfc00, 0);
	const model = foreignModel({
		opset: 17,
		nodes: [
			["Cast", ["x"], ["half"], { to: int(dataTypes.float16) }],
			["Mul", ["half", "w"], ["product"]],
			["Max", ["product", "zero"], ["positive"]],
			["Cast", ["positive"], ["y"], { to: int(dataTypes.float) }],
		],
		inputs: [info("x", ["n", 6])],
		outputs: [info("y", ["n", 6])],
		constants: {
			w: { type: "float16", dims: [6], data: bits },
			zero: { type: "float16", dims: [], data: new Uint16Array(1) },
		},
	});
	const imported = importModel(model);
	expect(imported.graph.initializers[0]?.tensor).toEqual({
		type: "float",
		dims: [6],
		data: Float32Array.of(0.5, -2, 1.5, 2 ** -24, Number.NEGATIVE_INFINITY, 0),
	});
	const values = real("float", [1, 6], [0.25, -1, 1, 1, 1, 1]);
	await expectSame(model, imported, { x: values });
	const whole = { ...model.graph, inputs: [{ ...info("x", ["n", 6]), type: "float16" } as const] };
	expect(importModel({ ...model, graph: whole }).graph.inputs).toEqual([info("x", ["n", 6])]);
});

describe("a model that was exported for one batch size", () => {
	const fixed = foreignModel({
		opset: 17,
		nodes: [
			["Reshape", ["x", "rows"], ["flat"], { allowzero: int(1) }],
			["MatMul", ["flat", "w"], ["y"]],
		],
		inputs: [info("x", [2, 2, 2])],
		outputs: [info("y", [2, 3])],
		constants: { rows: integers([2], [2, -1]), w: weight },
	});

	test("takes any, and computes for that one what it did", async () => {
		const imported = importModel(fixed);
		expect(imported.graph.inputs[0]?.dims).toEqual(["batch", 2, 2]);
		expect(imported.graph.outputs[0]?.dims).toEqual(["batch", 3]);
		await expectSame(fixed, imported, { x: { ...x.x, dims: [2, 2, 2] } });
		const { y } = await runModel(imported, { x: randomTensor("x", [5, 2, 2]) });
		expect(y?.dims).toEqual([5, 3]);
	});

	test("also where the shape is put together in the graph", async () => {
		const assembled = foreignModel({
			opset: 12,
			nodes: [
				["Constant", [], ["size"], { value_int: int(2) }],
				["Constant", [], ["rest"], { value_int: int(-1) }],
				["Unsqueeze", ["size"], ["size_1"], { axes: ints([0]) }],
				["Unsqueeze", ["rest"], ["rest_1"], { axes: ints([0]) }],
				["Concat", ["size_1", "rest_1"], ["rows"], { axis: int(0) }],
				["Reshape", ["x", "rows"], ["flat"]],
				["MatMul", ["flat", "w"], ["y"]],
			],
			inputs: fixed.graph.inputs,
			outputs: fixed.graph.outputs,
			constants: { w: weight },
		});
		const imported = importModel(assembled);
		expect(operatorsOf(imported)).toEqual(["Reshape", "MatMul"]);
		await expectSame(assembled, imported, { x: { ...x.x, dims: [2, 2, 2] } });
		const { y } = await runModel(imported, { x: randomTensor("x", [5, 2, 2]) });
		expect(y?.dims).toEqual([5, 3]);
	});

	test("keeps shapes of its constants", () => {
		const model = foreignModel({
			opset: 17,
			nodes: [
				["Reshape", ["w", "rows"], ["matrix"]],
				["MatMul", ["x", "matrix"], ["y"]],
			],
			inputs: [info("x", [4, 4])],
			outputs: [info("y", [4, 3])],
			constants: { rows: integers([2], [4, -1]), w: { ...weight, dims: [12] } },
		});
		expect(importModel(model).graph.nodes[0]?.inputs).toEqual(["w", "rows"]);
	});
});

test("every node that nothing is trained through is listed, with what to do", () => {
	const model = foreignModel({
		opset: 17,
		nodes: [
			["DynamicQuantizeLinear", ["x"], ["q", "scale", "zero"]],
			["MatMulInteger", ["q", "w"], ["product"]],
			["If", ["c"], ["branch"]],
			["StringNormalizer", ["product"], ["y"]],
		],
		inputs: [input],
		outputs: [output],
	});
	expect(() => importModel(model)).toThrow(
		expect.objectContaining({
			category: "model",
			where: "q (DynamicQuantizeLinear), product (MatMulInteger), branch (If), y (StringNormalizer)",
			hint: expect.stringMatching(
				/quantised model \(DynamicQuantizeLinear, MatMulInteger\).*quantise it afterwards.*A branch is read where.*StringNormalizer/,
			) as string,
		}) as Error,
	);
});
