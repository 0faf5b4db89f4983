import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type CliRun, eventsIn } from "../support/command-line.js";
import { leaveRecord } from "../support/records.js";
import { runCli, startCli, temporaryFolder, tiny } from "./run-cli.js";

const args = ["train", "--model", "mlp:8", "--epochs", "150", "--set", "network.jitter=1", "--threads", "1", "--json"];

/** Waits until a run has looked at the validation split. */
async function hasLooked({ store }: CliRun): Promise<void> {
	while (!(await eventsIn(store)).includes('"validation"')) await setTimeout(10);
}

/** The steps at which runs of a store told of progress. */
async function toldSteps(store: string): Promise<readonly number[]> {
	const lines = (await eventsIn(store)).split("\n").filter((line) => line !== "");
	const events = lines.map((line) => JSON.parse(line) as { readonly kind: string; readonly step: number });
	return events.filter(({ kind }) => kind === "progress").map(({ step }) => step);
}

describe.skipIf(process.platform === "win32")("a training that is stopped", () => {
	it("goes on to the same bits, by a signal or kill -9, with the same command or limbeck resume", async () => {
		const folder = await temporaryFolder();
		const whole = join(folder, "whole");
		const other = { LIMBECK_STORE: join(folder, "other") };
		expect((await runCli([...args, "--out", whole], other)).code).toBe(0);
		const model = await readFile(join(whole, "model.onnx"));
		const told = (await toldSteps(other.LIMBECK_STORE)).length;

		for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
			const env = { LIMBECK_STORE: join(folder, signal) };
			const out = join(folder, `out-${signal}`);
			const stopped = startCli([...args, "--out", out], env);
			await hasLooked(stopped);
			stopped.child.kill(signal);
			expect(await stopped.result).toMatchObject({ code: signal === "SIGKILL" ? null : 130, stdout: "" });
			const before = (await toldSteps(env.LIMBECK_STORE)).length;
			const again = {
				SIGINT: [...args, "--out", out],
				SIGTERM: ["resume", "last", "--json"],
				SIGKILL: ["resume", "--json"],
			}[signal];
			expect((await runCli(again, env)).code).toBe(0);
			expect((await readFile(join(out, "model.onnx"))).equals(model)).toBe(true);
			// A signal leaves time for a checkpoint; kill -9 leaves what was there, which may be nothing.
			const after = (await toldSteps(env.LIMBECK_STORE)).length - before;
			if (signal !== "SIGKILL") expect(after).toBeLessThan(told);
		}
	});
});

describe("the store", () => {
	it("gives the same command its networks again, wherever its results go", async () => {
		const folder = await temporaryFolder();
		const env = { LIMBECK_STORE: join(folder, "store") };
		const run = (...more: readonly string[]) => runCli(["distill", ...tiny, "--json", ...more], env);
		const plan = async (...more: readonly string[]): Promise<readonly string[]> => {
			const { stdout } = await run("--dry-run", ...more);
			const { steps } = JSON.parse(stdout) as { readonly steps: readonly { label: string; cached: boolean }[] };
			return steps.filter(({ cached }) => !cached).map(({ label }) => label.replace("seed 1, ", ""));
		};
		expect(await plan()).toEqual(["teacher", "student", "baseline", "evaluation"]);
		const first = await run("--out", join(folder, "a"));
		expect([first.code, await plan()]).toEqual([0, []]);
		const told = await eventsIn(env.LIMBECK_STORE);
		const again = await run("--out", join(folder, "b"));
		expect([again.code, await eventsIn(env.LIMBECK_STORE)]).toEqual([0, told]);
		const [a, b] = await Promise.all(["a", "b"].map((out) => readFile(join(folder, out, "metrics.jsonl"), "utf8")));
		expect(b).toBe(a);
		// Another student needs no other teacher; another objective no other baseline.
		expect(await plan("--set", "student.hidden=[6]")).toEqual(["student", "baseline", "evaluation"]);
		expect(await plan("--set", "distillation.temperature=2")).toEqual(["student", "evaluation"]);
		expect(await plan("--seed", "2")).toHaveLength(4);
		expect((await run("--out", join(folder, "a"), "--force", "student")).code).toBe(0);
		expect(await eventsIn(env.LIMBECK_STORE)).toMatch(/"role":"student"[^]*"role":"student"/);
	});

	it("is listed, shown, checked and cleaned", async () => {
		const folder = await temporaryFolder();
		const env = { LIMBECK_STORE: join(folder, "store") };
		const ask = async (...words: readonly string[]) => {
			const { code, stdout, stderr } = await runCli(["runs", ...words], env);
			return { code, text: stdout + stderr };
		};
		expect((await ask("list")).text).toContain("No runs in");
		const short = args.map((arg) => (arg === "150" ? "0.5" : arg));
		expect((await runCli([...short, "--out", join(folder, "out")], env)).code).toBe(0);
		expect((await ask("list")).text).toMatch(/-digits-[0-9a-f]{4} +train +done +2 of 2/);
		expect((await ask("show", "last")).text).toMatch(/seed 1, network +done +\d/);
		expect((await ask("verify")).text).toContain("2 entries, every one whole");
		expect((await ask("show", "nothing")).code).toBe(2);
		expect((await ask("gc")).text).toContain("Removed 0 entries");
		expect((await ask("rm", "last")).code).toBe(0);
		expect((await ask("gc")).text).toContain("Removed 2 entries");
	});
});

it("a run of a workflow that this version does not have is listed, and resume says what goes on with it", async () => {
	const store = await temporaryFolder();
	const { id } = await leaveRecord(store, { command: "federate", state: "stopped" });
	const env = { LIMBECK_STORE: store };
	expect((await runCli(["runs", "list"], env)).stdout).toContain("federate");
	expect(await runCli(["resume", id], env)).toMatchObject({
		code: 2,
		stderr: expect.stringMatching(/got +one of federate\n.*version of Limbeck that began it/) as unknown,
	});
});
