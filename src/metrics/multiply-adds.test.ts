import { describe, expect, test } from "vitest";
import { foreignModel, info, type ModelParts, randomTensor } from "../../test/support/models.js";
import { int, ints, text } from "../graph/attributes.js";
import { buildModel, families, type ModelSpec } from "../models/index.js";
import type { Tensor } from "../onnx/tensor.js";
import { multiplyAdds } from "./multiply-adds.js";

const byte = (name: string, dims: readonly number[]): readonly [string, Tensor] => [
	name,
	{ type: "uint8", dims, data: new Uint8Array(dims.reduce((size, dim) => size * dim, 1)) },
];

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
		"a sum alone": [[["Einsum", ["x"], ["y"], { equation: text("nchw->nc") }]], {}, 0],
	};

	test.each(Object.entries(cases))("%s", (_, [nodes, constants, count]) => {
		const model = foreignModel({
			...{ opset: 17, nodes, constants },
			...{ inputs: [info("x", ["n", 4, 8, 8])], outputs: [info("y", undefined)] },
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

describe("is not known of", () => {
	test.each<readonly [what: string, parts: Pick<ModelParts, "nodes" | "constants" | "valueInfos">, unknown: string]>([
		[
			"a quantised model",
			{
				nodes: [
					["DynamicQuantizeLinear", ["x"], ["q", "scale", "zero"]],
					["MatMulInteger", ["q", "w"], ["y"]],
				],
				constants: Object.fromEntries([byte("w", [8, 3])]),
			},
			"DynamicQuantizeLinear, MatMulInteger",
		],
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
			...{ opset: 17, ...parts },
			...{ inputs: [info("x", ["n", 4, 8, 8])], outputs: [info("y", undefined)] },
		});
		expect(multiplyAdds(model, [4, 8, 8])).toEqual({ unknown });
	});
});
