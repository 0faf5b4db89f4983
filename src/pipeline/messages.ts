import type { SerializedError } from "../errors.js";
import type { TrainingEvent } from "../train/trainer.js";
import type { StepInput, StepName } from "./steps.js";

/** From the parent to the child: the one step to run. */
export type StepRequest = {
	readonly [Name in StepName]: { readonly name: Name; readonly input: StepInput<Name> };
}[StepName];

/** From the child to the parent. */
export type StepMessage =
	| { readonly kind: "event"; readonly event: TrainingEvent }
	| { readonly kind: "result"; readonly output: unknown }
	| { readonly kind: "error"; readonly error: SerializedError };
