import { describe, expect, it } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { runtime } from "../../test/support/graphs.js";
import { expectSame, foreignModel, info, randomTensor } from "../../test/support/models.js";
import { syntheticData } from "../../test/support/synthetic.js";
import { LimbeckError } from "../errors.js";
import { int } from "../graph/attributes.js";
import { buildModel, type FamilyName, familyOf, type ModelSpec } from "../models/index.js";
import { averagesOf } from "../models/trainable.js";
import { encodeModel } from "../onnx/encode.js";
import type { OnnxModel } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";
import { distributionsOf, rangeOf } from "./calibrate.js";
import { deployable, withPreprocessing } from "./deployable.js";
import { toFloat16 } from "./float16.js";
import { foldBatchNorms } from "./fold-batch-norm.js";
import { planQuantization, toInt8 } from "./int8.js";
import { answersOf, quantize } from "./quantize.js";

const data = syntheticData(100, 60);
const task = { ...data, where: "test.onnx" };
const asStored = { ...data, normalization: { mean: 0, std: 1 } };

/** An untrained network with running averages and biases as training leaves them: no zeros. */
function network(family: FamilyName, options: Readonly<Record<string, unknown>>): OnnxModel {
	// The family's own schema says what its options are.
	const spec = { family, ...familyOf(family).options.parse(options) } as ModelSpec;
	const model = buildModel(spec, { sampleShape: data.sampleShape, classes: data.classes.length, seed: 1 });
	const averages = new Set(averagesOf(model).map(({ name }) => name));
	const initializers = model.graph.initializers.map(({ name, tensor }) => {
		if (tensor.type !== "float" || !(averages.has(name) || tensor.data.every((one) => one === 0)))
			return { name, tensor };
		const values = createDraws(1, name).reals(tensor.data.length, averages.has(name) ? 0.3 : -0.5, 1);
		return { name, tensor: { ...tensor, data: Float32Array.from(values) } satisfies Tensor };
	});
	return { ...model, graph: { ...model.graph, initializers } };
}

const networks: readonly (readonly [FamilyName, Readonly<Record<string, unknown>>])[] = [
	["mlp", { hidden: [64, 32] }],
	["cnn", { channels: [8, 16] }],
	["resnet", { depth: 8 }],
	[
		"mobilenet",
		{
			stages: [
				[8, 1, 1],
				[16, 2, 2],
			],
			stem: 8,
			last: 32,
		},
	],
	["vit", { dim: 24, depth: 2, patch: 4 }],
];

/** The largest difference, over the largest number of the first. */
function distance(wanted: Float32Array, got: Float32Array): number {
	const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
	return wanted.reduce((most, value, at) => Math.max(most, Math.abs(value - (got[at] ?? 0))), 0) / largest;
}

describe.each(networks)("%s as it is shipped", (family, options) => {
	const model = network(family, options);
	const float32 = deployable(model, task);
	const answers = (one: OnnxModel, on = data): Promise<Float32Array> => answersOf(runtime, one, on, 1);

	it("computes in float32 what the model does", async () => {
		expect(distance(await answers(model), await answers(float32))).toBeLessThan(1e-6);
		expect(float32.graph.inputs[0]).toEqual({ name: "pixel_values", type: "float", dims: ["batch", 1, 8, 8] });
		expect(distance(await answers(float32), await answers(foldBatchNorms(float32)))).toBeLessThan(1e-5);
	});

	it("is near in float16, at half the size", async () => {
		const half = toFloat16(float32);
		expect(distance(await answers(float32), await answers(half))).toBeLessThan(0.01);
		expect(encodeModel(half).length).toBeLessThan(0.7 * encodeModel(float32).length);
		expect(half.graph.outputs[0]?.type).toBe("float");
	});

	it("is near in int8, and smaller", async () => {
		const quantized = await quantize(runtime, float32, data, 1);
		const int8 = quantized?.model ?? float32;
		expect(distance(await answers(float32), await answers(int8))).toBeLessThan(0.1);
		expect(encodeModel(int8).length).toBeLessThan(0.8 * encodeModel(float32).length);
	});

	it("takes samples as they are stored, where asked", async () => {
		const raw = withPreprocessing(float32, "uint8", data);
		expect(raw.graph.inputs[0]?.type).toBe("uint8");
		expect(distance(await answers(float32), await answers(raw, asStored))).toBeLessThan(1e-5);
	});
});

