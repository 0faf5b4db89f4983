import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { classTest } from "../../src/data/class-data.js";
import { dataSetOf } from "../../src/data/index.js";
import { openSamples } from "../../src/data/open-samples.js";
import { loadTestSet } from "../../src/data/test-sets.js";
import type { ChosenClasses } from "../../src/distill/specialists/choose-classes.js";
import { openSpecialists } from "../../src/distill/specialists/open.js";
import { readModelFile } from "../../src/onnx/file.js";
import { normalizationOf } from "../../src/predict/metadata.js";
import { createPredictor } from "../../src/train/predict.js";
import type { SpecializeReport } from "../../src/workflows/specialize/report.js";
import { startLimbeck } from "../support/command-line.js";
import { runtime } from "../support/graphs.js";
import { runCli, temporaryFolder } from "./run-cli.js";

/** Fields that make the networks of a run last a second or two each. */
const tiny = [
	...["--specialists", "2", "--classes-per-specialist", "4", "--threads", "1"],
	...["generalist.hidden=[12]", "generalist.epochs=2", "specialist.epochs=1", "student.epochs=1"].flatMap((setting) => [
		...["--set", setting],
	]),
];

const folder = await mkdtemp(join(tmpdir(), "limbeck-specialize-"));
const out = join(folder, "out");
const store = join(folder, "store");
let run: { code: number | null; stdout: string; stderr: string; report: SpecializeReport };

