import { expect, test } from "vitest";
import { numbers, real, runtime } from "../../test/support/graphs.js";
import { foreignModel, info } from "../../test/support/models.js";
import { storedBytes, syntheticData } from "../../test/support/synthetic.js";
import { buildModel, families } from "../models/index.js";
import { encodeModel } from "../onnx/encode.js";
import type { OnnxModel } from "../onnx/model.js";
import { createPredictor, type PredictorOptions } from "./predict.js";

const { sampleShape, validation } = syntheticData(4, 7);
const options: PredictorOptions = {
	sampleShape,
	classes: 4,
	normalization: { mean: 0.3, std: 0.2 },
	where: "student.onnx",
};
const network = (shape: readonly [number, number, number] = [1, 8, 8], classes = 4): OnnxModel =>
	buildModel(
		{ family: "mlp", ...families.mlp.options.parse({ hidden: [8] }) },
		{ sampleShape: shape, classes, seed: 1 },
	);

async function logitsOf(changes: Partial<PredictorOptions>): Promise<Float32Array> {
	const predictor = await createPredictor(runtime, network(), { ...options, ...changes });
	try {
		return await predictor.logits(validation);
	} finally {
		await predictor.release();
	}
}

test("how samples are cut into calls changes nothing but rounding", async () => {
	const whole = await logitsOf({});
	expect(whole).toHaveLength(7 * 4);
	const cut = await logitsOf({ batch: 3 });
	for (const [i, value] of cut.entries()) expect(value).toBeCloseTo(whole[i] ?? NaN, 5);
});

test("the network sees (pixel / 255 − mean) / std", async () => {
	const [mean, std] = [0.3, 0.2];
	const session = await runtime.createSession(encodeModel(network()), { threads: 1 });
	const pixels = Array.from(storedBytes(validation), (pixel) => (pixel / 255 - mean) / std);
	const expected = numbers(await session.run({ input: real("float", [7, ...sampleShape], pixels) }), "logits");
	await session.release();
	for (const [i, value] of (await logitsOf({})).entries()) expect(value).toBeCloseTo(expected[i] ?? NaN, 4);
});

test("a model for other images is refused by its file's name", async () => {
	await expect(createPredictor(runtime, network([1, 8, 7]), options)).rejects.toThrow(
		"student.onnx: expected an input [batch,1,8,8] like the samples, got [batch,1,8,7]",
	);
});

test("a model of other classes is refused at its first answer", async () => {
	const predictor = await createPredictor(runtime, network([1, 8, 8], 5), options);
	await expect(predictor.logits(validation)).rejects.toThrow("expected an output float[batch,4], got float[7,5]");
	await predictor.release();
});

test("a model that was exported for one batch size answers for any number of samples", async () => {
	const { graph, ...model } = network();
	const fixed = graph.inputs.map((info) => ({ ...info, dims: [4, ...(info.dims ?? []).slice(1)] }));
	const predictor = await createPredictor(runtime, { ...model, graph: { ...graph, inputs: fixed } }, options);
	const logits = await predictor.logits(validation);
	await predictor.release();
	expect(logits).toHaveLength(7 * 4);
	for (const [i, value] of (await logitsOf({ batch: 4 })).entries()) expect(logits[i]).toBeCloseTo(value, 5);
});

test("a model of float16 is asked in float", async () => {
	// 1.0 at the first pixel of each class' row, 0 elsewhere: class k answers with pixel k.
	const w = new Uint16Array(64 * 4);
	for (let k = 0; k < 4; k++) w[k * 4 + k] = 0x3c00;
	const half = foreignModel({
		opset: 17,
		nodes: [
			["Flatten", ["x"], ["flat"]],
			["MatMul", ["flat", "w"], ["y"]],
		],
		inputs: [{ ...info("x", ["n", ...sampleShape]), type: "float16" }],
		outputs: [{ ...info("y", ["n", 4]), type: "float16" }],
		constants: { w: { type: "float16", dims: [64, 4], data: w } },
	});
	const predictor = await createPredictor(runtime, half, options);
	const logits = await predictor.logits(validation);
	await predictor.release();
	for (const [at, value] of logits.entries()) {
		const pixel = storedBytes(validation)[Math.floor(at / 4) * 64 + (at % 4)] ?? NaN;
		expect(value).toBeCloseTo((pixel / 255 - 0.3) / 0.2, 5);
	}
});
