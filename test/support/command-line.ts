/** The real command line in processes of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

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

/**
 * Starts the command line with a store. `LIMBECK_DATA` and the user's cache are unset unless `env` names them.
 *
 * @param cwd - where it runs; here by default.
 */
export function startLimbeck(
	args: readonly string[],
	store: string,
	env: NodeJS.ProcessEnv = {},
	cwd?: string,
): CliRun {
	const child = spawn(process.execPath, [launcher, ...args], {
		stdio: ["ignore", "pipe", "pipe"],
		detached: true,
		cwd,
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

/** What the runs of a store have told so far: their events, one a line. */
export async function eventsIn(store: string): Promise<string> {
	const runs = await readdir(join(store, "runs")).catch(() => []);
	const logs = runs.map((run) => readFile(join(store, "runs", run, "metrics.jsonl"), "utf8").catch(() => ""));
	return (await Promise.all(logs)).join("");
}
