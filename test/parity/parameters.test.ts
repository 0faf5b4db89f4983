/** What exporters lose of a network's parameters, found again: three exports of one network train alike (record-parameters.py). */
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { listParameters } from "../../src/models/parameter-list.js";
import { trainableForm } from "../../src/models/trainable-form.js";
import { decodeModel } from "../../src/onnx/decode.js";
import type { OnnxModel } from "../../src/onnx/model.js";
import { elementCount } from "../../src/onnx/tensor.js";
import { optimizerOptions } from "../../src/optim/optimizers.js";
import { createDraws } from "../support/draws.js";
import { expectSame, randomTensor } from "../support/models.js";
import { graphOptions, plainTraining, takeSteps } from "../support/training.js";
import { fixture } from "./fixtures.js";

// Our own file: of each network the shapes of its parameters.
const records = JSON.parse(await readFile(fixture("parameters.json"), "utf8")) as Readonly<
	Record<string, Readonly<Record<string, readonly number[]>>>
>;
const [tokens, inputs, classes, batch, steps] = [6, 4, 3, 8, 6];
const forms = ["folded", "optimized", "plain"] as const;

async function read(network: string, form: string): Promise<OnnxModel> {
	return decodeModel(gunzipSync(await readFile(fixture(`parameters-${network}-${form}.onnx.gz`))));
}

/** The losses of some steps of momentum SGD. */
async function lossesOf(model: OnnxModel): Promise<readonly number[]> {
	const draws = createDraws(1, "samples");
	const pixels = Uint8Array.from(draws.reals(steps * batch * tokens * inputs, 0, 255));
	const { losses } = await takeSteps(
		graphOptions({
			...plainTraining,
			model,
			batch,
			classes,
			sampleShape: [tokens, inputs],
			totalSteps: steps,
			normalization: { mean: 0.5, std: 0.3 },
			optimizer: optimizerOptions.parse({ name: "sgd", learningRate: 0.05, momentum: 0.9 }),
		}),
		{ pixels, labels: Int32Array.from({ length: steps * batch }, (_, at) => at % classes) },
	);
	return losses;
}

describe.each(Object.entries(records))("%s", (network, parameters) => {
	const expected = Object.values(parameters).reduce((sum, dims) => sum + elementCount(dims), 0);

	test.each(forms)("%s: what is trained is what PyTorch lists, and computes what the file does", async (form) => {
		const file = await read(network, form);
		const model = trainableForm(file, network);
		const trained = listParameters(model).filter((one) => one.trained);
		expect(trained.reduce((sum, { dims }) => sum + elementCount(dims), 0)).toBe(expected);
		await expectSame(file, model, { input: randomTensor("input", [2, tokens, inputs]) });
	});

	test("all forms train alike", async () => {
		const [folded, optimized, plain] = await Promise.all(
			forms.map(async (form) => lossesOf(trainableForm(await read(network, form), network))),
		);
		for (const losses of [folded, optimized]) {
			expect(losses).toHaveLength(steps);
			for (const [step, loss] of (losses ?? []).entries()) expect(loss).toBeCloseTo(plain?.[step] ?? Number.NaN, 4);
		}
	});
});

test("a layer that another was folded into keeps its name, and is trained by it", async () => {
	const model = trainableForm(await read("Normalised", "optimized"), "net.onnx");
	const trained = listParameters(model).filter((one) => one.trained);
	expect(trained.map(({ name }) => name)).toEqual(expect.arrayContaining(["layers.0.weight", "layers.2.weight"]));
	expect(trained.map(({ name }) => name)).not.toContain("layers.1.weight");
});

test("what is told of it", async () => {
	const told = async (network: string, form: string) =>
		trainableForm(await read(network, form), "net.onnx").notices?.map(({ text }) => text);
	expect(await told("CopiesWithoutBias", "folded")).toEqual([
		expect.stringMatching(
			/^net\.onnx: "onnx::MatMul_\d+" stood for equal parameters of several layers; 2 of these now/,
		),
	]);
	expect(await told("Fresh", "optimized")).toEqual([
		expect.stringMatching(/^net\.onnx: "scale_1", "zero\.weight"/),
		expect.stringMatching(/the exporter left out biases of zeros; \d are put back and trained: /),
	]);
	expect(await told("Normalised", "folded")).toEqual([
		expect.stringMatching(
			/^net\.onnx: its exporter has computed 3 weights of layers: "onnx::Conv_\d+", "onnx::Conv_\d+", "onnx::Conv_\d+"\. What/,
		),
	]);
	expect(await told("FreshTable", "folded")).toEqual([
		expect.stringMatching(/its exporter has computed 1 weight of layers: "onnx::Add_\d+"\. What/),
	]);
	expect(await told("FreshTable", "optimized")).toEqual([
		expect.stringMatching(/the file has no values of 1 parameter that its exporter lists: "bias_table"\./),
	]);
	expect(await told("Normalised", "optimized")).toEqual([
		expect.stringMatching(
			/no values of 5 parameters that its exporter lists: "layers\.1\.weight", "layers\.1\.bias", "layers\.3\.weight", …\./,
		),
		expect.stringMatching(/the exporter left out biases of zeros; 1 are put back and trained: "layers\.3\.bias"/),
	]);
	expect(await told("Normalised", "plain")).toBeUndefined();
	for (const network of ["Loop", "WithoutGain", "SharedNorm", "Tied", "Alias", "Table"]) {
		expect(await told(network, "folded")).toBeUndefined();
	}
});
