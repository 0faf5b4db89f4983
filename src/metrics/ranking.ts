import { LimbeckError } from "../errors.js";
import { checkLabels } from "./labels.js";
import { checkLogits, logitsRow } from "./logits.js";

/**
 * The share of samples whose label is among the `k` classes of the largest logits, in [0, 1]. Of equal logits the lower
 * index stands first, as in `predictedClasses`; so top-1 is the accuracy.
 *
 * @param logits - `[count, classes]`, finite, row-major.
 * @param labels - `[count]`, integers in [0, classes).
 * @param k - an integer in [1, classes].
 * @throws LimbeckError `usage` when the shapes disagree, there is no sample or `k` is out of range, `model` when a logit
 * is not finite, `data` when a label is not a class.
 */
export function topKAccuracy(logits: Float32Array, labels: ArrayLike<number>, classes: number, k: number): number {
	const count = checkLogits("topKAccuracy, logits", logits, classes);
	checkLabels("topKAccuracy, labels", labels, count, classes);
	checkRank(k, classes);
	let hits = 0;
	for (let sample = 0; sample < count; sample++) {
		if (rankOf(labels[sample] ?? 0, logitsRow(logits, sample, classes)) < k) hits += 1;
	}
	return hits / count;
}

/**
 * Checks the k of a top-k accuracy.
 *
 * @throws LimbeckError `usage` when it is no integer in [1, classes].
 */
export function checkRank(k: number, classes: number): void {
	if (Number.isInteger(k) && k >= 1 && k <= classes) return;
	throw new LimbeckError("usage", {
		where: "top-k accuracy",
		expected: `a k from 1 to ${classes}, the number of classes`,
		got: String(k),
	});
}

/** How many classes stand before this one. */
function rankOf(label: number, row: Float32Array): number {
	const own = row[label] ?? -Infinity;
	let before = 0;
	for (let c = 0; c < row.length; c++) {
		const logit = row[c] ?? -Infinity;
		if (logit > own || (logit === own && c < label)) before += 1;
	}
	return before;
}
