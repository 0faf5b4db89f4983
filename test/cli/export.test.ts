import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { dataSetOf } from "../../src/data/index.js";
import type { ExportReport } from "../../src/deploy/report.js";
import { encodeModel } from "../../src/onnx/encode.js";
import { readModelFile } from "../../src/onnx/file.js";
import { loadClassifier } from "../../src/predict/index.js";
import { normalizer } from "../../src/predict/normalizer.js";
import { outputOf } from "../../src/runtime/runtime.js";
import { runtime } from "../support/graphs.js";
import { foreignModel, info } from "../support/models.js";
import { storedBytes } from "../support/synthetic.js";
import { runCli, startCli, temporaryFolder, tiny } from "./run-cli.js";

/** The first validation digits, as they are stored, and their classes. */
async function someDigits(count: number): Promise<readonly Uint8Array[]> {
	const { validation } = await dataSetOf({ name: "digits" }).load({ name: "digits" });
	const bytes = storedBytes(validation);
	const each = bytes.length / validation.count;
	return Array.from({ length: count }, (_, k) => bytes.slice(k * 37 * each, (k * 37 + 1) * each));
}

it("limbeck export writes a folder that Node and transformers.js load, and refuses what it cannot", async () => {
	const folder = await temporaryFolder();
	const [out, to] = [join(folder, "run"), join(folder, "model")];
	const run = startCli(["distill", ...tiny, "--quiet", "--out", out]);
	expect(await run.result).toMatchObject({ code: 0, stderr: "" });
	const env = { LIMBECK_STORE: run.store };

	const exported = await runCli(["export", "last", "--to", to, "--json", "--threads", "1"], env);
	expect(exported).toMatchObject({ code: 0 });
	const report = JSON.parse(exported.stdout) as ExportReport;
	expect(report).toEqual(JSON.parse(await readFile(join(to, "export.json"), "utf8")));
	const [float32, float16, int8] = report.models;
	expect(report.models.map(({ precision }) => precision)).toEqual(["float32", "float16", "int8"]);
	const made = JSON.parse(await readFile(join(out, "report.json"), "utf8")) as { student: { errors: number } };
	expect(float32?.test).toMatchObject({ errors: made.student.errors, agreement: 1 });
	expect(float16?.validation.agreement).toBeGreaterThan(0.99);
	expect(int8?.validation.agreement).toBeGreaterThan(0.95);
	expect(int8?.bytes).toBeLessThan(float16?.bytes ?? 0);
	expect(float16?.bytes).toBeLessThan(0.6 * (float32?.bytes ?? 0));
	for (const { file, bytes } of report.models) expect((await stat(join(to, file))).size).toBe(bytes);
	expect(await readFile(join(to, "README.md"), "utf8")).toContain('"temperature": 4');

	await sameInNodeAndTransformers(to);

	const refused = await runCli(["export", out, "--to", to], env);
	expect(refused).toMatchObject({ code: 2, stdout: "" });
	expect(refused.stderr).toContain("is empty");
	expect(await readdir(folder)).toEqual(["model", "run"]);

	const raw = join(folder, "raw");
	expect(await runCli(["export", out, "--to", raw, "--preprocess", "in-graph", "--json"], env)).toMatchObject({
		code: 0,
	});
	const [plain, own] = [await loadClassifier(to), await loadClassifier(raw)];
	for (const digit of await someDigits(5)) {
		const [wanted, got] = [await plain.predict(digit), await own.predict(digit)];
		expect(got.label).toBe(wanted.label);
		got.probabilities.forEach((one, c) => {
			expect(one).toBeCloseTo(wanted.probabilities[c] ?? 0, 5);
		});
	}
	await expect(own.predict(new Float32Array(784))).rejects.toThrow("expected bytes");
	await plain.release();
	await own.release();
});

/** Logits of both are the float32 model's, within 1e-5; labels and probabilities agree. */
async function sameInNodeAndTransformers(folder: string): Promise<void> {
	const { AutoModelForImageClassification, AutoProcessor, env, pipeline, RawImage } = await import(
		"@huggingface/transformers"
	);
	env.allowRemoteModels = false;
	env.localModelPath = dirname(folder);
	const name = folder.slice(dirname(folder).length + 1);
	const classify = await pipeline("image-classification", name, { dtype: "fp32" });
	const [model, processor] = [
		await AutoModelForImageClassification.from_pretrained(name, { dtype: "fp32" }),
		await AutoProcessor.from_pretrained(name),
	];
	const classifier = await loadClassifier(folder);
	const file = await readModelFile(join(folder, "onnx/model.onnx"));
	const session = await runtime.createSession(encodeModel(file), { threads: 1 });
	const { normalization } = await import("../../src/data/digits.js").then(({ digits }) => digits);
	for (const digit of await someDigits(10)) {
		const image = new RawImage(Uint8ClampedArray.from(digit), 28, 28, 1);
		const { logits } = (await model(await processor(image))) as { logits: { data: Float32Array } };
		const data = normalizer(normalization, [1, 28, 28])(digit);
		const outputs = await session.run({ pixel_values: { type: "float", dims: [1, 1, 28, 28], data } });
		const wanted = outputOf(outputs, "logits", "float").data;
		wanted.forEach((one, c) => {
			expect(Math.abs((logits.data[c] ?? 0) - one)).toBeLessThan(1e-5);
		});
		const { label, probabilities } = await classifier.predict(digit);
		const [best] = (await classify(image, { top_k: 1 })) as { label: string; score: number }[];
		expect(best?.label).toBe(label);
		expect(best?.score).toBeCloseTo(Math.max(...probabilities), 5);
	}
	await classify.dispose();
	await model.dispose();
	await classifier.release();
	await session.release();
}

it("limbeck export names what is wrong", async () => {
	const folder = await temporaryFolder();
	const to = join(folder, "model");
	const none = await runCli(["export", "no-such-run", "--to", to]);
	expect(none).toMatchObject({ code: 2, stdout: "" });
	expect(none.stderr).toContain("a model file, a folder with results, or a run");

	const unknown = join(folder, "unknown.onnx");
	const model = foreignModel({
		...{ opset: 21, inputs: [info("x", ["n", 784])], outputs: [info("y", ["n", 784])] },
		nodes: [["Bernoulli", ["x"], ["y"]]],
	});
	await writeFile(unknown, encodeModel(model));
	const refused = await runCli(["export", unknown, "--to", to, "--data", "digits"]);
	expect(refused).toMatchObject({ code: 4, stdout: "" });
	expect(refused.stderr).toContain("y (Bernoulli)");
	const without = await runCli(["export", unknown, "--to", to]);
	expect(without.code).toBe(2);
	expect(await readdir(folder)).toEqual(["unknown.onnx"]);
});
