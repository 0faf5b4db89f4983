/** R13: what other programs make of exported models: transformers.js, onnxruntime-web, Node through `limbeck/predict`. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { withAnyChannels } from "../../src/deploy/any-channels.js";
import { deployable, withPreprocessing } from "../../src/deploy/deployable.js";
import { answersOf } from "../../src/deploy/quantize.js";
import { transformersFiles } from "../../src/deploy/transformers.js";
import { buildModel } from "../../src/models/index.js";
import { writeModelFile } from "../../src/onnx/file.js";
import { loadClassifier, loadModel } from "../../src/predict/index.js";
import { runtime } from "../support/graphs.js";
import { storedBytes, syntheticData } from "../support/synthetic.js";

const data = syntheticData(20, 12);
const { classes, sampleShape, validation } = data;
const task = { sampleShape, classes: classes.length, seed: 1 };
const model = deployable(
	buildModel(
		{
			family: "mlp",
			hidden: [16],
			activation: "relu",
			initializer: "he-normal",
			inputDropout: 0,
			hiddenDropout: 0,
		},
		task,
	),
	{ ...data, where: "student.onnx" },
);
const logits = await answersOf(runtime, model, data, 1);
const size = 64;
const samples = Array.from({ length: validation.count }, (_, k) =>
	storedBytes(validation).slice(k * size, (k + 1) * size),
);

let folder = "";
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "limbeck-deploy-"));
	await mkdir(join(folder, "onnx"));
	await writeModelFile(join(folder, "onnx/model.onnx"), withAnyChannels(model, data));
	await writeModelFile(join(folder, "raw.onnx"), withPreprocessing(model, "uint8", data));
	for (const [name, text] of transformersFiles({ ...data, int8: false })) await writeFile(join(folder, name), text);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A row of the float32 model's logits as probabilities. */
function probabilitiesOf(sample: number): readonly number[] {
	const row = Array.from(logits.subarray(sample * classes.length, (sample + 1) * classes.length), Math.exp);
	const sum = row.reduce((total, one) => total + one, 0);
	return row.map((one) => one / sum);
}

it("transformers.js gives the logits of the model within 1e-5, and its labels", async () => {
	const { AutoModelForImageClassification, AutoProcessor, env, pipeline, RawImage } = await import(
		"@huggingface/transformers"
	);
	env.allowRemoteModels = false;
	env.localModelPath = dirname(folder);
	const name = basename(folder);
	const classify = await pipeline("image-classification", name, { dtype: "fp32" });
	const loaded = await AutoModelForImageClassification.from_pretrained(name, { dtype: "fp32" });
	const processor = await AutoProcessor.from_pretrained(name);
	for (const [k, sample] of samples.entries()) {
		const image = new RawImage(Uint8ClampedArray.from(sample), 8, 8, 1);
		// The library's types do not say what a model gives.
		const answer = (await loaded(await processor(image))) as { readonly logits: { readonly data: Float32Array } };
		for (const [c, value] of answer.logits.data.entries()) {
			expect(Math.abs(value - (logits[k * classes.length + c] ?? 0))).toBeLessThan(1e-5);
		}
		const [best] = (await classify(image, { top_k: 1 })) as { readonly label: string; readonly score: number }[];
		const wanted = probabilitiesOf(k);
		expect(best?.label).toBe(classes[wanted.indexOf(Math.max(...wanted))]);
		expect(best?.score).toBeCloseTo(Math.max(...wanted), 5);
	}
	await classify.dispose();
	await loaded.dispose();
});

