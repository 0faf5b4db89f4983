/** The objectives that a mixture may hold: all but the mixture itself. */
import type { z } from "zod";
import { attentionTransfer } from "./attention-transfer.js";
import { crossEntropy } from "./cross-entropy.js";
import { dist } from "./dist.js";
import { dkd } from "./dkd.js";
import { hints } from "./hints.js";
import { labelSmoothing } from "./label-smoothing.js";
import { logitMatching } from "./logit-matching.js";
import type { Loss } from "./loss.js";
import { softTargets } from "./soft-targets.js";

export const singleLosses = {
	"cross-entropy": crossEntropy,
	"label-smoothing": labelSmoothing,
	"soft-targets": softTargets,
	"logit-matching": logitMatching,
	dkd,
	dist,
	hints,
	"attention-transfer": attentionTransfer,
} as const;

type SingleLossOptions = z.infer<(typeof singleLosses)[keyof typeof singleLosses]["options"]>;

/** The entry of an objective, with its own types forgotten: the options decide which it is. */
export function singleLossOf({ name }: SingleLossOptions): Loss<z.ZodType<SingleLossOptions>> {
	// The name picks the entry whose options these are; TypeScript cannot pair them through the table.
	return singleLosses[name];
}
