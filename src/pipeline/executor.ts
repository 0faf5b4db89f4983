/** What walks a plan asks of whatever runs its steps: this machine's processes, or an engine on many machines. */
import type { SerializedError } from "../errors.js";
import type { TrainingEvent } from "../train/training.js";
import type { PlannedInput, StepName } from "./steps.js";

/** A step's key in the store, which is also its name at an executor. */
export type StepId = string;

/** A step ready to be run: all that it reads is there. */
export type OfferedStep = {
	readonly [Name in StepName]: {
		readonly key: StepId;
		readonly kind: Name;
		/** What it is called in messages. */
		readonly label: string;
		readonly options: PlannedInput<Name>;
		/** What the key is the hash of, for people. */
		readonly about: Readonly<Record<string, unknown>>;
		/** The most cores that it uses; a step whose result no number of threads changes may be given fewer. */
		readonly cores: number;
	};
}[StepName];

/** How far a step is. Completed is what the store says is completed: an executor only tells that its work is done. */
export type StepState =
	| { readonly status: "absent" | "queued" | "running" | "completed" }
	| { readonly status: "failed"; readonly error: SerializedError };

/** A wake-up: something happened to a step. */
export type StepEvent =
	| { readonly kind: "state"; readonly id: StepId; readonly state: StepState }
	| { readonly kind: "training"; readonly id: StepId; readonly event: TrainingEvent };

/**
 * Runs steps. What walks the plan is the same over every executor, and asks the store what is done. Every verb may be
 * called twice.
 */
export interface Executor {
	/** Takes steps to be run; one that is known already, even as failed, is left as it is. */
	offer(ready: readonly OfferedStep[]): Promise<void>;
	/** How far steps are. */
	state(ids: readonly StepId[]): Promise<ReadonlyMap<StepId, StepState>>;
	/** Forgets steps that are neither queued nor running. */
	forget(ids: readonly StepId[]): Promise<void>;
	/** Takes steps out of the queue, and asks running ones to keep what they have and leave; they end as failed. */
	cancel(ids: readonly StepId[]): Promise<void>;
	/** Wake-ups from now on; who misses one asks for the state. */
	events(signal: AbortSignal): AsyncIterable<StepEvent>;
}
