/** The table of objectives: each is a file of its own, and a line here. Mixtures are made of them (`mixture.ts`). */
import type { z } from "zod";
import { additive } from "./additive.js";
import { attentionTransfer } from "./attention-transfer.js";
import { binaryCrossEntropy } from "./binary-cross-entropy.js";
import { crossEntropy } from "./cross-entropy.js";
import { dist } from "./dist.js";
import { dkd } from "./dkd.js";
import { hints } from "./hints.js";
import { labelSmoothing } from "./label-smoothing.js";
import { logitMatching } from "./logit-matching.js";
import type { Loss, LossRole } from "./loss.js";
import { softLabels } from "./soft-labels.js";
import { softTargets } from "./soft-targets.js";
import { squaredError } from "./squared-error.js";
import { teacherValues } from "./teacher-values.js";

/** Every objective but mixtures, by name, in the order in which people see them. */
export const singleLosses = tableOf({
	"cross-entropy": crossEntropy,
	"label-smoothing": labelSmoothing,
	"soft-targets": softTargets,
	"logit-matching": logitMatching,
	dkd,
	dist,
	hints,
	"attention-transfer": attentionTransfer,
	additive,
	"binary-cross-entropy": binaryCrossEntropy,
	"soft-labels": softLabels,
	"squared-error": squaredError,
	"teacher-values": teacherValues,
});

/** A table in which every entry has the name that its options have. */
function tableOf<Table extends { readonly [Name in keyof Table]: Entry<Name> }>(table: Table): Readonly<Table> {
	return table;
}

interface Entry<Name> {
	readonly options: z.ZodObject<{ readonly name: z.ZodLiteral<Name & string> }>;
}

/** The entries of some roles, in the table's order. */
export function withRole<Each extends { readonly role: LossRole }, const Role extends LossRole>(
	table: Readonly<Record<string, Each>>,
	...roles: readonly Role[]
): readonly Extract<Each, { readonly role: Role }>[] {
	const wanted: readonly LossRole[] = roles;
	return Object.values(table).filter((entry): entry is Extract<Each, { readonly role: Role }> =>
		wanted.includes(entry.role),
	);
}

type SingleLossOptions = z.infer<(typeof singleLosses)[keyof typeof singleLosses]["options"]>;

/** The entry of an objective, with its own types forgotten: the options decide which it is. */
export function singleLossOf({ name }: SingleLossOptions): Loss<z.ZodType<SingleLossOptions>> {
	// The name picks the entry whose options these are; TypeScript cannot pair them through the table.
	return singleLosses[name];
}
