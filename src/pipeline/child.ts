/** The process that one step runs in, so that neither a blocked event loop nor a native crash reaches the caller. */
import { createLoader } from "../data/loader.js";
import { openSamples } from "../data/open-samples.js";
import { LimbeckError } from "../errors.js";
import { nodeRuntime } from "../runtime/node.js";
import { openTargets } from "../targets/store.js";
import { checkpointFolder } from "./checkpoint-folder.js";
import { aliveMs, type StepMessage, type StepRequest, stopMessage } from "./messages.js";
import { type StepContext, steps } from "./steps.js";

// The terminal sends Ctrl-C to the whole process group; the parent decides what becomes of this process.
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => undefined);
process.on("disconnect", () => process.exit());
const stop = new AbortController();
process.on("message", (message: StepRequest | typeof stopMessage) => {
	if (message === stopMessage) {
		stop.abort();
		return;
	}
	void runStep(message).finally(() => {
		process.disconnect();
	});
});
setInterval(() => void send({ kind: "alive" }), aliveMs).unref();

async function runStep({ name, input, folders, checkpointSeconds }: StepRequest): Promise<void> {
	try {
		const context: StepContext = {
			runtime: await nodeRuntime(),
			createLoader,
			openSamples,
			openTargets,
			openCheckpoints: checkpointFolder,
			stop: stop.signal,
			folders,
			...(checkpointSeconds === undefined ? {} : { checkpointSeconds }),
			now: () => performance.now(),
			onEvent: (event) => void send({ kind: "event", event }),
		};
		// The name picks the step whose input this is; TypeScript cannot pair them through the table.
		const run = steps[name].run as (input: StepRequest["input"], context: StepContext) => Promise<unknown>;
		await send({ kind: "result", output: await run(input, context) });
	} catch (error) {
		const known = error instanceof LimbeckError ? error : unexpected(name, error);
		await send({ kind: "error", error: known.toJSON() });
	}
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
