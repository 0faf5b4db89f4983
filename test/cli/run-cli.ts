import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type CliResult, type CliRun, startLimbeck } from "../support/command-line.js";

/** Fields that make a distillation last a second or two. */
export const tiny = [
	...["teacher", "student"].flatMap((role) => ["--set", `${role}.hidden=[8]`, "--set", `${role}.epochs=0.5`]),
	...["--threads", "1"],
];

/**
 * Starts the real command line in a process of its own. `LIMBECK_DATA` and the user's cache are unset; each run has a
 * store of its own unless `env` names one.
 *
 * @param cwd - where it runs; here by default.
 */
export function startCli(args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd?: string): CliRun {
	const store = env["LIMBECK_STORE"] ?? join(tmpdir(), `limbeck-store-${randomUUID()}`);
	onTestFinished(() => rm(store, { recursive: true, force: true }));
	return startLimbeck(args, store, env, cwd);
}

/** Runs the real command line to its end. */
export function runCli(args: readonly string[], env?: NodeJS.ProcessEnv, cwd?: string): Promise<CliResult> {
	return startCli(args, env, cwd).result;
}

/** An empty folder that goes away with the test. */
export async function temporaryFolder(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "limbeck-cli-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	return folder;
}
