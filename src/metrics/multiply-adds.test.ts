import { describe, expect, test } from "vitest";
import { foreignModel, info, type ModelParts, randomTensor, runModel } from "../../test/support/models.js";
import { int, ints, text } from "../graph/attributes.js";
import { buildModel, families, type ModelSpec } from "../models/index.js";
import { elementCount, type Tensor } from "../onnx/tensor.js";
import { multiplyAdds } from "./multiply-adds.js";

const bytes = (dims: readonly number[]): Tensor => ({ type: "uint8", dims, data: new Uint8Array(elementCount(dims)) });
const one: Tensor = { type: "float", dims: [], data: Float32Array.of(1) };

describe("of a node", () => {
	const cases: Readonly<
		Record<string, readonly [nodes: ModelParts["nodes"], constants: Readonly<Record<string, Tensor>>, count: number]>
	> = {
		// 5 outputs of 4 × 4, each a sum over 4 channels and 3 × 3.
		"Conv with strides": [
			[["Conv", ["x", "w"], ["y"], { strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) }]],
			{ w: randomTensor("w", [5, 4, 3, 3]) },
			5 * 16 * 36,
		],
		// 4 outputs of 6 × 6, each a sum over 1 channel and 3 × 3.
		"Conv in groups": [[["Conv", ["x", "w"], ["y"], { group: int(4) }]], { w: randomTensor("w", [4, 1, 3, 3]) }, 1296],
		// 4 × 8 × 8 inputs, each spread over 3 channels and 2 × 2.
		ConvTranspose: [
			[["ConvTranspose", ["x", "w"], ["y"], { strides: ints([2, 2]) }]],
			{ w: randomTensor("w", [4, 3, 2, 2]) },
			256 * 12,
		],
		// [4, 8, 8] by [8, 5]: 4 · 8 · 5 outputs, each a sum of 8.
		"MatMul in batches": [[["MatMul", ["x", "w"], ["y"]]], { w: randomTensor("w", [8, 5]) }, 160 * 8],
		// The batch of 1 by 256, by [256, 10]; the bias is not counted.
		"Flatten, Gemm, Relu": [
			[
				["Flatten", ["x"], ["flat"]],
				["Gemm", ["flat", "w", "b"], ["z"], { transB: int(1) }],
				["Relu", ["z"], ["y"]],
			],
			{ w: randomTensor("w", [10, 256]), b: randomTensor("b", [10]) },
			2560,
		],
		// A transposed: [256, 1]' by [256, 3].
		"Gemm with transA": [
			[
				["Reshape", ["x", "shape"], ["column"]],
				["Gemm", ["column", "w"], ["y"], { transA: int(1) }],
			],
			{
				shape: { type: "int64", dims: [2], data: BigInt64Array.of(256n, 1n) },
				w: randomTensor("w", [256, 3]),
			},
			768,
		],
		// Indices n, c, h, w, d of sizes 1, 4, 8, 8, 3.
		Einsum: [
			[["Einsum", ["x", "w"], ["y"], { equation: text("nchw,cd->nd") }]],
			{ w: randomTensor("w", [4, 3]) },
			4 * 64 * 3,
		],
		// 8 steps of 4 × 8 numbers, of 3 hidden ones in both directions: 12 rows of 32 and of 3.
		LSTM: [
			[
				["Transpose", ["x"], ["turned"], { perm: ints([2, 0, 1, 3]) }],
				["Reshape", ["turned", "shape"], ["steps"]],
				["LSTM", ["steps", "w", "r"], ["y"], { hidden_size: int(3), direction: text("bidirectional") }],
			],
			{
				shape: { type: "int64", dims: [3], data: BigInt64Array.of(0n, 0n, -1n) },
				w: randomTensor("w", [2, 12, 32]),
				r: randomTensor("r", [2, 12, 3]),
			},
			8 * 2 * 12 * 35,
		],
		// 5 outputs of 6 × 6, each a sum over 4 channels and 3 × 3.
		DeformConv: [
			[["DeformConv", ["x", "w", "offset"], ["y"]]],
			{ w: randomTensor("w", [5, 4, 3, 3]), offset: randomTensor("offset", [1, 18, 6, 6]) },
			5 * 36 * 36,
		],
		"a sum alone": [[["Einsum", ["x"], ["y"], { equation: text("nchw->nc") }]], {}, 0],
	};

	test.each(Object.entries(cases))("%s", (_, [nodes, constants, count]) => {
		const model = foreignModel({
			opset: 19,
			nodes,
			constants,
			inputs: [info("x", ["n", 4, 8, 8])],
			outputs: [info("y", undefined)],
		});
		expect(multiplyAdds(model, [4, 8, 8])).toEqual({ count });
	});
});

