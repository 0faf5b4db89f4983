import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { distill } from "../../dist/workflows/distill/plan.js";
import { classData } from "../../src/data/class-data.js";
import { dataSetOf } from "../../src/data/index.js";
import { dataOptions } from "../../src/data/options.js";
import { loadTestSet } from "../../src/data/test-sets.js";
import { decodeModel } from "../../src/onnx/decode.js";
import { chosenOf, classNamesOf, taskNameOf } from "../../src/predict/metadata.js";
import { nodeRuntime } from "../../src/runtime/node.js";
import { outputOf } from "../../src/runtime/runtime.js";
import { parseRecipe } from "../../src/workflows/distill/recipe.js";
import type { Report } from "../../src/workflows/distill/report.js";
import { runCli, temporaryFolder } from "../cli/run-cli.js";
import { labels, prices, tagColumns, tags } from "./tables.js";

/** A recipe of small nets that learn such a table in seconds. */
async function distilled(folder: string, data: object): Promise<Report> {
	const training = { epochs: 60, batch: 32, optimizer: { name: "adam", learningRate: 0.005 } };
	const [teacher, student] = [64, 16].map((units) => ({ hidden: [units], ...training }));
	const recipe = parseRecipe({ data: { name: "csv", ...data }, teacher, student });
	return distill(recipe, { out: join(folder, "out"), store: join(folder, "store"), threads: 1 });
}

describe("a distillation of numbers", () => {
	let folder: string;
	let file: string;
	let report: Report;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "limbeck-tasks-"));
		file = await prices(folder);
		report = await distilled(folder, { file, task: "regression", label: "price" });
	}, 120_000);
	afterAll(() => rm(folder, { recursive: true, force: true }));

	it("tells errors in the numbers' units, far below their deviation", () => {
		const { student, baseline, teacher, data } = report;
		expect(data).toMatchObject({ task: "regression", classes: 1 });
		for (const network of [student, baseline, teacher]) {
			expect(network?.rmse).toBeLessThan(6000);
			expect(network?.r2).toBeGreaterThan(0.95);
			expect(network).toHaveProperty("intervalCoverage");
			expect(network).not.toHaveProperty("accuracy");
		}
		expect(student.rmseToTeacher).toBeLessThan(15_000);
	});

	it("leaves a network that answers in those units, by ONNX Runtime alone", async () => {
		const bytes = await readFile(join(folder, "out", "student.onnx"));
		const model = decodeModel(bytes, { where: "student.onnx" });
		expect(taskNameOf(model, "student.onnx")).toBe("regression");
		expect(classNamesOf(model, "student.onnx")).toEqual(["price"]);
		expect(chosenOf(model, ["price"], "student.onnx")?.["radii"]).toHaveLength(1);
		const session = await (await nodeRuntime()).createSession(bytes, {});
		const feeds = { input: { type: "float", dims: [1, 4], data: new Float32Array(4) } } as const;
		const answer = outputOf(await session.run(feeds), "values", "float").data;
		await session.release();
		expect(answer[0]).toBeGreaterThan(150_000);
		expect(answer[0]).toBeLessThan(350_000);
	});

	it("is measured the same by evaluate, and beside others by compare", async () => {
		const about = ["--data", file, "--task", "regression", "--set", "data.label=price", "--threads", "1", "--json"];
		const [student, baseline] = ["student", "baseline"].map((name) => join(folder, "out", `${name}.onnx`)) as [
			string,
			string,
		];
		const one = await runCli(["evaluate", "--model", student, ...about]);
		const { rmse } = report.student;
		expect(JSON.parse(one.stdout)).toMatchObject({ task: "regression", models: [{ rmse }] });
		const both = await runCli(["compare", student, baseline, ...about]);
		expect(JSON.parse(both.stdout)).toMatchObject({ models: [{ name: "student" }, { name: "baseline" }], pairs: [{}] });
	});

	it("draws a page with its figures", async () => {
		const { code } = await runCli(["report", join(folder, "out")]);
		expect(code).toBe(0);
		const page = await readFile(join(folder, "out", "report.html"), "utf8");
		expect(page).toContain("RMSE");
		expect(page).toContain("90 % interval");
		expect(page).not.toContain("accuracy, 95 %");
	});
});

describe("a distillation of labels that hold together", () => {
	it("tells ranking, decisions and calibration, and keeps thresholds in the file", async () => {
		const folder = await temporaryFolder();
		const file = await tags(folder);
		const { student, data } = await distilled(folder, { file, task: "multi-label", label: "tags" });
		expect(data).toMatchObject({ task: "multi-label", classes: 3 });
		expect(student.meanAveragePrecision).toBeGreaterThan(0.9);
		expect(student.agreement).toBeGreaterThan(0.8);
		const bytes = await readFile(join(folder, "out", "student.onnx"));
		const model = decodeModel(bytes, { where: "student.onnx" });
		expect(classNamesOf(model, "student.onnx")).toEqual([...labels].sort());
		expect(chosenOf(model, [...labels].sort(), "student.onnx")?.["thresholds"]).toHaveLength(3);
	}, 120_000);
});

describe("labels", () => {
	it("are the same from a cell that lists them and from a column for each", async () => {
		const folder = await temporaryFolder();
		const env = { XDG_CACHE_HOME: folder };
		const load = async (choice: object) => {
			const options = dataOptions.parse({ name: "csv", task: "multi-label", ...choice });
			const data = await dataSetOf(options).load({ ...options, env });
			return { data, test: await loadTestSet({ ...options, env }) };
		};
		const listed = await load({ file: await tags(folder), label: "tags", classes: labels });
		const marked = await load({ file: await tagColumns(folder), label: labels });
		expect(marked.data.classes).toEqual(labels);
		expect(marked.data.train.labels).toEqual(listed.data.train.labels);
		expect(marked.test.labels).toEqual(listed.test.labels);
		expect(marked.data.fingerprint).toBe(listed.data.fingerprint);
		expect(() => classData(marked.data, "specialists")).toThrow("specialists: expected data whose labels are classes");
	});
});

describe("what makes no sense is refused", () => {
	const refused = async (args: readonly string[], message: string): Promise<void> => {
		const folder = await temporaryFolder();
		const file = await prices(folder, 60);
		const about = ["--data", file, "--task", "regression", "--set", "data.label=price"];
		const { code, stderr } = await runCli([
			...args,
			...about,
			"--out",
			join(folder, "out"),
			"--store",
			join(folder, "s"),
		]);
		expect(code).toBe(2);
		expect(stderr).toContain(message);
	};

	it.each([
		["an objective of classes", ["distill", "--set", "distillation.name=dkd"], "squared-error"],
		["answers kept by their most probable classes", ["distill", "--set", "targets.topK=1"], "targets.topK"],
		["specialists", ["specialize"], "specialists"],
		["the share of training samples that is right", ["distill", "--set", "trainAccuracy=true"], "trainAccuracy"],
	] as const)("%s", (_, args, message) => refused(args, message));

	it("a number that is none, by its line", async () => {
		const folder = await temporaryFolder();
		const file = await tags(folder, 30);
		const { code, stderr } = await runCli([
			"train",
			"--data",
			file,
			"--task",
			"regression",
			"--set",
			"data.label=tags",
		]);
		expect(code).toBe(3);
		expect(stderr).toContain("line 2, column tags");
	});
});
