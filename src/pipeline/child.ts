/**
 * The process that steps run in, one after the other, so that neither a blocked event loop nor a native crash reaches the
 * caller. It ends with a step that fails, or leaves much memory behind.
 */
import { createLoader } from "../data/loader.js";
import { openSamples } from "../data/open-samples.js";
import { LimbeckError } from "../errors.js";
import { nodeRuntime } from "../runtime/node.js";
import { openTargets } from "../targets/store.js";
import type { TrainingEvent } from "../train/training.js";
import { checkpointFolder } from "./checkpoint-folder.js";
import { aliveMs, type StepMessage, type StepRequest, stopMessage } from "./messages.js";
import { type StepContext, steps } from "./steps.js";

// The terminal sends Ctrl-C to the whole process group; the parent decides what becomes of this process.
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => undefined);
process.on("disconnect", () => process.exit());
let stop = new AbortController();
let isAtWork = false;
process.on("message", (message: StepRequest | typeof stopMessage) => {
	if (message === stopMessage) {
		stop.abort();
		return;
	}
	isAtWork = true;
	stop = new AbortController();
	void runStep(message, stop.signal).then((stays) => {
		isAtWork = false;
		if (!stays) process.disconnect();
	});
});
setInterval(() => {
	if (isAtWork) void send({ kind: "alive" });
}, aliveMs).unref();

/** What a process may hold and still wait for a next step: beside its limits there the rest is little. */
const keptBytes = 512 * 2 ** 20;

/** @returns whether this process is fit for another step. */
async function runStep(
	{ name, input, folders, checkpointSeconds, mayStay }: StepRequest,
	signal: AbortSignal,
): Promise<boolean> {
	try {
		const context: StepContext = {
			runtime: await nodeRuntime(),
			createLoader,
			openSamples,
			openTargets,
			openCheckpoints: checkpointFolder,
			stop: signal,
			folders,
			...(checkpointSeconds === undefined ? {} : { checkpointSeconds }),
			now: () => performance.now(),
			onEvent: (event) => void send({ kind: "event", event: withMemory(event) }),
		};
		// The name picks the step whose input this is; TypeScript cannot pair them through the table.
		const run = steps[name].run as (input: StepRequest["input"], context: StepContext) => Promise<unknown>;
		const output = await run(input, context);
		const stays = mayStay && process.memoryUsage.rss() <= keptBytes;
		await send({ kind: "result", output, stays });
		return stays;
	} catch (error) {
		const known = error instanceof LimbeckError ? error : unexpected(name, error);
		await send({ kind: "error", error: known.toJSON() });
		return false;
	}
}

/** Progress with what this process holds. */
function withMemory(event: TrainingEvent): TrainingEvent {
	return event.kind === "progress" ? { ...event, memory: process.memoryUsage.rss() } : event;
}

/** Resolves when the message is on its way, so that leaving afterwards loses nothing. */
function send(message: StepMessage): Promise<void> {
	return new Promise((resolve) => {
		if (process.send === undefined) throw new TypeError("child.js: expected a parent process, got none");
		process.send(message, undefined, {}, () => {
			resolve();
		});
	});
}

function unexpected(step: string, error: unknown): LimbeckError {
	const got = error instanceof Error ? (error.stack ?? error.message) : String(error);
	return new LimbeckError("internal", { where: `step ${step}`, expected: "no defect of Limbeck's own", got });
}
