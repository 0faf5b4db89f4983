import { type ChildProcess, fork } from "node:child_process";
import { type ErrorCategory, LimbeckError } from "../errors.js";
import type { TrainingEvent } from "../train/trainer.js";
import type { StepMessage, StepRequest } from "./messages.js";
import type { StepInput, StepName, StepOutput } from "./steps.js";

/** How a step's surroundings follow it. */
export interface RunStepOptions {
	readonly onEvent?: (event: TrainingEvent) => void;
	/** Ends the step's process when aborted. */
	readonly signal?: AbortSignal;
}

/** How much of what a child writes to stderr is kept for the message about its death. */
const keptErrorText = 2000;

/**
 * Runs one step in a process of its own.
 *
 * @throws LimbeckError: the step's own error; `training` or `model` if its process dies; `interrupted` if `signal` is aborted.
 */
export async function runStep<Name extends StepName>(
	name: Name,
	input: StepInput<Name>,
	{ onEvent, signal }: RunStepOptions = {},
): Promise<StepOutput<Name>> {
	signal?.throwIfAborted();
	const child = fork(new URL("./child.js", import.meta.url), { stdio: ["ignore", "ignore", "pipe", "ipc"] });
	const abort = (): void => void child.kill("SIGKILL");
	signal?.addEventListener("abort", abort);
	try {
		// The generic request is one of the union's members.
		return await outcome<StepOutput<Name>>(child, { name, input } as StepRequest, onEvent, signal);
	} finally {
		signal?.removeEventListener("abort", abort);
	}
}

function outcome<Output>(
	child: ChildProcess,
	request: StepRequest,
	onEvent: RunStepOptions["onEvent"],
	signal: AbortSignal | undefined,
): Promise<Output> {
	return new Promise((resolve, reject) => {
		let answer: Exclude<StepMessage, { readonly kind: "event" }> | undefined;
		let errorText = "";
		child.stderr?.on("data", (text: Buffer) => {
			errorText = (errorText + text.toString()).slice(-keptErrorText);
		});
		child.on("message", (message: StepMessage) => {
			if (message.kind === "event") onEvent?.(message.event);
			else answer = message;
		});
		child.on("error", reject);
		child.on("close", (code, killedBy) => {
			if (answer?.kind === "result")
				resolve(answer.output as Output); // The step's own type: it ran in the child.
			else if (answer?.kind === "error") reject(new LimbeckError(answer.error.category, answer.error));
			else if (signal?.aborted === true) reject(interrupted(request.name));
			else reject(died(request.name, killedBy ?? `exit code ${String(code)}`, errorText));
		});
		child.send(request);
	});
}

function interrupted(name: string): LimbeckError {
	return new LimbeckError("interrupted", {
		where: `step ${name}`,
		expected: "time to finish",
		got: "a signal to stop",
	});
}

/** What a step's death says is wrong: a training that cannot go on, or a model that the engine cannot bear. */
const categoryOfDeath = {
	check: "model",
	train: "training",
	evaluate: "model",
} as const satisfies Record<StepName, ErrorCategory>;

function died(name: StepName, how: string, errorText: string): LimbeckError {
	return new LimbeckError(categoryOfDeath[name], {
		where: `step ${name}`,
		expected: "its process to finish",
		got: `${how}${errorText === "" ? "" : `: ${errorText.trim()}`}`,
		hint:
			how === "SIGKILL"
				? "The system may have run out of memory: try a smaller batch or network."
				: "Run `npx limbeck doctor`.",
	});
}
