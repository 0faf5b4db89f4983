/** Promises about several processes that use a store at the same time. */
import { fork } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Attempt, expectation, type FaultPromise, type Outcome } from "./promise.js";

const askers = 8;
const rounds = 10;

async function askedAtOnce({ folder }: Attempt): Promise<Outcome> {
	const errors = await Promise.all(Array.from({ length: askers }, () => ask(folder)));
	const lines = (await readFile(join(folder, "done"), "utf8")).trim().split("\n");
	const once = Array.from({ length: rounds }, (_, round) => [`work ${String(round)}`, `answers ${String(round)}`]);
	const isAsPromised = lines.toSorted().join() === once.flat().sort().join();
	const failed = errors.filter((text) => text !== "");
	return expectation(isAsPromised && failed.length === 0, [...failed, ...lines].join("\n"));
}

/** @returns what a process that failed said. */
function ask(folder: string): Promise<string> {
	const child = fork(join(import.meta.dirname, "asker.ts"), [folder, String(rounds)], {
		execArgv: ["--import", "jiti/register"],
		stdio: ["ignore", "ignore", "pipe", "ipc"],
	});
	let text = "";
	child.stderr?.on("data", (some: Buffer) => {
		text += some.toString();
	});
	return new Promise((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (code) => {
			resolve(code === 0 ? "" : `exit code ${String(code)}: ${text}`);
		});
	});
}

export const askerPromises = {
	R8: {
		promise: "concurrent store",
		fault: `${String(askers)} processes ask for the same ${String(rounds)} entries and answers: all right, each made once`,
		tries: { short: 1, long: 20 },
		tryOnce: askedAtOnce,
	},
} as const satisfies Readonly<Record<string, FaultPromise>>;
