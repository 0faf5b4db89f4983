import { z } from "zod";
import { additive } from "./additive.js";
import type { Loss } from "./loss.js";
import { mixture } from "./mixture.js";
import { singleLosses } from "./single.js";

/** Every objective by name. */
export const losses = { ...singleLosses, additive, mixture } as const;

/** An objective's name and options, as a recipe writes it. */
export type LossOptions = z.infer<(typeof losses)[keyof typeof losses]["options"]>;

/** The entry of an objective, with its own types forgotten: the options decide which it is. */
export function lossOf({ name }: LossOptions): Loss<z.ZodType<LossOptions>> {
	// The name picks the entry whose options these are; TypeScript cannot pair them through the table.
	return losses[name];
}

/** The highest temperature at which an objective looks at the teacher's answers; `undefined` where it softens nothing. */
export function temperatureOf(objective: LossOptions): number | undefined {
	const own = lossOf(objective).temperatures?.(objective) ?? [];
	return own.length === 0 ? undefined : Math.max(...own);
}

/** Whether the loss means something else at the end of training than at its beginning. */
export function isScheduled(objective: LossOptions): boolean {
	return lossOf(objective).isScheduled?.(objective) ?? false;
}

/** What a student may learn from its teacher. */
export const distillationOptions = z
	.discriminatedUnion("name", [
		losses["soft-targets"].options,
		losses["logit-matching"].options,
		losses.dkd.options,
		losses.dist.options,
		losses.mixture.options,
	])
	.refine((objective) => asksTeacher(objective), {
		error: "an objective that asks the teacher among them, such as soft-targets",
		path: ["of"],
	});

/** What a network may learn without a teacher. */
export const hardLossOptions = z.discriminatedUnion("name", [
	losses["cross-entropy"].options,
	losses["label-smoothing"].options,
]);

/** The true labels alone. */
export const hardTargets = { name: "cross-entropy" } as const satisfies LossOptions;

function asksTeacher(objective: LossOptions): boolean {
	const needs = lossOf(objective).needs(objective);
	return needs.includes("teacher") || needs.includes("inner");
}
