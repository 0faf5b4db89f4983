import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli, temporaryFolder, tiny } from "./run-cli.js";

interface Measured {
	readonly errors: number;
	readonly parameters: number;
	readonly accuracy: number;
	readonly keptStep: number;
	readonly agreement?: number;
	readonly trainSamples: number;
	readonly trainAccuracy?: number;
}

/** What these tests read of report.json. */
interface Report {
	readonly data: { readonly train: number };
	readonly teacher: Measured;
	readonly student: Measured;
	readonly baseline: Measured;
	readonly earlyStopped?: Measured;
	readonly chain?: readonly (Measured & { readonly name: string })[];
	readonly generations?: Measured;
	readonly teaching: {
		readonly members: readonly { readonly where: string }[];
		readonly answers?: {
			readonly key: string;
			readonly asked: number;
			readonly cost: readonly { readonly temperature: number; readonly mean: number }[];
		};
	};
}

interface Distilled {
	readonly report: Report;
	readonly out: string;
	readonly stdout: string;
}

async function distilled(...args: readonly string[]): Promise<Distilled> {
	const out = await temporaryFolder();
	const { code, stdout, stderr } = await runCli(["distill", ...args, "--out", out]);
	expect(stderr).not.toContain("expected");
	expect(code).toBe(0);
	return { report: JSON.parse(await readFile(join(out, "report.json"), "utf8")) as Report, out, stdout };
}

const onnxIn = async (folder: string): Promise<readonly string[]> =>
	(await readdir(folder)).filter((name) => name.endsWith(".onnx"));

describe("limbeck distill in a chain", () => {
	it("trains assistants between teacher and student, each taught by the one before", async () => {
		const chain = 'chain=[{"hidden":[12],"epochs":0.3},{"hidden":[10],"epochs":0.3}]';
		const { report, out } = await distilled(...tiny, "--set", chain);
		expect(await onnxIn(out)).toEqual([
			...["assistant-1.onnx", "assistant-2.onnx", "baseline.onnx", "student.onnx", "teacher.onnx"],
		]);
		expect(report.chain).toMatchObject([
			{ name: "assistant-1", parameters: 785 * 12 + 13 * 10 },
			{ name: "assistant-2", parameters: 785 * 10 + 11 * 10 },
		]);
		expect(report.teaching.members).toMatchObject([{ where: "assistant-2.onnx" }]);
		for (const { agreement } of [...(report.chain ?? []), report.student]) expect(agreement).toBeGreaterThan(0);
		expect(report).not.toHaveProperty("generations");
	});

	it("trains generations of the student from different seeds, reports each and all together", async () => {
		const { report, out } = await distilled(...tiny, "--set", "generations=2");
		expect(await onnxIn(out)).toEqual([...["baseline.onnx", "generation-1.onnx", "student.onnx", "teacher.onnx"]]);
		expect(report.chain).toMatchObject([{ name: "generation-1", parameters: 6370 }]);
		expect(report.teaching.members).toMatchObject([{ where: "generation-1.onnx" }]);
		expect(report.generations?.parameters).toBe(2 * 6370);
	});

	it("refuses a student at its end that does not fit before the teacher is trained", async () => {
		const pairs = [{ student: "hidden1", teacher: "hidden1" }];
		const mixture = { name: "mixture", of: [{ name: "soft-targets" }, { name: "hints", pairs }] };
		const settings = ['chain=[{"hidden":[12]}]', "teacher.epochs=100000", `distillation=${JSON.stringify(mixture)}`];
		const { code, stderr } = await runCli([
			...["distill", "--student", "cnn:4", "--threads", "1", "--out", await temporaryFolder()],
			...settings.flatMap((setting) => ["--set", setting]),
		]);
		expect(code).toBe(2);
		expect(stderr).toContain('"hidden1"');
		expect(stderr).not.toContain("epoch ");
	});
});

describe("a teacher's answers", () => {
	const settings = ["targets.topK=3", "targets.precision=float16"].flatMap((setting) => ["--set", setting]);

	it("keeps the teacher's answers, finds them again, and tells what truncation costs", async () => {
		const store = await temporaryFolder();
		const first = await distilled(...tiny, ...settings, "--store", store);
		const second = await distilled(...tiny, ...settings, "--store", store, "--set", "student.hidden=[6]");
		const [made, found] = [first, second].map(({ report }) => report.teaching.answers);
		expect([made?.asked, found?.asked]).toEqual([7000, 0]);
		expect(found?.key).toBe(made?.key);
		expect(found?.cost.map(({ temperature }) => temperature)).toEqual([1, 4]);
		for (const { mean } of made?.cost ?? []) expect(mean).toBeGreaterThan(0);
		expect(second.stdout).toContain("The answers that taught the student were found in the store");
	});

	const augment = 'student.augment=[{"name":"mixup"}]';
	const hints = '{"name":"hints","pairs":[{"student":"hidden1","teacher":"hidden1"}]}';
	it.each([
		["random views", ["student.jitter=1"], "Add --set student.views=8"],
		["an assistant's", ['chain=[{"jitter":1}]'], "Add --set chain.0.views=8"],
		["mixtures", [augment, "student.views=2"], "targets.keep: student.augment"],
		[
			"a look inside",
			[`distillation={"name":"mixture","of":[{"name":"soft-targets"},${hints}]}`],
			"targets.keep: distillation",
		],
		["as many classes as there are", ["targets.topK=10"], "fewer than the 10 classes"],
	])("refuses %s before anything is trained", async (_, changes, message) => {
		const folder = await temporaryFolder();
		const args = ["--set", "targets.keep=true", "--out", folder, ...changes.flatMap((setting) => ["--set", setting])];
		const { code, stderr } = await runCli(["distill", ...tiny, ...args]);
		expect(code).toBe(2);
		expect(stderr).toContain(message);
		expect(stderr).not.toMatch(/^(teacher|student, distilled): epoch/m);
	});
});

describe("limbeck distill regularizer", () => {
	it("teaches a student that sees a fraction of the samples more than their labels do", async () => {
		const faster = ["teacher.epochs=3", "teacher.hidden=[64]", "student.hidden=[64]", "student.epochs=40"];
		const args = faster.flatMap((setting) => ["--set", setting]);
		const { report, out } = await distilled("regularizer", ...args, "--threads", "1");
		expect(await onnxIn(out)).toEqual(["baseline.onnx", "early-stopped.onnx", "student.onnx", "teacher.onnx"]);
		const { data, teacher, student, baseline, earlyStopped } = report;
		expect([data.train, teacher.trainSamples]).toEqual([7000, 7000]);
		expect([student, baseline, earlyStopped].map((network) => network?.trainSamples)).toEqual([211, 211, 211]);
		expect(baseline.trainAccuracy).toBe(1);
		expect(earlyStopped?.keptStep).toBeLessThan(baseline.keptStep);
		expect(student.errors).toBeLessThan(baseline.errors - 50);
	});
});