describe("quantisation", () => {
	it("leaves nothing between a convolution and its quantised output that ONNX Runtime would not fuse", () => {
		const { graph } = foldBatchNorms(deployable(network("cnn", { channels: [8, 16] }), task));
		expect(graph.nodes.map(({ opType }) => opType)).not.toContain("BatchNormalization");
		const { values, weighted } = planQuantization(foldBatchNorms(deployable(network("resnet", { depth: 8 }), task)));
		const operators = weighted.map(({ node }) => node.opType);
		expect(operators.filter((one) => one === "Conv")).toHaveLength(9);
		expect(operators).toContain("Gemm");
		expect(values.has("pixel_values")).toBe(true);
		expect(values.has("logits")).toBe(false);
	});

	it("holds a bias that is large beside its weights", async () => {
		const weight = { type: "float", dims: [4, 64], data: new Float32Array(256).fill(1e-9) } as const;
		const bias = { type: "float", dims: [4], data: Float32Array.of(100, -50, 3, 0) } as const;
		const model = deployable(
			foreignModel({
				opset: 21,
				inputs: [info("x", ["n", 1, 8, 8])],
				outputs: [info("y", ["n", 4])],
				constants: { weight, bias },
				nodes: [
					["Flatten", ["x"], ["flat"]],
					["Gemm", ["flat", "weight", "bias"], ["y"], { transB: int(1) }],
				],
			}),
			task,
		);
		const ranges = new Map([["flat", { min: -2, max: 4 }]]);
		const int8 = toInt8(model, planQuantization(model), ranges, 8);
		const answers = await answersOf(runtime, int8, data, 1);
		for (const [at, value] of bias.data.entries()) expect(answers[at]).toBeCloseTo(value, 3);
	});

	it("cuts a range where a share of the values lies", async () => {
		const model = deployable(network("mlp", { hidden: [16] }), task);
		const found = await distributionsOf(runtime, model, ["pixel_values"], {
			train: data.train,
			sampleShape: data.sampleShape,
			normalized: (samples) => Float32Array.from(samples, (_, at) => (at % 1000 === 0 ? 1000 : at % 2)),
		});
		const distribution = found.get("pixel_values");
		if (distribution === undefined) throw new Error("no distribution");
		expect(rangeOf(distribution, 1)).toEqual({ min: 0, max: 1000 });
		expect(rangeOf(distribution, 0.99).max).toBeLessThan(2);
	});
});

describe("a model that cannot be shipped", () => {
	const parts = { opset: 21, inputs: [info("x", ["n", 1, 8, 8])], outputs: [info("y", ["n", 4])] };
	const weight = randomTensor("weight", [64, 4]);

	it("is refused with every operator that is not known", () => {
		const model = foreignModel({
			...parts,
			constants: { weight },
			nodes: [
				["Flatten", ["x"], ["flat"]],
				["Bernoulli", ["flat"], ["noisy"]],
				["MatMul", ["noisy", "weight"], ["y"]],
			],
		});
		expect(() => deployable(model, task)).toThrow(
			new LimbeckError("model", {
				where: "test.onnx",
				expected: "operators that Limbeck knows, to convert them",
				got: "noisy (Bernoulli)",
			}),
		);
	});

	it("may use the names that shipped models have", async () => {
		const model = foreignModel({
			opset: 21,
			inputs: [info("logits", ["n", 64])],
			outputs: [info("pixel_values", ["n", 4])],
			constants: { weight },
			nodes: [
				["Relu", ["logits"], ["reshaped"]],
				["MatMul", ["reshaped", "weight"], ["pixel_values"]],
			],
		});
		const shipped = deployable(model, task);
		const pixels = randomTensor("x", [2, 1, 8, 8]);
		const before = { ...model, graph: { ...model.graph, outputs: [info("pixel_values", ["n", 4])] } };
		const after = { ...shipped, graph: { ...shipped.graph } };
		expect(after.graph.inputs[0]?.name).toBe("pixel_values");
		await expectSame(deployable(before, task), after, { pixel_values: pixels });
	});
});

it("float16 keeps numbers finite, and none becomes zero", () => {
	const constants = { weight: { type: "float", dims: [4], data: Float32Array.of(1e9, -1e9, 1e-12, 0) } } as const;
	const half = toFloat16(
		foreignModel({
			opset: 21,
			constants,
			inputs: [info("x", ["n", 4])],
			outputs: [info("y", ["n", 4])],
			nodes: [["Mul", ["x", "weight"], ["y"]]],
		}),
	);
	expect(half.graph.initializers[0]?.tensor.data).toEqual(Uint16Array.of(0x7bff, 0xfbff, 1, 0));
});
