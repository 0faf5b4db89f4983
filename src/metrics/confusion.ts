import { LimbeckError } from "../errors.js";
import { checkLabels } from "./labels.js";

/** How well a classifier does on the samples of one class. */
export interface ClassAccuracy {
	/** Samples of the class. */
	readonly samples: number;
	readonly correct: number;
	/** The share of them that is right; absent where there are no samples. */
	readonly accuracy?: number;
}

/** So many samples of one class were taken for another. */
export interface Confusion {
	/** The class that they are of. */
	readonly label: number;
	/** The class that they were taken for. */
	readonly predicted: number;
	readonly count: number;
}

/**
 * The accuracy on each class.
 *
 * @param predicted - `[count]` class indices, as `predictedClasses` gives them.
 * @param labels - `[count]`.
 * @returns `[classes]`.
 * @throws LimbeckError `usage` when the lengths differ, `data` when a label or prediction is not a class.
 */
export function classAccuracies(
	predicted: ArrayLike<number>,
	labels: ArrayLike<number>,
	classes: number,
): readonly ClassAccuracy[] {
	const counts = confusionCounts(predicted, labels, classes);
	return Array.from({ length: classes }, (_, label) => {
		const row = counts.subarray(label * classes, (label + 1) * classes);
		const samples = row.reduce((sum, count) => sum + count, 0);
		const correct = row[label] ?? 0;
		return { samples, correct, ...(samples === 0 ? {} : { accuracy: correct / samples }) };
	});
}

/**
 * The pairs of classes that are confused most often, the most frequent first; equal ones in the order of label and
 * prediction. Taking 4 for 9 is one pair, 9 for 4 another.
 *
 * @param predicted - `[count]` class indices.
 * @param labels - `[count]`.
 * @param limit - the most pairs to give.
 * @throws LimbeckError `usage` when the lengths differ, `data` when a label or prediction is not a class.
 */
export function mostConfused(
	predicted: ArrayLike<number>,
	labels: ArrayLike<number>,
	classes: number,
	limit: number,
): readonly Confusion[] {
	const pairs: Confusion[] = [];
	for (const [at, count] of confusionCounts(predicted, labels, classes).entries()) {
		const [label, taken] = [Math.floor(at / classes), at % classes];
		if (label !== taken && count > 0) pairs.push({ label, predicted: taken, count });
	}
	// The sort is stable: ties stay in order.
	return pairs.sort((a, b) => b.count - a.count).slice(0, limit);
}

/**
 * The confusion matrix: a row for each label, a column for each prediction.
 *
 * @throws LimbeckError as {@link mostConfused} does.
 */
export function confusionMatrix(
	predicted: ArrayLike<number>,
	labels: ArrayLike<number>,
	classes: number,
): readonly (readonly number[])[] {
	const counts = confusionCounts(predicted, labels, classes);
	return Array.from({ length: classes }, (_, row) => [...counts.subarray(row * classes, (row + 1) * classes)]);
}

/** `[classes, classes]`: samples by label, then by prediction. */
function confusionCounts(predicted: ArrayLike<number>, labels: ArrayLike<number>, classes: number): Uint32Array {
	if (predicted.length !== labels.length) {
		throw new LimbeckError("usage", {
			where: "confusion, predicted",
			expected: `${labels.length} predictions, one for each label`,
			got: String(predicted.length),
			hint: "Pass the predictions and the labels of the same samples.",
		});
	}
	checkLabels("confusion, labels", labels, labels.length, classes);
	checkLabels("confusion, predicted", predicted, labels.length, classes);
	const counts = new Uint32Array(classes * classes);
	for (let sample = 0; sample < labels.length; sample++) {
		const at = (labels[sample] ?? 0) * classes + (predicted[sample] ?? 0);
		counts[at] = (counts[at] ?? 0) + 1;
	}
	return counts;
}
