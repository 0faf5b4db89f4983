/** The promise that memory is flat, in processes of their own. */
import { fork } from "node:child_process";
import { join } from "node:path";
import { type Attempt, expectation, type FaultPromise, type Outcome } from "./promise.js";
import type { Growth } from "./trainer.js";

/** Bytes that the resident set may grow by in a step. */
const mostAStep = 1024;
/** Of the samples in a file, what a training may hold more than one of a fifth of them. */
const mostHeld = 0.5;

function growthOf(kind: string, folder: string): Promise<Growth> {
	const child = fork(join(import.meta.dirname, "trainer.ts"), [kind, folder], {
		execArgv: ["--expose-gc", "--import", "jiti/register"],
		stdio: ["ignore", "ignore", "pipe", "ipc"],
	});
	let text = "";
	child.stderr?.on("data", (some: Buffer) => {
		text += some.toString();
	});
	return new Promise((resolve, reject) => {
		child.on("message", resolve);
		child.on("error", reject);
		child.on("close", (code) => {
			reject(new Error(`exit code ${String(code)}: ${text}`));
		});
	});
}

async function trained({ seed, folder }: Attempt): Promise<Outcome> {
	const kind = seed % 2 === 1 ? "long" : "large";
	const { steps, grown, streamed } = await growthOf(kind, folder);
	if (kind === "long") {
		const why = `the resident set grew by ${String(grown)} bytes in ${String(steps)} steps`;
		return expectation(grown <= mostAStep * steps, why, "10,000 steps");
	}
	const why = `of ${String(streamed)} bytes in a file, ${String(grown)} were held`;
	return expectation(streamed > 0 && grown <= mostHeld * streamed, why, "ten times the cap, streamed");
}

export const memoryPromises = {
	R14: {
		promise: "memory is flat",
		fault:
			"10,000 steps, kept after every call: the resident set grows by at most 1 KB a step; every second time samples of " +
			"ten times the memory that they may take: at most half of them is held",
		tries: { short: 2, long: 4 },
		tryOnce: trained,
	},
} as const satisfies Readonly<Record<string, FaultPromise>>;
