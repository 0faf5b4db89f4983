import { expect, test } from "vitest";
import { numbers, real, runtime } from "../../test/support/graphs.js";
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
