import { balancedAccuracy, classCounts, macroF1 } from "./by-class.js";
import { expectedCalibrationError, type ReliabilityBin, reliabilityBins } from "./calibration.js";
import { checkLabels } from "./labels.js";
import { argmaxRow, checkLogits, logitsRow } from "./logits.js";
import { logSoftmaxRow } from "./softmax.js";

/** How well a classifier does on a labelled set. */
export interface ClassificationMetrics {
	/** The number of samples whose predicted class is not the label. */
	readonly errors: number;
	/** The share of samples whose predicted class is the label, in [0, 1]. */
	readonly accuracy: number;
	/** Mean over the classes that have samples of the share of them that is right, in [0, 1]. */
	readonly balancedAccuracy: number;
	/** Mean of F1 over the classes that have samples or are predicted, in [0, 1]. */
	readonly macroF1: number;
	/** Negative log-likelihood: the mean of `−log p(label)`, in nats. */
	readonly nll: number;
	/** Brier score: the mean of `Σ_c (p_c − y_c)²` with one-hot y, in [0, 2] (Brier 1950). */
	readonly brier: number;
	/** Expected calibration error over 15 equal-width bins of the top probability, in [0, 1] (Guo et al. 2017). */
	readonly ece: number;
	/** The bins behind `ece`, in rising order of confidence, without the empty ones. */
	readonly reliabilityBins: readonly ReliabilityBin[];
}

/**
 * The predicted class of every sample: the index of its largest logit; of equal ones the lowest.
 *
 * @param logits - `[count, classes]`, finite, row-major.
 * @returns `[count]` class indices.
 * @throws LimbeckError `usage` when the shapes disagree or there is no sample, `model` when a logit is not finite.
 */
export function predictedClasses(logits: Float32Array, classes: number): Uint32Array {
	const count = checkLogits("predictedClasses, logits", logits, classes);
	return Uint32Array.from({ length: count }, (_, sample) => argmaxRow(logitsRow(logits, sample, classes)));
}

/** `[count]`, 1 where a predicted class is the label; all 0 without labels. */
export function rightOnes(predicted: Uint32Array, labels: ArrayLike<number>): Uint8Array {
	return Uint8Array.from(predicted, (one, sample) => (one === labels[sample] ? 1 : 0));
}

/**
 * Errors, accuracy, likelihood and calibration of a classifier, computed in float64.
 *
 * @param logits - `[count, classes]`, finite, row-major.
 * @param labels - `[count]`, integers in [0, classes).
 * @throws LimbeckError `usage` when the shapes disagree or there is no sample, `model` when a logit is not finite,
 * `data` when a label is not a class.
 */
export function classificationMetrics(
	logits: Float32Array,
	labels: ArrayLike<number>,
	classes: number,
): ClassificationMetrics {
	const count = checkLogits("classificationMetrics, logits", logits, classes);
	checkLabels("classificationMetrics, labels", labels, count, classes);
	const confidences = new Float64Array(count);
	const correct = new Uint8Array(count);
	const predictions = new Uint32Array(count);
	let errors = 0;
	let nll = 0;
	let brier = 0;
	for (let sample = 0; sample < count; sample++) {
		const row = logitsRow(logits, sample, classes);
		const label = labels[sample] ?? 0;
		const predicted = argmaxRow(row);
		predictions[sample] = predicted;
		const logProbabilities = logSoftmaxRow(row);
		confidences[sample] = Math.exp(logProbabilities[predicted] ?? 0);
		correct[sample] = predicted === label ? 1 : 0;
		errors += predicted === label ? 0 : 1;
		nll -= logProbabilities[label] ?? 0;
		brier += squaredError(logProbabilities, label);
	}
	const bins = reliabilityBins(confidences, correct);
	const counts = classCounts(predictions, labels, classes);
	return {
		errors,
		accuracy: (count - errors) / count,
		balancedAccuracy: balancedAccuracy(counts),
		macroF1: macroF1(counts),
		nll: nll / count,
		brier: brier / count,
		ece: expectedCalibrationError(bins),
		reliabilityBins: bins,
	};
}

/** `Σ_c (p_c − y_c)²`; `p − 1` at the label is expm1(log p), which keeps its digits where p is close to 1. */
function squaredError(logProbabilities: Float64Array, label: number): number {
	return logProbabilities.reduce((sum, logP, c) => sum + (c === label ? Math.expm1(logP) : Math.exp(logP)) ** 2, 0);
}
