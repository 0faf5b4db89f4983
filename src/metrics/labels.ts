import { LimbeckError } from "../errors.js";

/**
 * Checks that there is a label for every row of logits, and that each is a class.
 *
 * @param where - the caller and its argument, for the message.
 * @throws LimbeckError `usage` when the counts disagree, `data` when a label is not a class.
 */
export function checkLabels(where: string, labels: ArrayLike<number>, count: number, classes: number): void {
	if (labels.length !== count) {
		throw new LimbeckError("usage", {
			where,
			expected: `${String(count)} labels, one for each row of logits`,
			got: String(labels.length),
			hint: "Pass the logits and the labels of the same samples.",
		});
	}
	for (let sample = 0; sample < count; sample++) {
		const label = labels[sample] ?? NaN;
		if (!Number.isInteger(label) || label < 0 || label >= classes) {
			throw new LimbeckError("data", {
				where,
				expected: `an integer from 0 to ${String(classes - 1)}`,
				got: `${String(label)} at sample ${String(sample)}`,
				hint: "Check that the data set and the model have the same classes.",
			});
		}
	}
}
