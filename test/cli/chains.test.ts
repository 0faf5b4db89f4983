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
	readonly teaching: { readonly members: readonly { readonly where: string }[] };
}

async function distilled(...args: readonly string[]): Promise<{ readonly report: Report; readonly out: string }> {
	const out = await temporaryFolder();
	const { code, stderr } = await runCli(["distill", ...args, "--out", out]);
	expect(stderr).not.toContain("expected");
	expect(code).toBe(0);
	return { report: JSON.parse(await readFile(join(out, "report.json"), "utf8")) as Report, out };
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
