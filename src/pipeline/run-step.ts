import type { ChildProcess } from "node:child_process";
import { interruption, LimbeckError, throwIfStopped } from "../errors.js";
import type { TrainingEvent } from "../train/training.js";
import { defaultSilenceMs, residentBytes, type StepLimits, usableMemory } from "./limits.js";
import { type StepMessage, type StepRequest, stopMessage } from "./messages.js";
import { type StepProcesses, stepProcesses } from "./step-processes.js";
import { type StepFolders, type StepInput, type StepName, type StepOutput, stepEntry } from "./steps.js";

/** How a step's surroundings follow it. */
export interface RunStepOptions {
	readonly onEvent?: (event: TrainingEvent) => void;
	/** When aborted, asks the step to keep what it has and leave, and ends its process if it does not. */
	readonly signal?: AbortSignal;
	/** For steps that leave files. */
	readonly folders?: StepFolders;
	/** See `TrainingContext`. */
	readonly checkpointSeconds?: number | undefined;
	/** All memory that can be used, and ten minutes, where absent. */
	readonly limits?: StepLimits;
	/** Where its process is taken from; a new one where absent. */
	readonly processes?: StepProcesses;
}

/** How long a step may take to keep what it has when it is asked to leave. */
const graceMs = 4000;

/** How much of what a child writes to stderr is kept for the message about its death. */
const keptErrorText = 2000;

/** How often a child's memory and silence are looked at: a process fills a gigabyte in half a second. */
const watchMs = 100;

/**
 * Runs one step in a process that runs no other at the same time.
 *
 * @throws LimbeckError: the step's own error; one of the step's kind if its process dies or breaks a limit; `interrupted`
 * if `signal` is aborted.
 */
export async function runStep<Name extends StepName>(
	name: Name,
	input: StepInput<Name>,
	options: RunStepOptions = {},
): Promise<StepOutput<Name>> {
	const { signal, folders, checkpointSeconds } = options;
	throwIfStopped(signal, `step ${name}`);
	const { processes = stepProcesses() } = options;
	const child = processes.take();
	let deadline: NodeJS.Timeout | undefined;
	const abort = (): void => {
		child.send(stopMessage, () => undefined);
		deadline = setTimeout(() => void child.kill("SIGKILL"), graceMs);
	};
	signal?.addEventListener("abort", abort);
	try {
		// The generic request is one of the union's members.
		const mayStay = options.processes !== undefined;
		const request = { name, input, folders, checkpointSeconds, mayStay } as StepRequest;
		const { output, stays } = await outcome(child, request, options);
		if (stays) processes.giveBack(child);
		return output as StepOutput<Name>; // What the step of that name gives: it ran in the child.
	} finally {
		signal?.removeEventListener("abort", abort);
		clearTimeout(deadline);
	}
}

function outcome(
	child: ChildProcess,
	request: StepRequest,
	{ onEvent, signal, limits = { memory: usableMemory(), silenceMs: defaultSilenceMs } }: RunStepOptions,
): Promise<{ readonly output: unknown; readonly stays: boolean }> {
	return new Promise((resolve, reject) => {
		let answer: Extract<StepMessage, { readonly kind: "result" | "error" }> | undefined;
		let errorText = "";
		const watch = watchOver(child, limits);
		const hearText = (text: Buffer): void => {
			errorText = (errorText + text.toString()).slice(-keptErrorText);
		};
		const hear = (message: StepMessage): void => {
			watch.heard();
			if (message.kind === "event") onEvent?.(message.event);
			else if (message.kind !== "alive") answer = message;
			if (answer?.kind === "result" && answer.stays) settle(answer);
		};
		const settle = ({ output, stays }: Extract<StepMessage, { readonly kind: "result" }>): void => {
			watch.end();
			child.off("message", hear).off("error", reject).off("close", close).stderr?.off("data", hearText);
			resolve({ output, stays });
		};
		const close = (code: number | null, killedBy: NodeJS.Signals | null): void => {
			const broken = watch.end();
			if (answer?.kind === "result") settle(answer);
			else if (answer?.kind === "error") reject(new LimbeckError(answer.error.category, answer.error));
			else if (signal?.aborted === true) reject(interruption(`step ${request.name}`));
			else reject(died(request.name, broken ?? killedBy ?? `exit code ${String(code)}`, errorText));
		};
		child.on("message", hear).on("error", reject).on("close", close).stderr?.on("data", hearText);
		child.send(request);
	});
}

/** Ends a child that breaks its limits. */
function watchOver(
	child: ChildProcess,
	{ memory, silenceMs }: StepLimits,
): { readonly heard: () => void; readonly end: () => string | undefined } {
	let last = performance.now();
	let broken: string | undefined;
	let ended = false;
	const kill = (why: string): void => {
		broken ??= why;
		child.kill("SIGKILL");
	};
	const timer = setInterval(() => {
		if (performance.now() - last > silenceMs) kill(`no sign of life for ${String(silenceMs / 1000)} s`);
		void residentBytes(child.pid ?? 0).then((held = 0) => {
			if (held > memory && !ended) kill(`more memory than the ${(memory / 2 ** 30).toFixed(1)} GiB that it may use`);
		});
	}, watchMs);
	return {
		heard() {
			last = performance.now();
		},
		end() {
			clearInterval(timer);
			ended = true;
			return broken;
		},
	};
}

function died(name: StepName, how: string, errorText: string): LimbeckError {
	return new LimbeckError(stepEntry(name).death, {
		where: `step ${name}`,
		expected: "its process to finish",
		got: `${how}${errorText === "" ? "" : `: ${errorText.trim()}`}`,
		hint: hintFor(how),
	});
}

/** By how a process ended. */
function hintFor(how: string): string {
	// Only what was killed from outside may end otherwise the next time, as it is.
	if (how === "SIGKILL") {
		return "The system may have run out of memory: `npx limbeck resume last` goes on from here; or try a smaller batch or network.";
	}
	if (how.startsWith("more memory")) return "Try a smaller batch or network, or one thread; a teacher may be hostile.";
	if (how.startsWith("no sign")) return "It may hang in a model that never ends.";
	return "Run `npx limbeck doctor`.";
}