beforeAll(async () => {
	const result = await startLimbeck(["specialize", ...tiny, "--store", store, "--out", out], join(folder, "unused"))
		.result;
	const text = await readFile(join(out, "report.json"), "utf8").catch(() => result.stderr);
	run = { ...result, report: JSON.parse(text) as SpecializeReport };
}, 600_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("limbeck specialize", () => {
	it("trains a generalist, specialists and controls, and reports all of them", () => {
		const { code, report } = run;
		expect(code).toBe(0);
		expect(report).toMatchObject({
			schema: 1,
			seeds: [1],
			data: { name: "digits", train: 7000, test: 2000, classes: 10 },
			generalist: { trainSamples: 7000 },
			distilledBack: { trainSamples: 7000 },
			// 2 specialists of 4 in 10 classes, in each of an epoch's samples as many others.
			cost: { generalistEpochs: 2, specialistsEpochs: expect.closeTo(1.6, 9) as number },
		});
		expect(Object.keys(report.controls)).toEqual(["longer", "ensemble", "random"]);
		const { generalist, combined, distilledBack, controls } = report;
		for (const { accuracy } of [generalist, combined, distilledBack, ...Object.values(controls)]) {
			// A share of 0.1 would be right by chance.
			expect(accuracy).toBeGreaterThan(0.25);
		}
		expect(combined.parameters).toBeGreaterThan(3 * generalist.parameters);
		expect(distilledBack.parameters).toBe(generalist.parameters);
		expect(distilledBack.agreement).toBeGreaterThan(0.25);
	});

	it("counts by coverage as the classes of the specialists say", async () => {
		const { labels } = classTest(await loadTestSet({ name: "digits" }), "test");
		const samplesOf = (some: readonly string[]): number =>
			labels.reduce((count, label) => count + (some.includes(String(label)) ? 1 : 0), 0);
		const { coverage, clusters, conditional, generalist, combined } = run.report;
		const [first] = clusters;
		const sets = first?.specialists.map(({ classes }) => classes) ?? [];
		expect(sets.map(({ length }) => length)).toEqual([4, 4]);
		const covered = new Set(sets.flat());
		expect(new Set([...covered, ...(first?.uncovered ?? [])]).size).toBe(10);
		const total = (of: "samples" | "generalist" | "combined"): number =>
			coverage.reduce((sum, line) => sum + line[of], 0);
		expect([total("samples"), total("generalist"), total("combined")]).toEqual([
			2000,
			2000 - (generalist.errors ?? 0),
			2000 - (combined.errors ?? 0),
		]);
		expect(conditional.covered).toBeCloseTo(samplesOf([...covered]) / 2000, 12);
		for (const { specialists, samples } of coverage) {
			const some = Array.from("0123456789").filter((c) => sets.filter((set) => set.includes(c)).length === specialists);
			expect(samples).toBe(samplesOf(some));
		}
		// Who is right among all classes is right among fewer.
		expect(conditional.generalist).toBeGreaterThanOrEqual(
			coverage.filter((line) => line.specialists > 0).reduce((sum, line) => sum + line.generalist, 0) /
				samplesOf([...covered]),
		);
	});

	it("says plainly whether specialists beat each control", () => {
		const { report, stdout } = run;
		const accuracyOf = ({ accuracy = NaN }: { readonly accuracy?: number }): number => accuracy;
		const { generalist, combined, controls } = report;
		const all = [generalist, ...Object.values(controls)];
		expect(report.verdict).toHaveLength(5);
		for (const [k, other] of all.entries()) {
			const beaten = accuracyOf(combined) > accuracyOf(other);
			expect(report.verdict[k]).toMatch(beaten ? /specialists (?:beat|are ahead of)/ : /specialists do not beat/);
		}
		expect(stdout).toContain("specialists that cover the true class");
		expect(stdout).toContain("Trained in: generalist");
	});

	it("leaves a page: tables, what is confused with its classes by specialist, and every class by its name", async () => {
		const page = await readFile(join(out, "report.html"), "utf8");
		const titles = Array.from(page.matchAll(/<h2>(.*?)<\/h2>/g), ([, title]) => title);
		expect(titles).toEqual([
			...["Verdict", "Results", "Size and errors", "By specialists that cover the true class", "Conditional accuracy"],
			...["What is confused", "Classes of the specialists", "Training", "Steps", "To do it again"],
		]);
		const [first] = run.report.clusters;
		for (const { classes } of first?.specialists ?? []) expect(page).toContain(`<p>${classes.join(", ")}</p>`);
		for (const sentence of run.report.verdict) expect(page.replaceAll("&#39;", "'")).toContain(sentence);
		expect(page).not.toMatch(/<script|https?:(?!\/\/www\.w3\.org\/)/);
		const { chosen } = JSON.parse(await readFile(join(out, "details.json"), "utf8")) as { chosen: ChosenClasses };
		const { order, size, values } = chosen.correlation;
		expect(order.slice(0, 4)).toEqual(chosen.specialists[0]);
		expect([size, order.toSorted((a, b) => a - b)]).toEqual([10, [...Array(10).keys()]]);
		const cells = Buffer.from(values, "base64");
		expect(order.map((_, k) => cells[11 * k])).toEqual(Array(10).fill(255));
		const damaged = await temporaryFolder();
		await copyFile(join(out, "report.json"), join(damaged, "report.json"));
		const cut = { ...chosen, correlation: { ...chosen.correlation, size: 200 } };
		await writeFile(join(damaged, "details.json"), JSON.stringify({ run: "", steps: [], chosen: cut }));
		const refused = await runCli(["report", damaged]);
		expect(refused).toMatchObject({ code: 3, stdout: "" });
		expect(refused.stderr).toContain("chosen.correlation");
	});

	it("leaves the combined classifier, and separate files that answer alike with the active specialists alone", async () => {
		expect(await readdir(out)).toEqual([
			...[
				"combined.onnx",
				"controls",
				"details.json",
				"distilled.onnx",
				"generalist.onnx",
				"metrics.jsonl",
				"report.html",
				"report.json",
			],
			...["specialist-1.onnx", "specialist-2.onnx", "specialists.json"],
		]);
		const { validation, sampleShape } = await dataSetOf({ name: "digits" }).load({ name: "digits" });
		const whole = await readModelFile(join(out, "combined.onnx"));
		const normalization = normalizationOf(whole, "combined.onnx");
		const predictor = await createPredictor(runtime, whole, {
			sampleShape,
			normalization,
			where: "",
			openSamples,
		});
		const wanted = await predictor.logits(validation);
		await predictor.release();
		const opened = await openSpecialists(runtime, out, { threads: 1, loaded: 1 });
		expect(opened.loaded()).toEqual([]);
		const { probabilities, active } = await opened.classify(validation);
		expect(opened.loaded()).toHaveLength(1);
		await opened.release();
		expect(probabilities).toHaveLength(wanted.length);
		for (const [at, value] of wanted.entries()) expect(Math.abs((probabilities[at] ?? NaN) - value)).toBeLessThan(1e-5);
		const counts = active.map(({ length }) => length);
		expect([Math.min(...counts) < 2, Math.max(...counts) > 0]).toEqual([true, true]);
	});

	it("finds everything in the store; what depends on a change is done again, and nothing else", async () => {
		const keysOf = async (
			...changes: readonly string[]
		): Promise<ReadonlyMap<string, { key: string; cached: boolean }>> => {
			const args = [
				"specialize",
				...tiny,
				...changes,
				"--dry-run",
				"--json",
				"--store",
				store,
				"--out",
				await temporaryFolder(),
			];
			const { code, stdout } = await runCli(args);
			expect(code).toBe(0);
			const { steps } = JSON.parse(stdout) as { steps: readonly { label: string; key: string; cached: boolean }[] };
			return new Map(steps.map((step) => [step.label.replace("seed 1, ", ""), step]));
		};
		const usual = await keysOf();
		expect([...usual.values()].every(({ cached }) => cached)).toBe(true);
		const changed = async (...settings: readonly string[]): Promise<readonly string[]> => {
			const keys = await keysOf(...settings.flatMap((setting) => ["--set", setting]));
			return [...usual.keys()].filter((label) => keys.get(label)?.key !== usual.get(label)?.key);
		};
		const after = ["distilled", "evaluation"];
		const own = ["specialist-1", "specialist-2", "combination"];
		const random = ["controls: random-1", "controls: random-2", "combination at random"];
		expect(await changed("combination.n=2")).toEqual(
			[...usual.keys()].filter((label) => label.startsWith("combination") || after.includes(label)),
		);
		expect(new Set(await changed("predictions.split=validation"))).toEqual(
			new Set(["classes", ...own, ...after, "classes at random", ...random]),
		);
		expect(new Set(await changed("specialist.batch=64"))).toEqual(new Set([...own, ...after, ...random]));
		expect(await changed("student.batch=64")).toEqual(after);
	});

	it("trains the upper layers alone, or with the whole softmax and the generalist's soft targets", async () => {
		const results = await temporaryFolder();
		const without = ["longer", "ensemble", "random"].flatMap((name) => ["--set", `controls.${name}=false`]);
		const upper = ["--set", 'specialist.train=["logits.*"]', "--set", "softmax.over=full"];
		const { code, stdout, stderr } = await runCli([
			"specialize",
			...tiny,
			...without,
			...upper,
			"--json",
			"--store",
			store,
			"--out",
			results,
		]);
		expect({ code, stderr: stderr.includes("error") }).toEqual({ code: 0, stderr: false });
		const report = JSON.parse(stdout) as SpecializeReport;
		expect(report.controls).toEqual({});
		const weights = async (name: string): Promise<ReadonlyMap<string, Float32Array>> => {
			const { graph } = await readModelFile(join(results, name));
			return new Map(graph.initializers.map((one) => [one.name, one.tensor.data as Float32Array]));
		};
		const [generalist, specialist] = [await weights("generalist.onnx"), await weights("specialist-1.onnx")];
		const same = [...generalist].map(([name, data]) => [name, specialist.get(name)?.join() === data.join()]);
		const upperOnly = same.filter(([, equal]) => equal === false).map(([name]) => String(name));
		expect(upperOnly.length).toBeGreaterThan(0);
		for (const name of upperOnly) expect(name).toMatch(/^logits/);
	});

	it("distils back into the generalist's own weights, which a rate of next to nothing leaves as they are", async () => {
		const still = ["student.start=generalist", 'student.optimizer={"name":"sgd","learningRate":1e-20}'];
		const back = await temporaryFolder();
		const args = [...tiny, ...still.flatMap((setting) => ["--set", setting]), "--store", store, "--out", back];
		expect(await runCli(["specialize", ...args])).toMatchObject({ code: 0 });
		const { generalist, distilledBack } = JSON.parse(
			await readFile(join(back, "report.json"), "utf8"),
		) as SpecializeReport;
		expect(distilledBack.errors).toBe(generalist.errors);
		const weights = async (name: string) => (await readModelFile(join(back, name))).graph.initializers;
		expect(await weights("distilled.onnx")).toEqual(await weights("generalist.onnx"));
	});

	it("refuses more specialists than classes before anything is trained, by name and with the mend", async () => {
		const args = ["specialize", "--specialists", "11", "--quiet", "--store", store, "--out", await temporaryFolder()];
		const { code, stdout, stderr } = await runCli(args);
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
		expect(stderr).toContain("clustering.specialists");
		expect(stderr).toContain("Set clustering.specialists to 10 or less.");
	});
});
