import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runtime } from "../../../test/support/graphs.js";
import { dataSetOf } from "../../data/index.js";
import { openSamples } from "../../data/open-samples.js";
import { logSoftmaxRow } from "../../metrics/softmax.js";
import { buildModel } from "../../models/index.js";
import { writeModelFile } from "../../onnx/file.js";
import { clusterClasses } from "../../specialists/clustering.js";
import { correlationPicture } from "../../specialists/correlation-picture.js";
import { covarianceOf } from "../../specialists/covariance.js";
import { createPredictor } from "../../train/predict.js";
import { type ChooseClassesStep, chooseClasses } from "./choose-classes.js";
import { readClusters } from "./clusters.js";

const folder = await mkdtemp(join(tmpdir(), "limbeck-classes-"));
const data = { name: "digits" } as const;
const { sampleShape, classes, normalization, validation } = await dataSetOf(data).load(data);
const model = buildModel(
	{ family: "mlp", hidden: [5], activation: "relu", initializer: "he-normal", inputDropout: 0, hiddenDropout: 0 },
	{ sampleShape, classes: 10, seed: 1 },
);
const generalist = join(folder, "generalist.onnx");
await writeModelFile(generalist, model);
const output = join(folder, "clusters.json");
const clustering = {
	...({ name: "nearest", columns: "profile", epochs: 20, batch: 64 } as const),
	specialists: 3,
	classesPerSpecialist: 4,
};
const step: ChooseClassesStep = {
	data,
	generalist,
	clustering,
	predictions: "validation",
	seed: 3,
	threads: 1,
	output,
};
const notNeeded = (): never => {
	throw new Error("nothing is trained here");
};
const choose = (changes: Partial<ChooseClassesStep> = {}) =>
	chooseClasses({ ...step, ...changes }, { runtime, openSamples, createLoader: notNeeded, now: () => 0 });

test("classes are chosen by the covariance of the predictions on the split that is named, and left in a file", async () => {
	const chosen = await choose();
	const predictor = await createPredictor(runtime, model, { sampleShape, normalization, where: "generalist" });
	const logits = await predictor.logits(validation);
	await predictor.release();
	const rows = Array.from({ length: 1000 }, (_, row) => [
		...logSoftmaxRow(logits.subarray(10 * row, 10 * row + 10)).map(Math.exp),
	]);
	const covariance = await covarianceOf(runtime, [Float32Array.from(rows.flat())], { classes: 10 });
	const { specialists, coverage } = await clusterClasses(covariance, clustering, { runtime, seed: 3, threads: 1 });
	const told = { predictions: 1000, truncation: 0, correlation: correlationPicture(covariance, specialists) };
	expect(chosen).toEqual({ classes, specialists, coverage: [...coverage], ...told });
	expect(await readClusters(output)).toEqual({ classes, specialists });
	expect((await choose({ predictions: "train" })).predictions).toBe(7000);
});

test("the 9 most probable of 10 classes say all; fewer say what they may be wrong by", async () => {
	const whole = await choose();
	const nine = await choose({ topK: 9 });
	expect(nine.specialists).toEqual(whole.specialists);
	expect(nine.truncation).toBeLessThan(1e-6);
	expect((await choose({ topK: 2 })).truncation).toBeGreaterThan(0.01);
});

test("fewer sets than asked for are refused, with how many there are", async () => {
	const pairs = { name: "confusable-pairs", columns: "covariance", specialists: 50, classesPerSpecialist: 9 } as const;
	await expect(choose({ clustering: pairs })).rejects.toThrow(/clustering.specialists: expected 50 specialists/);
});
