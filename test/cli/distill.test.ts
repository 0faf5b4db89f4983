import { execFile } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { type CliRun, eventsIn } from "../support/command-line.js";
import { runCli, startCli, temporaryFolder, tiny } from "./run-cli.js";

describe("limbeck distill and limbeck evaluate", () => {
	it("print one JSON object on stdout and nothing else", async () => {
		const out = await temporaryFolder();
		const distilled = await runCli(["distill", ...tiny, "--json", "--out", out]);
		expect(distilled.code).toBe(0);
		const report = JSON.parse(distilled.stdout) as { student: Record<"errors" | "accuracy" | "bytes", number> };
		expect(report).toEqual(JSON.parse(await readFile(join(out, "report.json"), "utf8")));
		expect(distilled.stderr).toMatch(/^teacher: epoch 0\.5 of 0\.5, validation \d+\.\d\d %$/m);

		const model = join(out, "student.onnx");
		const evaluated = await runCli(["evaluate", "--model", model, "--data", "digits", "--json", "--threads", "1"]);
		expect(evaluated).toMatchObject({ code: 0, stderr: "" });
		const { errors, accuracy, bytes } = report.student;
		expect(JSON.parse(evaluated.stdout)).toMatchObject({
			model,
			data: "digits",
			samples: 2000,
			errors,
			bytes,
			accuracy,
			parameters: 6370,
			environment: { threads: 1 },
		});

		const bytesOfModel = await readFile(model);
		const cut = join(out, "cut.onnx");
		await writeFile(cut, bytesOfModel.subarray(0, bytesOfModel.length / 2));
		const refused = await runCli(["evaluate", "--model", cut, "--data", "digits"]);
		expect(refused).toMatchObject({ code: 4, stdout: "" });
		expect(refused.stderr).toContain("The file is truncated");
	});

	it("refuse an objective that does not fit the networks before the teacher is trained", async () => {
		const pairs = [{ student: "hidden1", teacher: "hiden1" }];
		const mixture = { name: "mixture", of: [{ name: "soft-targets" }, { name: "hints", pairs }] };
		const settings = ["--set", "teacher.epochs=100000", "--set", `distillation=${JSON.stringify(mixture)}`];
		const out = await temporaryFolder();
		const { code, stderr } = await runCli(["distill", ...tiny, ...settings, "--out", out]);
		expect(code).toBe(2);
		expect(stderr).toContain("Near names are hidden1, ");
	});

	it("say nothing but the result when quiet", async () => {
		const out = await temporaryFolder();
		const { code, stdout, stderr } = await runCli(["distill", ...tiny, "--quiet", "--out", out]);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		expect(stdout).toMatch(/^ +errors +accuracy/);
		expect(await readdir(out)).toEqual([
			...["baseline.onnx", "details.json", "metrics.jsonl", "report.html", "report.json", "student.onnx"],
			"teacher.onnx",
		]);
	});

	it.each([
		["is missing", undefined],
		["is empty", Buffer.alloc(0)],
		["is text", Buffer.from("<html>404</html>")],
		["claims 4 GB", Buffer.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f])],
	])("refuse a model that %s", async (_, bytes) => {
		const model = join(await temporaryFolder(), "model.onnx");
		if (bytes !== undefined) await writeFile(model, bytes);
		const { code, stdout, stderr } = await runCli(["evaluate", "--model", model, "--data", "digits"]);
		expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
		expect(stderr).toContain(model);
	});
});

describe.skipIf(process.platform === "win32")("a signal during training", () => {
	/** A run that would take hours, in a folder that holds a file from before, once it has trained a little. */
	async function trainingRun(): Promise<CliRun & { readonly out: string }> {
		const out = await temporaryFolder();
		await writeFile(join(out, "student.onnx"), "from before");
		const run = startCli(["distill", ...tiny, "--set", "teacher.epochs=100000", "--out", out]);
		onTestFinished(() => {
			run.child.kill("SIGKILL");
		});
		while (!(await eventsIn(run.store)).includes("\n")) await setTimeout(20);
		return { ...run, out };
	}

	/** Whether the command or its training is still there. */
	function isAlive({ child }: CliRun): boolean {
		try {
			process.kill(-(child.pid ?? 0), 0);
			return true;
		} catch {
			return false;
		}
	}

	it.each([
		["Ctrl-C", "SIGINT", -1],
		["SIGTERM", "SIGTERM", 1],
	] as const)("%s leaves nothing behind", async (_, signal, sign) => {
		const run = await trainingRun();
		const before = isAlive(run);
		process.kill(sign * (run.child.pid ?? 0), signal); // A terminal sends Ctrl-C to the whole group.
		expect(await run.result).toMatchObject({
			code: 130,
			stdout: "",
			stderr: expect.stringMatching(/^Stopped\. What is done is kept: .* limbeck resume [\w-]+\.$/m) as string,
		});
		expect(await readdir(run.out)).toEqual(["student.onnx"]);
		expect(await readFile(join(run.out, "student.onnx"), "utf8")).toBe("from before");
		expect([before, isAlive(run)]).toEqual([true, false]);
	});

	it("the second leaves at once", async () => {
		const run = await trainingRun();
		run.child.kill("SIGINT");
		run.child.kill("SIGTERM");
		expect(await run.result).toMatchObject({ code: 130, stdout: "" });
	});
});

it("limbeck distill keeps what stood before when the disk has no room", async ({ skip }) => {
	const out = await temporaryFolder();
	const run = promisify(execFile);
	try {
		await run("mount", ["-t", "tmpfs", "-o", "size=32k", "tmpfs", out]);
	} catch {
		skip("a small file system cannot be mounted here");
	}
	onTestFinished(async () => {
		await run("umount", [out]);
	});
	await writeFile(join(out, "student.onnx"), "from before");
	const { code, stdout, stderr } = await runCli(["distill", ...tiny, "--out", out]);
	expect({ code, stdout }).toEqual({ code: 7, stdout: "" });
	expect(stderr).toContain("free for checkpoints, networks and stored answers");
	expect(await readdir(out)).toEqual(["student.onnx"]);
	expect(await readFile(join(out, "student.onnx"), "utf8")).toBe("from before");
});
