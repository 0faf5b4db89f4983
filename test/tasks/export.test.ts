/** Students of tables with several labels, and with numbers: exported by the command line, then asked as a user would. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ExportReport } from "../../src/deploy/report.js";
import { type LoadOptions, loadClassifier, loadModel } from "../../src/predict/index.js";
import { nodeRuntime } from "../../src/runtime/node.js";
import { outputOf } from "../../src/runtime/runtime.js";
import { runCli, temporaryFolder } from "../cli/run-cli.js";
import { labels, prices, tags } from "./tables.js";

/** As tables name labels: in the order of their letters. */
const names = labels.toSorted();

/** What was made of a table. */
interface Exported {
	readonly to: string;
	readonly report: ExportReport;
	readonly card: string;
	/** What the command prints to people. */
	readonly table: string;
}

/** Trains a small network on a table and exports it. */
async function exported(path: string, task: string, label: string): Promise<Exported> {
	const folder = await temporaryFolder();
	const [out, to] = [join(folder, "out"), join(folder, "model")];
	const env = { LIMBECK_STORE: join(folder, "store") };
	const data = ["--data", path, "--task", task, "--set", `data.label=${label}`];
	const network = ["--model", "mlp:64,64", "--epochs", "40", "--batch", "32", "--set", "network.jitter=0"];
	const trained = await runCli(["train", ...data, ...network, "--threads", "1", "--quiet", "--out", out], env);
	expect(trained.code, trained.stderr).toBe(0);
	// The run's report says what data they are.
	const made = await runCli(["export", out, "--to", to, "--threads", "1"], env);
	expect(made.code, made.stderr).toBe(0);
	return {
		to,
		report: JSON.parse(await readFile(join(to, "export.json"), "utf8")) as ExportReport,
		card: await readFile(join(to, "README.md"), "utf8"),
		table: made.stdout,
	};
}

/** The rows of a table without its label, as numbers. */
async function samplesOf(path: string): Promise<readonly Float64Array[]> {
	const [, ...lines] = (await readFile(path, "utf8")).trim().split("\n");
	return lines.slice(0, 20).map((line) => Float64Array.from(line.split(",").slice(0, 4), Number));
}

/** What ONNX Runtime makes of a normalised sample, with no code of ours between. */
async function plainAnswers(file: string, samples: readonly Float64Array[]): Promise<readonly Float32Array[]> {
	const { readModelFile } = await import("../../src/onnx/file.js");
	const { normalizationOf } = await import("../../src/predict/metadata.js");
	const model = await readModelFile(file);
	const { mean, std } = normalizationOf(model, file);
	const at = (list: number | readonly number[], k: number): number =>
		typeof list === "number" ? list : (list[k] ?? 0);
	const session = await (await nodeRuntime()).createSession(await readFile(file), { threads: 1 });
	const answers: Float32Array[] = [];
	for (const sample of samples) {
		const data = Float32Array.from(sample, (value, k) => (value - at(mean, k)) / at(std, k));
		const outputs = await session.run({ input: { type: "float", dims: [1, data.length], data } });
		answers.push(outputOf(outputs, model.graph.outputs[0]?.name ?? "", "float").data.slice());
	}
	await session.release();
	return answers;
}

const precisions: readonly NonNullable<LoadOptions["precision"]>[] = ["float32", "float16", "int8"];

test("a student of several labels ships, with its thresholds", async () => {
	const path = await tags(await temporaryFolder());
	const { to, report, card, table } = await exported(path, "multi-label", "tags");
	expect(report).toMatchObject({ task: "multi-label", classes: names });
	expect(report.models.map(({ precision }) => precision)).toEqual(precisions);
	for (const { test: figures, validation, chosen } of report.models) {
		expect(figures.meanAveragePrecision).toBeGreaterThan(0.9);
		expect(figures.microF1).toBeGreaterThan(0.8);
		expect(validation.agreement).toBeGreaterThan(0.95);
		expect(chosen?.["thresholds"]).toHaveLength(names.length);
	}
	expect(report.int8?.reason).toMatch(/mAP on the validation split/);
	for (const text of [table, card]) expect(text).toContain("mAP");
	expect(table).not.toMatch(/accuracy|errors/);
	expect(card).toContain("# Multi-label classifier of");
	expect(card).toMatch(/\| {2}\| mAP \| micro F1 \| parameters \|\n.*\n\| network \| \d+\.\d+ % \|/);
	expect(card).toContain("A label is said to hold from this probability on");
	expect(card).toContain('loadModel("this-folder", { task: "multi-label" })');
	const samples = await samplesOf(path);
	for (const [k, precision] of precisions.entries()) {
		const model = await loadModel(to, { task: "multi-label", precision, threads: 1 });
		const thresholds = report.models[k]?.chosen?.["thresholds"] ?? [];
		const wanted = await plainAnswers(join(to, report.models[k]?.file ?? ""), samples);
		for (const [row, sample] of samples.entries()) {
			const answer = await model.predict(sample);
			const logits = wanted[row] ?? new Float32Array();
			for (const [at, z] of logits.entries()) expect(answer.logits[at]).toBeCloseTo(z, 4);
			expect(answer.labels).toEqual(names.filter((_, at) => (answer.logits[at] ?? 0) >= (thresholds[at] ?? 0)));
		}
		await model.release();
	}
	await expect(loadClassifier(to)).rejects.toThrow("a model of the task classification");
}, 240_000);

test("a student of numbers ships, in their units and with intervals", async () => {
	const path = await prices(await temporaryFolder());
	const { to, report, card, table } = await exported(path, "regression", "price");
	expect(report).toMatchObject({ task: "regression", classes: ["price"] });
	for (const { test: figures, validation, chosen } of report.models) {
		// Prices have a deviation of some 27,000.
		expect(figures.rmse).toBeLessThan(12_000);
		expect(figures.intervalCoverage).toBeGreaterThan(0.7);
		expect(validation.rmseToTeacher).toBeLessThan(2_000);
		expect(chosen?.["radii"]).toHaveLength(1);
	}
	expect(report.int8?.reason).toMatch(/its RMSE is .* on the validation split/);
	for (const text of [table, card]) expect(text).toContain("RMSE to float32");
	expect(table).not.toMatch(/accuracy|errors|class/);
	expect(card).toContain("# Regression of");
	expect(card).toMatch(/\| {2}\| RMSE \| MAE \| parameters \|\n.*\n\| network \| \d+/);
	expect(card).toMatch(/So near were 90 % of the true numbers .* price ± \d{4,}\./);
	const samples = await samplesOf(path);
	for (const [k, precision] of precisions.entries()) {
		const model = await loadModel(to, { precision, threads: 1 });
		if (model.task !== "regression") throw new Error(model.task);
		const radius = report.models[k]?.chosen?.["radii"]?.[0] ?? 0;
		const wanted = await plainAnswers(join(to, report.models[k]?.file ?? ""), samples);
		for (const [row, sample] of samples.entries()) {
			const { values, intervals } = await model.predict(sample);
			const value = values[0] ?? Number.NaN;
			expect(Math.abs(value - (wanted[row]?.[0] ?? 0))).toBeLessThan(1);
			expect(intervals).toEqual([{ low: value - radius, high: value + radius }]);
		}
		await model.release();
	}
}, 240_000);