it.each(["multi-label", "regression"] as const)("transformers.js gives what a %s network says", async (name) => {
	const { AutoModel, AutoModelForImageClassification, AutoProcessor, env, pipeline, RawImage } = await import(
		"@huggingface/transformers"
	);
	const to = join(folder, name);
	await mkdir(join(to, "onnx"), { recursive: true });
	// The same network: what its numbers are, is its task's matter.
	const shipped = deployable(model, { ...data, task: name, where: "student.onnx" });
	await writeModelFile(join(to, "onnx/model.onnx"), withAnyChannels(shipped, data));
	for (const [file, text] of transformersFiles({ ...data, task: name, int8: false })) {
		await writeFile(join(to, file), text);
	}
	env.allowRemoteModels = false;
	env.localModelPath = folder;
	const processor = await AutoProcessor.from_pretrained(name);
	const image = new RawImage(Uint8ClampedArray.from(samples[0] ?? []), 8, 8, 1);
	const wanted = logits.subarray(0, classes.length);
	const expectClose = (got: Float32Array, of: (z: number) => number): void => {
		for (const [c, z] of wanted.entries()) expect(Math.abs((got[c] ?? Number.NaN) - of(z))).toBeLessThan(1e-5);
	};
	if (name === "regression") {
		const loaded = await AutoModel.from_pretrained(name, { dtype: "fp32" });
		// The library's types do not say what a model gives.
		const { values } = (await loaded(await processor(image))) as { readonly values: { readonly data: Float32Array } };
		expectClose(values.data, (z) => z);
		await loaded.dispose();
		return;
	}
	const loaded = await AutoModelForImageClassification.from_pretrained(name, { dtype: "fp32" });
	const answer = (await loaded(await processor(image))) as {
		readonly logits: { readonly sigmoid: () => { readonly data: Float32Array } };
	};
	expectClose(answer.logits.sigmoid().data, (z) => 1 / (1 + Math.exp(-z)));
	await loaded.dispose();
	// As the card says: the pipeline orders labels rightly, but its scores sum to 1.
	const classify = await pipeline("image-classification", name, { dtype: "fp32" });
	const scores = (await classify(image, { top_k: classes.length })) as { readonly score: number }[];
	expect(scores.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 5);
	await classify.dispose();
});

it("onnxruntime-web gives the logits of the model within 1e-5", async () => {
	const { env, InferenceSession, Tensor } = await import("onnxruntime-web");
	env.wasm.numThreads = 1;
	const session = await InferenceSession.create(await readFile(join(folder, "raw.onnx")));
	const [input = "", output = ""] = [session.inputNames[0], session.outputNames[0]];
	const images = new Tensor("uint8", Uint8Array.from(samples.flatMap((one) => [...one])), [
		samples.length,
		...sampleShape,
	]);
	const answer = (await session.run({ [input]: images }))[output];
	expect(answer?.data).toHaveLength(logits.length);
	for (const [k, value] of ((answer?.data ?? []) as Float32Array).entries()) {
		expect(Math.abs(value - (logits[k] ?? 0))).toBeLessThan(1e-5);
	}
	await session.release();
});

it("limbeck/predict answers bytes, floats and, with preprocessing in the graph, what is stored", async () => {
	const [classifier, raw] = [await loadClassifier(folder), await loadClassifier(join(folder, "raw.onnx"))];
	expect(classifier).toMatchObject({ classes, sampleShape });
	for (const [k, sample] of samples.entries()) {
		const wanted = probabilitiesOf(k);
		const answers = [
			await classifier.predict(sample),
			await classifier.predict(Float32Array.from(sample, (byte) => byte / 255)),
			await raw.predict(sample),
		];
		for (const { label, probabilities } of answers) {
			expect(label).toBe(classes[wanted.indexOf(Math.max(...wanted))]);
			for (const [c, one] of probabilities.entries()) expect(one).toBeCloseTo(wanted[c] ?? 0, 5);
		}
	}
	await expect(raw.predict(new Float32Array(size))).rejects.toThrow("expected bytes");
	await expect(classifier.predict(new Uint8Array(3))).rejects.toThrow("expected 64 elements");
	await expect(loadClassifier(join(folder, "config.json"))).rejects.toMatchObject({ category: "model" });
	await classifier.release();
	await raw.release();
});

it("limbeck/predict/web answers as limbeck/predict does, of every task", async () => {
	const web = await import("../../src/predict/web.js");
	const chosen = { "multi-label": { thresholds: [1, -1, 0, 0] }, regression: { radii: [1, 2, 3, 4] } };
	for (const task of ["multi-label", "regression"] as const) {
		const file = join(folder, `${task}.onnx`);
		await writeModelFile(file, deployable(model, { ...data, task, chosen: chosen[task], where: "student.onnx" }));
		const [here, there] = [await loadModel(file, { threads: 1 }), await web.loadModel(await readFile(file))];
		expect(there.task).toBe(task);
		for (const sample of samples) {
			const [wanted, got] = [await here.predict(sample), await there.predict(sample)];
			if ("labels" in wanted) expect(got).toMatchObject({ labels: wanted.labels });
			const [a, b] = [wanted, got].map((one) => ("values" in one ? one.values : one.logits));
			for (const [c, value] of (a ?? []).entries()) expect(b?.[c]).toBeCloseTo(value, 4);
			if ("values" in got) expect(got.intervals).toHaveLength(classes.length);
		}
		await here.release();
		await there.release();
	}
});
