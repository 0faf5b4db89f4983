/** Classification class by class: what accuracy hides where classes are unequal. */
import { mean } from "./mean.js";

/** How often each class is the label, is predicted, and both. */
export interface ClassCounts {
	/** `[classes]`: samples of the class. */
	readonly samples: readonly number[];
	/** `[classes]`: samples that are predicted to be of it. */
	readonly predicted: readonly number[];
	/** `[classes]`: samples of it that are predicted to be of it. */
	readonly correct: readonly number[];
}

/**
 * Counts labels and predictions by class.
 *
 * @param predicted - `[count]` class indices in [0, classes).
 * @param labels - `[count]`, likewise.
 */
export function classCounts(predicted: ArrayLike<number>, labels: ArrayLike<number>, classes: number): ClassCounts {
	const [samples, guesses, correct] = [0, 1, 2].map(() => new Array<number>(classes).fill(0));
	const add = (counts: number[] = [], at = 0): void => {
		counts[at] = (counts[at] ?? 0) + 1;
	};
	for (let sample = 0; sample < labels.length; sample++) {
		add(samples, labels[sample]);
		add(guesses, predicted[sample]);
		if (predicted[sample] === labels[sample]) add(correct, labels[sample]);
	}
	return { samples: samples ?? [], predicted: guesses ?? [], correct: correct ?? [] };
}

/**
 * Balanced accuracy: the mean over classes of the share of their samples that is right (recall), in [0, 1]. Classes
 * without samples are left out. Whoever always predicts one class of `K` gets 1 / K, however frequent that class is.
 *
 * Source: Brodersen et al. 2010, "The balanced accuracy and its posterior distribution", for several classes.
 */
export function balancedAccuracy({ samples, correct }: ClassCounts): number {
	const recalls = samples.flatMap((count, c) => (count === 0 ? [] : [(correct[c] ?? 0) / count]));
	return mean(recalls);
}

/**
 * Macro F1: the mean over classes of F1 = 2 · correct / (samples + predicted), the harmonic mean of precision and recall,
 * in [0, 1]. A class that has no samples and is never predicted is left out; one that has samples or is predicted, but
 * never rightly, counts as 0.
 *
 * Source: Opitz & Burst 2019, "Macro F1 and Macro F1": the mean of F1, not the F1 of means.
 */
export function macroF1({ samples, predicted, correct }: ClassCounts): number {
	const scores = samples.flatMap((count, c) => {
		const both = count + (predicted[c] ?? 0);
		return both === 0 ? [] : [(2 * (correct[c] ?? 0)) / both];
	});
	return mean(scores);
}

/** How labels are spread over the classes. */
export interface ClassBalance {
	/** The share of the most frequent class: the accuracy of always predicting it. */
	readonly majorityShare: number;
	/** Whether classes are so unequal that accuracy misleads. */
	readonly unequal: boolean;
}

/** So much more accuracy than equal classes would give to who ignores some of them. */
const mostGiven = 0.2;

/**
 * Whether classes are so unequal that accuracy misleads: who always predicts the most frequent class, or ignores the
 * rarer half of the classes, is right on at least 20 points more than among equal classes; and beyond what chance gives
 * in as many samples of equal classes (Pearson's χ², four standard deviations above its mean).
 *
 * @param samples - `[classes]`: samples of each class, one at least in all; classes without samples are left out.
 */
export function classBalance(samples: readonly number[]): ClassBalance {
	const falling = samples.filter((count) => count > 0).sort((a, b) => b - a);
	const [classes, total] = [falling.length, sum(falling)];
	const half = Math.ceil(classes / 2);
	const majorityShare = (falling[0] ?? 0) / total;
	const given = Math.max(majorityShare - 1 / classes, sum(falling.slice(0, half)) / total - half / classes);
	const equal = total / classes;
	const chiSquare = falling.reduce((squares, count) => squares + (count - equal) ** 2 / equal, 0);
	const freedom = classes - 1;
	return { majorityShare, unequal: given >= mostGiven && chiSquare > freedom + 4 * Math.sqrt(2 * freedom) };
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);
