import type { SerializedError } from "../errors.js";
import type { TrainingEvent } from "../train/training.js";
import type { StepFolders, StepInput, StepName } from "./steps.js";

/** From the parent to the child: a step to run. */
export type StepRequest = {
	readonly [Name in StepName]: {
		readonly name: Name;
		readonly input: StepInput<Name>;
		readonly folders?: StepFolders | undefined;
		readonly checkpointSeconds?: number | undefined;
		/** Whether the process may wait for another step. */
		readonly mayStay: boolean;
	};
}[StepName];

/** From the parent to the child while its step runs: keep what is done so far and leave. */
export const stopMessage = "stop";

/** From the child to the parent. */
export type StepMessage =
	| { readonly kind: "event"; readonly event: TrainingEvent }
	/** The step is done; `stays` if the process waits for another. */
	| { readonly kind: "result"; readonly output: unknown; readonly stays: boolean }
	| { readonly kind: "error"; readonly error: SerializedError }
	/** Sent as time goes by: the process is not stuck in one call. */
	| { readonly kind: "alive" };

/** Time between signs of life. */
export const aliveMs = 1000;
