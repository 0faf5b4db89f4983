/** Small inputs that once went wrong without a word: a folder each in `inputs/`, a test file of its name beside. */
import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { runCli, temporaryFolder } from "../cli/run-cli.js";
import type { CliResult } from "../support/command-line.js";

/** All cases, where the folder of the project's shared files lies beside it: the same inputs, and their sources. */
export const sharedCases = join(import.meta.dirname, "../../../shared/cases");

/** Our own copies. */
export const ownCases = join(import.meta.dirname, "inputs");

/** A copy of a case's input that goes away with the test, and may be changed. */
export async function caseFolder(name: string): Promise<string> {
	const folder = await temporaryFolder();
	const from = [sharedCases, ownCases].map((cases) => join(cases, name)).find(existsSync);
	if (from === undefined) throw new TypeError(`cases: expected a folder ${name}, got none`);
	await cp(from, folder, { recursive: true });
	return folder;
}

/** Networks that train in a second; other flags may follow. */
export const small = [
	...["--teacher", "mlp:16", "--student", "mlp:8", "--threads", "1"],
	...["teacher", "student"].flatMap((role) => ["--set", `${role}.epochs=30`, "--set", `${role}.batch=16`]),
	...["--set", "teacher.jitter=0"],
];

/** A case's pictures with a teacher that is given, and a student that trains in a moment. */
export const taughtPictures = [
	...["distill", "--data", "pictures", "--set", "data.size=8", "--teacher", "teacher.onnx", "--student", "mlp:8"],
	...["--set", "student.epochs=1", "--threads", "1", "--quiet", "--json", "--out", "out"],
];

/** Runs a command of the real command line in a case's folder. */
export function runIn(folder: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<CliResult> {
	return runCli(args, env, folder);
}