describe("of a network", () => {
	const mlp: ModelSpec = { family: "mlp", ...families.mlp.options.parse({ hidden: [8] }) };
	const resnet: ModelSpec = { family: "resnet", ...families.resnet.options.parse({ depth: 20 }) };

	test.each([
		["mlp:8", mlp, [1, 28, 28], 784 * 8 + 8 * 10],
		// He et al. 2016, §4.2: first layer, three stages of six, head; and two 1 × 1 convolutions in shortcuts.
		["resnet:20", resnet, [3, 32, 32], 442_368 + 6 * 2_359_296 + 2 * (1_179_648 + 5 * 2_359_296) + 640 + 2 * 131_072],
	])("%s", (_, spec, sampleShape, count) => {
		const model = buildModel(spec, { sampleShape, classes: 10, seed: 1 });
		expect(multiplyAdds(model, sampleShape)).toEqual({ count });
	});

	test("that was exported for one batch size is of one sample", () => {
		const { graph, ...model } = buildModel(mlp, { sampleShape: [1, 28, 28], classes: 10, seed: 1 });
		const fixed = graph.inputs.map((one) => ({ ...one, dims: [16, 1, 28, 28] }));
		expect(multiplyAdds({ ...model, graph: { ...graph, inputs: fixed } }, [1, 28, 28])).toEqual({ count: 6352 });
	});
});

describe("of a quantised model", () => {
	const strides = { strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) };
	const constants = { s: one, z: bytes([]), w: bytes([5, 4, 3, 3]), v: bytes([5, 3]) };
	const models: Readonly<Record<string, ModelParts["nodes"]>> = {
		"in integers": [
			["QuantizeLinear", ["x", "s", "z"], ["q"]],
			["QLinearConv", ["q", "s", "z", "w", "s", "z", "s", "z"], ["c"], strides],
			["QLinearGlobalAveragePool", ["c", "s", "z", "s", "z"], ["p"], {}, "com.microsoft"],
			["Flatten", ["p"], ["flat"]],
			["QGemm", ["flat", "s", "z", "v", "s", "z", "", "s", "z"], ["g"], {}, "com.microsoft"],
			["DequantizeLinear", ["g", "s", "z"], ["y"]],
		],
		"in float between pairs of QuantizeLinear and DequantizeLinear": [
			["DequantizeLinear", ["w", "s", "z"], ["wf"]],
			["Conv", ["x", "wf"], ["c"], strides],
			["QuantizeLinear", ["c", "s", "z"], ["q"]],
			["DequantizeLinear", ["q", "s", "z"], ["f"]],
			["GlobalAveragePool", ["f"], ["p"]],
			["Flatten", ["p"], ["flat"]],
			["DequantizeLinear", ["v", "s", "z"], ["vf"]],
			["MatMul", ["flat", "vf"], ["y"]],
		],
		dynamically: [
			["DynamicQuantizeLinear", ["x"], ["q", "qs", "qz"]],
			["ConvInteger", ["q", "w", "qz", "z"], ["ci"], strides],
			["Cast", ["ci"], ["cf"], { to: int(1) }],
			["Mul", ["cf", "qs"], ["c"]],
			["GlobalAveragePool", ["c"], ["p"]],
			["Flatten", ["p"], ["flat"]],
			["DynamicQuantizeLinear", ["flat"], ["r", "rs", "rz"]],
			["MatMulInteger", ["r", "v", "rz", "z"], ["m"]],
			["Cast", ["m"], ["y"], { to: int(1) }],
		],
	};

	test.each(Object.entries(models))("%s", async (_, nodes) => {
		const parts = { opset: 17, nodes, constants, inputs: [info("x", ["n", 4, 8, 8])], outputs: [info("y", ["n", 3])] };
		const model = foreignModel(parts);
		// It is one that runs.
		const { y } = await runModel(model, { x: randomTensor("x", [1, 4, 8, 8]) });
		expect(y?.dims).toEqual([1, 3]);
		// 5 outputs of 4 × 4, each a sum over 4 channels and 3 × 3; then 5 by 3.
		expect(multiplyAdds(model, [4, 8, 8])).toEqual({ count: 5 * 16 * 36 + 15 });
	});
});

describe("is not known of", () => {
	test.each<readonly [what: string, parts: Pick<ModelParts, "nodes" | "valueInfos">, unknown: string]>([
		[
			"a quantised operator without a twin",
			{ nodes: [["QLinearSoftmax", ["x"], ["y"], {}, "com.microsoft"]] },
			"QLinearSoftmax",
		],
		["control flow", { nodes: [["If", ["x"], ["y"]]] }, "If"],
		[
			"an operator that Limbeck does not know, although the file says what it makes",
			{
				nodes: [
					["Mystery", ["x"], ["z"]],
					["Relu", ["z"], ["y"]],
				],
				valueInfos: [info("z", ["n", 7])],
			},
			"Mystery",
		],
	])("%s", (_, parts, unknown) => {
		const model = foreignModel({
			opset: 17,
			...parts,
			inputs: [info("x", ["n", 4, 8, 8])],
			outputs: [info("y", undefined)],
		});
		expect(multiplyAdds(model, [4, 8, 8])).toEqual({ unknown });
	});
});
