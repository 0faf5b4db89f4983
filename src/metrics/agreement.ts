import { LimbeckError } from "../errors.js";
import { argmaxRow, checkLogits, logitsRow } from "./logits.js";
import { logSoftmaxRow } from "./softmax.js";

/**
 * The share of samples on which two classifiers predict the same class, in [0, 1]. Of equal logits the lowest index
 * is the prediction.
 *
 * Source: Stanton et al. 2021, "Does knowledge distillation really work?", top-1 agreement.
 *
 * @param a - `[count, classes]` logits, finite, row-major.
 * @param b - `[count, classes]` logits of the same samples.
 * @throws LimbeckError `usage` when the shapes disagree or there is no sample, `model` when a logit is not finite.
 */
export function agreement(a: Float32Array, b: Float32Array, classes: number): number {
	const count = checkPair("agreement", a, b, classes);
	let equal = 0;
	for (let sample = 0; sample < count; sample++) {
		if (argmaxRow(logitsRow(a, sample, classes)) === argmaxRow(logitsRow(b, sample, classes))) equal += 1;
	}
	return equal / count;
}

/**
 * The mean over samples of `KL(p_teacher ‖ p_student) = Σ_c p_teacher · (log p_teacher − log p_student)` at
 * temperature 1, in nats; 0 or more, and finite for all finite logits.
 *
 * Source: Kullback and Leibler 1951; as a measure of fidelity, Stanton et al. 2021.
 *
 * @param teacher - `[count, classes]` logits, finite, row-major.
 * @param student - `[count, classes]` logits of the same samples.
 * @throws LimbeckError `usage` when the shapes disagree or there is no sample, `model` when a logit is not finite.
 */
export function meanKl(teacher: Float32Array, student: Float32Array, classes: number): number {
	const count = checkPair("meanKl", teacher, student, classes);
	let sum = 0;
	for (let sample = 0; sample < count; sample++) {
		const logTeacher = logSoftmaxRow(logitsRow(teacher, sample, classes));
		const logStudent = logSoftmaxRow(logitsRow(student, sample, classes));
		const divergence = logTeacher.reduce((kl, logP, c) => kl + Math.exp(logP) * (logP - (logStudent[c] ?? 0)), 0);
		// Rounding can leave the divergence of near-equal distributions just below 0.
		sum += Math.max(0, divergence);
	}
	return sum / count;
}

function checkPair(where: string, a: Float32Array, b: Float32Array, classes: number): number {
	const count = checkLogits(`${where}, first logits`, a, classes);
	const other = checkLogits(`${where}, second logits`, b, classes);
	if (count !== other) {
		throw new LimbeckError("usage", {
			where: `${where}, second logits`,
			expected: `${String(count)} samples, as in the first logits`,
			got: String(other),
			hint: "Pass both classifiers' logits of the same samples.",
		});
	}
	return count;
}
