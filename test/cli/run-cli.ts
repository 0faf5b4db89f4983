import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** How a run of the command line ended. */
export interface CliResult {
	/** `null` where a signal ended it. */
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** A run of the command line that goes on. */
export interface CliRun {
	/** Leads a process group of its own, as a command in a terminal does. */
	readonly child: ChildProcess;
	readonly result: Promise<CliResult>;
}

const launcher = join(import.meta.dirname, "../../bin/limbeck.js");

/** Fields that make a distillation last a second or two. */
export const tiny = [
	...["teacher", "student"].flatMap((role) => ["--set", `${role}.hidden=[8]`, "--set", `${role}.epochs=0.5`]),
	...["--threads", "1"],
];

/** Starts the real command line in a process of its own. `LIMBECK_DATA` and the user's cache are unset. */
export function startCli(args: readonly string[], env: NodeJS.ProcessEnv = {}): CliRun {
	const child = spawn(process.execPath, [launcher, ...args], {
		stdio: ["ignore", "pipe", "pipe"],
		detached: true,
		env: { PATH: process.env["PATH"], HOME: join(tmpdir(), "limbeck-no-such-home"), ...env },
	});
	let stdout = "";
	let stderr = "";
	child.stdout.on("data", (text: Buffer) => {
		stdout += text.toString();
	});
	child.stderr.on("data", (text: Buffer) => {
		stderr += text.toString();
	});
	const result = new Promise<CliResult>((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (code) => {
			resolve({ code, stdout, stderr });
		});
	});
	return { child, result };
}

/** Runs the real command line to its end. */
export function runCli(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<CliResult> {
	return startCli(args, env).result;
}

/** An empty folder that goes away with the test. */
export async function temporaryFolder(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "limbeck-cli-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	return folder;
}
