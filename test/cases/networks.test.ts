/** Networks that other people's exporters make: what is read of them, what of them is trained, what is refused at once. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inMemory } from "../../src/data/samples.js";
import { readEnsemble } from "../../src/distill/teachers/open.js";
import { fileSource } from "../../src/distill/teachers/sources.js";
import { importedNetwork } from "../../src/distill/untrained.js";
import { listParameters } from "../../src/models/parameter-list.js";
import { readModelFile } from "../../src/onnx/file.js";
import { nodeRuntime } from "../../src/runtime/node.js";
import { createPredictor } from "../../src/train/predict.js";
import { ownCases } from "./case.js";

const folder = join(ownCases, "networks");
const fileOf = (name: string): string => join(folder, name);
async function listed(name: string): Promise<{ readonly trained: string[]; readonly frozen: string[] }> {
	const { model } = await importedNetwork({ file: fileOf(name) });
	const all = listParameters(model);
	const names = (trained: boolean): string[] => all.filter((one) => one.trained === trained).map((one) => one.name);
	return { trained: names(true), frozen: names(false) };
}

describe("what is trained is what PyTorch lists as parameters", () => {
	const linear = (...names: string[]): string[] => names.flatMap((name) => [`${name}.weight`, `${name}.bias`]);
	const expected: [string, readonly string[], readonly string[]][] = [
		["mask.onnx", ["w", "c"], ["mask"]],
		[
			"groupnorm_net.legC.onnx",
			[...linear("net.c", "net.o"), "onnx::Mul_24", "onnx::Add_25"],
			["/net/g/Constant_1_output_0", "/net/g/Constant_2_output_0"],
		],
		["moe_topk_scatter.dynA.onnx", ["net.w", ...linear("net.e", "net.g", "net.o")], ["zeros_like"]],
		["scalar_parameters.dynB.onnx", ["net.a", "net.b", "net.t", ...linear("net.e", "net.l", "net.o")], []],
		[
			"starrelu_scalars.legC.onnx",
			[...linear("net.0"), "net.1.s", "net.1.b", ...linear("net.4")],
			["/net/net.1/Constant_output_0"],
		],
		["scaled_std_conv.dynB.onnx", [...linear("net.c"), "net.c.gain", ...linear("net.o")], ["val_5", "val_9"]],
		[
			"scaled_std_conv.legC.onnx",
			["net.c.bias", ...linear("net.o"), "onnx::BatchNormalization_30", "onnx::BatchNormalization_32"],
			["/net/c/Constant_output_0"],
		],
		[
			"prep_inside.legT.onnx",
			linear("net.c", "net.b", "net.o"),
			[
				...["net.mean", "net.std", "net.b.running_mean", "net.b.running_var"],
				...["/net/Constant_output_0", "/net/Constant_1_output_0", "/net/Constant_2_output_0"],
			],
		],
		["int64max.onnx", ["w", "c"], []],
	];
	test.each(expected)("%s", async (name, trained, frozen) => {
		expect(await listed(name)).toEqual({ trained, frozen });
	});

	test("equal gains of fresh layers get their own, by the names that PyTorch has; a layer used twice stays one", async () => {
		const { model, notices } = await importedNetwork({ file: fileOf("equal_weights_untied.dynD.onnx") });
		const names = listParameters(model).map(({ name }) => name);
		expect(names.filter((name) => /net\.[abc]\.weight/.test(name)).sort()).toEqual(
			["a", "b", "c"].map((layer) => `net.${layer}.weight`),
		);
		expect(model.graph.nodes.filter(({ inputs }) => inputs[2] === "net.l.bias")).toHaveLength(2);
		expect(notices[0]?.text).toMatch(/"net\.a\.weight" stood for equal parameters of several layers; 2 of/);
	});

	test.each([
		["scaled_std_conv.legC.onnx", ["onnx::BatchNormalization_32"]],
		["scaled_std_conv.dynB.onnx", []],
		["groupnorm_net.legC.onnx", []],
	])("%s: gains that the exporter has computed are named", async (name, computed) => {
		const { notices } = await importedNetwork({ file: fileOf(name) });
		const found = notices.filter(({ code }) => code === "weights-computed");
		expect(found.map(({ text }) => /of layers: "([^"]+)"\. What/.exec(text)?.[1])).toEqual(computed);
	});

	test("patterns overrule the rule", async () => {
		const { model } = await importedNetwork({ file: fileOf("mask.onnx") });
		const found = listParameters(model, { train: ["w", "mask"], freeze: ["w"] });
		expect(found.map(({ name, trained }) => [name, trained])).toEqual([
			["mask", true],
			["w", false],
			["c", false],
		]);
		expect(() => listParameters(model, { freeze: ["*"] })).toThrow(/freeze: expected patterns that leave a weight/);
	});
});

describe("several inputs are refused by name where the file is read", () => {
	const message = /twoinputs\.onnx: expected one input, .*got 2: "a" float\[N,16\], "b" float\[N,16\]/;
	test("as a student", async () => {
		await expect(importedNetwork({ file: fileOf("twoinputs.onnx") })).rejects.toThrow(message);
	});
	test("as a teacher", async () => {
		await expect(readEnsemble(fileSource(fileOf("twoinputs.onnx")), {})).rejects.toThrow(message);
	});
});

describe("teachers that were refused answer", () => {
	const shapes: [string, readonly number[], number][] = [
		["x.out4d.onnx", [3, 16, 16], 10],
		["x.function.onnx", [3, 16, 16], 10],
		["x.qdq4.onnx", [3, 16, 16], 10],
		["x.fp16keep1.onnx", [3, 16, 16], 10],
		["rms23.onnx", [16], 3],
		["int64max.onnx", [16], 3],
	];
	test.each(shapes)("%s", async (name, sampleShape, classes) => {
		const model = await readModelFile(fileOf(name));
		const length = sampleShape.reduce((product, size) => product * size, 1);
		const values = Float32Array.from({ length: 4 * length }, (_, at) => Math.sin(at));
		const predictor = await createPredictor(await nodeRuntime(), model, {
			sampleShape,
			classes,
			normalization: { mean: 0, std: 1 },
			where: name,
			threads: 1,
		});
		const logits = await predictor.logits({ count: 4, samples: inMemory(values) });
		expect(logits).toHaveLength(4 * classes);
		expect(logits.every(Number.isFinite)).toBe(true);
		await predictor.release();
	});
});
