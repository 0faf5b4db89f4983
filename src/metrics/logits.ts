import { LimbeckError } from "../errors.js";

/**
 * Checks that `logits` is a non-empty `[count, classes]` array of finite numbers, and returns its count.
 *
 * @param where - the caller and its argument, for the message.
 * @throws LimbeckError `usage` when the shapes disagree or there is no sample, `model` when a logit is not finite.
 */
export function checkLogits(where: string, logits: Float32Array, classes: number): number {
	if (!Number.isInteger(classes) || classes < 2) {
		throw new LimbeckError("usage", {
			where,
			expected: "an integer number of classes, 2 or more",
			got: String(classes),
			hint: "Pass the last dimension of the classifier's output.",
		});
	}
	return checkRows(where, logits, classes);
}

/**
 * Checks that `logits` is a non-empty `[count, width]` array of finite numbers, and returns its count.
 *
 * @throws LimbeckError as {@link checkLogits} does.
 */
export function checkRows(where: string, logits: Float32Array, classes: number): number {
	if (logits.length === 0 || logits.length % classes !== 0) {
		throw new LimbeckError("usage", {
			where,
			expected: `[count, ${String(classes)}] values with a count of 1 or more`,
			got: `${String(logits.length)} values`,
			hint: "Pass one row of logits for each sample, and at least one sample.",
		});
	}
	const wrong = logits.findIndex((logit) => !Number.isFinite(logit));
	if (wrong !== -1) {
		const [sample, samples] = [Math.floor(wrong / classes), logits.length / classes];
		throw new LimbeckError("model", {
			where,
			expected: "finite logits",
			got:
				`${String(logits[wrong])} at sample ${sample}, class ${wrong % classes} ` +
				`(${samplesNotFinite(logits, classes)} of ${samples} samples have such values)`,
			hint: "Check the model's weights and the preprocessing of its input.",
		});
	}
	return logits.length / classes;
}

function samplesNotFinite(logits: Float32Array, classes: number): number {
	let count = 0;
	for (let at = 0; at < logits.length; at += classes) {
		if (!logits.subarray(at, at + classes).every(Number.isFinite)) count += 1;
	}
	return count;
}

/** One sample's logits `[classes]`: a view, not a copy. */
export function logitsRow(logits: Float32Array, sample: number, classes: number): Float32Array {
	return logits.subarray(sample * classes, (sample + 1) * classes);
}

/** The index of the largest value; of equal ones the lowest. */
export function argmaxRow(row: ArrayLike<number>): number {
	let best = 0;
	let bestValue = -Infinity;
	for (let i = 0; i < row.length; i++) {
		const value = row[i] ?? -Infinity;
		if (value > bestValue) {
			best = i;
			bestValue = value;
		}
	}
	return best;
}
