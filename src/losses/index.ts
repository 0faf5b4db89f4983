import type { z } from "zod";
import { crossEntropy } from "./cross-entropy.js";
import { logitMatching } from "./logit-matching.js";
import type { Loss } from "./loss.js";
import { softTargets } from "./soft-targets.js";

/** Every objective by name. */
export const losses = {
	"cross-entropy": crossEntropy,
	"soft-targets": softTargets,
	"logit-matching": logitMatching,
} as const;

/** An objective's name and options, as a recipe writes it. */
export type LossOptions = z.infer<(typeof losses)[keyof typeof losses]["options"]>;

/** The entry of an objective, with its own types forgotten: the options decide which it is. */
export function lossOf({ name }: LossOptions): Loss<z.ZodType<LossOptions>> {
	// The name picks the entry whose options these are; TypeScript cannot pair them through the table.
	return losses[name];
}
