import { evaluateModels } from "../distill/evaluate.js";
import type { EvaluateContext } from "../distill/evaluated-model.js";
import { checkTeachers } from "../distill/teachers/check.js";
import { trainNetwork } from "../distill/train-network.js";
import type { TrainingContext } from "../train/trainer.js";

/** What every step may use of its surroundings. */
export type StepContext = TrainingContext & EvaluateContext;

/** The steps that runs are made of: plain data in, plain data out, files on the side. */
export const steps = {
	check: checkTeachers,
	train: trainNetwork,
	evaluate: evaluateModels,
} as const satisfies Record<string, (input: never, context: StepContext) => Promise<unknown>>;

/** The name of a step. */
export type StepName = keyof typeof steps;

/** What a step takes. */
export type StepInput<Name extends StepName> = Parameters<(typeof steps)[Name]>[0];

/** What a step gives. */
export type StepOutput<Name extends StepName> = Awaited<ReturnType<(typeof steps)[Name]>>;
