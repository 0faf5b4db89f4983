import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { SpeechReport } from "../../src/workflows/speech/report.js";
import { digitArchive, ownRecordings } from "../support/corpus.js";
import { runCli, temporaryFolder } from "./run-cli.js";

/** Fields that make an experiment last seconds. */
const tiny = [
	...["network.layers=1", "network.units=16", "network.epochs=2", "network.batch=32"],
	...["context.left=3", "context.right=1", "hmm.wordStates=2", "hmm.silenceStates=1"],
	...["alignment.gaussianRounds=4", "alignment.netRounds=1", "temperatures=[1,2]", "penalties=[0,10]"],
].flatMap((setting) => ["--set", setting]);
const quick = [...tiny, "--threads", "1", "--quiet", "--json"];

let archive: Buffer;
beforeAll(() => {
	archive = digitArchive([0, 5, 10, 11, 12]);
});

async function dataFolder(): Promise<string> {
	const folder = join(await temporaryFolder(), "fsdd");
	await mkdir(folder);
	await writeFile(join(folder, "free-spoken-digit-dataset.tar.gz"), archive);
	return folder;
}

interface Plan {
	readonly steps: readonly { readonly label: string; readonly cached: boolean }[];
}

describe("limbeck speech", () => {
	test("aligns, trains, distils and recognises", async () => {
		const [folder, out] = [await dataFolder(), await temporaryFolder()];
		const args = ["speech", ...quick, "--members", "2", "--held-out", "theo", "--data", folder, "--out", out];
		args.push("--set", "student.epochs=3", "--set", "student.units=12");
		const { code, stdout, stderr } = await runCli(args);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		const report = JSON.parse(stdout) as SpeechReport;
		expect(report).toEqual(JSON.parse(await readFile(join(out, "report.json"), "utf8")));
		expect(report.corpus).toMatchObject({
			states: 21,
			train: { recordings: 40 },
			validation: { recordings: 10 },
			test: { recordings: 50 },
			rounds: expect.arrayContaining([expect.objectContaining({ by: "net" })]) as unknown,
		});
		expect(Object.keys(report.networks)).toEqual(["baseline", "members", "student-alone", "ensemble", "distilled"]);
		const parametersOf = (name: string) => report.networks[name]?.parameters ?? NaN;
		expect(parametersOf("distilled")).toBe(parametersOf("student-alone"));
		expect(parametersOf("distilled")).toBeLessThan(parametersOf("baseline"));
		for (const { test: found, validation } of Object.values(report.networks)) {
			expect([found.single?.words, found.connected.words, validation.connected.words]).toEqual([50, 50, 10]);
			// One state in 21 is right by chance.
			expect(found.frameAccuracy).toBeGreaterThan(0.2);
		}
		expect(report.networks["distilled"]?.temperature).toBeOneOf([1, 2]);
		expect(await readdir(out)).toEqual([
			...["details.json", "distilled-T1.onnx", "distilled-T2.onnx", "metrics.jsonl"],
			...["net-1.onnx", "net-2.onnx", "report.html", "report.json", "student-alone.onnx"],
		]);
		const page = await readFile(join(out, "report.html"), "utf8");
		const titles = Array.from(page.matchAll(/<h[23]>(.*?)<\/h[23]>/g), ([, title]) => title);
		expect(titles).toEqual([
			"Results",
			"Beside the paper",
			"Table 1",
			"Temperatures",
			"Training",
			"Steps",
			"To do it again",
		]);
		expect(Object.keys(report.speakers)).toEqual(["baseline", "student-alone", "ensemble", "distilled"]);
		const [tried = []] = Object.values(report.temperatures);
		expect(tried.map(({ temperature, chosen }) => [temperature, chosen])).toEqual(
			[1, 2].map((temperature) => [temperature, temperature === report.networks["distilled"]?.temperature ? 1 : 0]),
		);
		for (const [name, { theo }] of Object.entries(report.speakers)) {
			expect(theo).toBeCloseTo(report.networks[name]?.test.connected.wer ?? NaN, 12);
		}
	});

	test("plans the nets that learn from few strings", async () => {
		const args = ["speech", "fsdd-regularizer", ...quick, "--data", await dataFolder(), "--dry-run"];
		const { steps } = JSON.parse((await runCli(args)).stdout) as Plan;
		const nets = ["net-1", "few-hard", "few-stopped", "few-soft-T1", "few-soft-T2", "evaluation"];
		expect(steps.map(({ label }) => label)).toEqual(["alignment", ...nets.map((name) => `seed 1, ${name}`)]);
	});

	test("refuses a student that nobody would teach", async () => {
		const { code, stderr } = await runCli(["speech", "fsdd-regularizer", "--set", "student.epochs=3", "--dry-run"]);
		expect(code).toBe(2);
		expect(stderr).toContain("student\n  expected none with a single member: only an ensemble is distilled");
	});

	test("takes recordings of a user's own, and finds again what is done", async () => {
		const [folder, out] = [join(await temporaryFolder(), "mine"), await temporaryFolder()];
		await ownRecordings(folder, 20);
		const env = { LIMBECK_STORE: join(await temporaryFolder(), "store") };
		const args = ["speech", ...quick, "--members", "1", "--data", folder, "--out", out];
		const { code, stdout, stderr } = await runCli(args, env);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		expect((JSON.parse(stdout) as SpeechReport).corpus).toMatchObject({
			words: ["go", "left", "stop"],
			train: { recordings: 42 },
			validation: { recordings: 6 },
			test: { recordings: 12 },
		});
		const cached = async (...more: string[]): Promise<readonly boolean[]> => {
			const plan = await runCli([...args, ...more, "--dry-run"], env);
			return (JSON.parse(plan.stdout) as Plan).steps.map((step) => step.cached);
		};
		expect(await cached()).toEqual([true, true, true]);
		expect(await cached("--set", "penalties=[5]")).toEqual([true, true, false]);
		expect(await cached("--set", "context.left=4")).toEqual([false, false, false]);
	});

	test("tells where a user's table or recording is wrong", async () => {
		const folder = join(await temporaryFolder(), "mine");
		await ownRecordings(folder, 8);
		const table = join(folder, "transcripts.csv");
		const lines = (await readFile(table, "utf8")).split("\n");
		const failing = async (): Promise<string> => {
			const result = await runCli(["speech", ...quick, "--data", folder, "--out", join(folder, "out")]);
			expect(result.code).toBe(3);
			return result.stderr;
		};
		await writeFile(table, lines.with(3, "go-2.wav,,ann").join("\n"));
		expect(await failing()).toContain(`${table}: line 4`);
		await writeFile(table, lines.join("\n"));
		await writeFile(join(folder, "go-1.wav"), "RIFF but no more");
		expect(await failing()).toContain(join(folder, "go-1.wav"));
	});
});
