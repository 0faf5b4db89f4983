/** Exact copies of samples: kept in one part where the split is ours, counted and told where it is the user's. */
import { LimbeckError } from "../../errors.js";
import { partitionGroups } from "./group-partition.js";
import { type SplitName, splitNames } from "./partition.js";
import type { Plan } from "./plan.js";

/** What is done with copies: kept in one part; split as if they were different; or the first, unless they contradict. */
export type CopyPolicy = "auto" | "together" | "random";

/** Why copies were left where they fell. */
export type Left = "asked" | "grouped" | "contradicting" | "few";

/** A plan that keeps copies together, or why there is none; neither where no copies lie in two parts. */
export type Kept = { readonly plan: Plan } | { readonly left: Left } | undefined;

/** Copies of which more than this share have another label than the first are repeated measurements, not copies. */
const mostContradicting = 0.1;
/** How many times smaller or larger a part may become so that copies stay together. */
const mostChange = 2;

/**
 * A plan by which copies fall into one part, where some do not. Samples that have no copy stay where they are as far as
 * shares allow.
 *
 * @param first - `[rows]`, for the samples to train on at least: the first row of the same content, −1 where not read.
 * @throws LimbeckError `data` where copies must be together and some class has too few different samples for that.
 */
export function keepTogether(plan: Plan, first: Int32Array, policy: CopyPolicy): Kept {
	const [train] = plan.sources;
	if (train === undefined || !liesInTwoParts(plan, first)) return undefined;
	if (train.groups !== undefined) return { left: "grouped" };
	if (policy === "random") return { left: "asked" };
	const { labels, strata, partOf } = train;
	if (policy === "auto" && contradictingShare(labels, first) > mostContradicting) return { left: "contradicting" };
	const groups = labels.map((_, row) => (first[row] === -1 ? row : (first[row] ?? row)));
	const found = partitionGroups({ labels: strata, classes: plan.strata.length, groups, shares: plan.held });
	const kept = "parts" in found ? replanned(plan, found.parts) : undefined;
	if (kept !== undefined && (policy === "together" || isNear(labels.length, partOf, kept))) return { plan: kept };
	if (policy === "auto") return { left: "few" };
	const lacking = "parts" in found ? 0 : found.lacking;
	throw new LimbeckError("data", {
		where: `${train.source.where}: data.duplicates`,
		expected: "enough different samples of every class to keep copies in one part",
		got: `too few of class ${JSON.stringify(plan.strata[lacking])}`,
		hint: "Leave data.duplicates out, or drop copies.",
	});
}

function replanned(plan: Plan, parts: Uint8Array): Plan {
	const [train, ...apart] = plan.sources;
	if (train === undefined) return plan;
	const partOf = (row: number): SplitName => splitNames[parts[row] ?? 0] ?? "train";
	return { ...plan, sources: [{ ...train, partOf }, ...apart] };
}

/** Whether each part that samples are split off for is about as large as before. */
function isNear(rows: number, before: (row: number) => SplitName, { sources }: Plan): boolean {
	const after = sources[0]?.partOf ?? before;
	const sizes = [before, after].map((partOf) => {
		const counts = { train: 0, validation: 0, test: 0 };
		for (let row = 0; row < rows; row++) counts[partOf(row)]++;
		return counts;
	});
	const [old, now] = sizes;
	if (old === undefined || now === undefined) return false;
	return splitNames.every((name) => now[name] <= mostChange * old[name] && mostChange * now[name] >= old[name]);
}

function liesInTwoParts({ sources: [train] }: Plan, first: Int32Array): boolean {
	return (
		train?.labels.some((_, row) => isCopy(first, row) && train.partOf(row) !== train.partOf(first[row] ?? row)) ?? false
	);
}

/** Whether a row is a copy of one before it. */
function isCopy(first: Int32Array, row: number): boolean {
	return first[row] !== row && first[row] !== -1;
}

function contradictingShare(labels: Int32Array, first: Int32Array): number {
	let [copies, contradicting] = [0, 0];
	for (let row = 0; row < labels.length; row++) {
		if (!isCopy(first, row)) continue;
		copies++;
		if (labels[row] !== labels[first[row] ?? row]) contradicting++;
	}
	return copies === 0 ? 0 : contradicting / copies;
}
