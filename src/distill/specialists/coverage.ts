/** How right a classifier is by how many specialists cover the true class (Hinton et al. 2015, Tables 3 and 4). */
import { argmaxRow } from "../../metrics/logits.js";
import type { ClassSets } from "../../specialists/clustering.js";
import { specialistsOfClasses } from "../../specialists/combination.js";

/** Samples, and how many of them are right. */
export interface Tally {
	readonly samples: number;
	readonly right: number;
}

/** What covers the samples of a class, and how right a model is there. */
export interface Coverage {
	/** The samples of covered classes, where predictions are restricted to covered classes: conditional accuracy. */
	readonly conditional: Tally;
	/** All samples, by the number of specialists that cover their class; element k is of k specialists. */
	readonly bySpecialists: readonly Tally[];
}

/**
 * Counts by coverage.
 *
 * @param logits - `[count, classes]`, or anything that grows with them.
 * @param labels - `[count]`.
 */
export function coverageOf(
	logits: Float32Array,
	labels: Int32Array,
	classes: number,
	specialists: ClassSets,
): Coverage {
	const coverage = specialistsOfClasses(specialists, classes).map(({ length }) => length);
	const covered = Array.from(coverage.keys()).filter((c) => (coverage[c] ?? 0) > 0);
	const tallies = Array.from({ length: Math.max(...coverage) + 1 }, () => ({ samples: 0, right: 0 }));
	const conditional = { samples: 0, right: 0 };
	for (const [sample, label] of labels.entries()) {
		const row = logits.subarray(sample * classes, (sample + 1) * classes);
		count(tallies[coverage[label] ?? 0], argmaxRow(row) === label);
		if ((coverage[label] ?? 0) === 0) continue;
		const best = covered[argmaxRow(covered.map((c) => row[c] ?? -Infinity))];
		count(conditional, best === label);
	}
	return { conditional, bySpecialists: tallies };
}

function count(tally: { samples: number; right: number } | undefined, isRight: boolean): void {
	if (tally === undefined) return;
	tally.samples += 1;
	if (isRight) tally.right += 1;
}
