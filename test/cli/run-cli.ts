import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
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
	/** The store that it uses. */
	readonly store: string;
}

const launcher = join(import.meta.dirname, "../../bin/limbeck.js");

/** Fields that make a distillation last a second or two. */
export const tiny = [
	...["teacher", "student"].flatMap((role) => ["--set", `${role}.hidden=[8]`, "--set", `${role}.epochs=0.5`]),
	...["--threads", "1"],
];

/**
 * Starts the real command line in a process of its own. `LIMBECK_DATA` and the user's cache are unset; each run has a
 * store of its own unless `env` names one.
 */
export function startCli(args: readonly string[], env: NodeJS.ProcessEnv = {}): CliRun {
	const store = env["LIMBECK_STORE"] ?? join(tmpdir(), `limbeck-store-${randomUUID()}`);
	onTestFinished(() => rm(store, { recursive: true, force: true }));
	const child = spawn(process.execPath, [launcher, ...args], {
		stdio: ["ignore", "pipe", "pipe"],
		detached: true,
		env: { PATH: process.env["PATH"], HOME: join(tmpdir(), "limbeck-no-such-home"), LIMBECK_STORE: store, ...env },
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
	return { child, result, store };
}

/** Runs the real command line to its end. */
export function runCli(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<CliResult> {
	return startCli(args, env).result;
}

/** What the runs of a store have told so far: their events, one a line. */
export async function eventsIn(store: string): Promise<string> {
	const runs = await readdir(join(store, "runs")).catch(() => []);
	const logs = runs.map((run) => readFile(join(store, "runs", run, "metrics.jsonl"), "utf8").catch(() => ""));
	return (await Promise.all(logs)).join("");
}

/** An empty folder that goes away with the test. */
export async function temporaryFolder(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "limbeck-cli-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	return folder;
}
