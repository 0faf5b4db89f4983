/** What evaluation tells of a model beyond single numbers. */
import type { TestSet } from "../data/data-set.js";
import {
	type ClassAccuracy,
	type ClassificationMetrics,
	classAccuracies,
	classificationMetrics,
	type Interval,
	mostConfused,
	predictedClasses,
	type ReliabilityBin,
	scaledLogits,
	topKAccuracy,
} from "../metrics/index.js";
import type { ClassNames } from "./class-names.js";

/** What details are made from. */
export interface DetailOptions {
	/** Every k of top-k accuracy; 1 and, of more than five classes, 5 where absent. */
	readonly top?: readonly number[];
}

/** The accuracy on one class. */
export interface NamedAccuracy extends ClassAccuracy {
	readonly name: string;
}

/** Samples of one class that were taken for another. */
export interface NamedConfusion {
	/** The class that they are of. */
	readonly label: string;
	/** The class that they were taken for. */
	readonly predicted: string;
	readonly count: number;
}

/** A model with its logits divided by a temperature that was fitted on the validation split. */
export interface Calibration {
	/** Fitted on the validation split, in [0.01, 10,000]. */
	readonly temperature: number;
	/** On the test split, at that temperature. */
	readonly nll: number;
	/** On the test split, at that temperature. */
	readonly ece: number;
}

/** What is told of a model on request. */
export interface EvaluationDetails {
	/** 95 %, bootstrap over the test samples: 2,000 resamples, percentiles, seed 1. */
	readonly accuracyInterval: Interval;
	/** Accuracy by k: is the true class among the k most probable? */
	readonly topK: Readonly<Record<string, number>>;
	/** Temperature scaling, the baseline of calibration; absent where the validation split has no labels to fit it on. */
	readonly calibration?: Calibration;
	/** The reliability diagram, without empty bins. */
	readonly reliability: readonly ReliabilityBin[];
	readonly perClass: readonly NamedAccuracy[];
	/** The pairs that are confused most often, 20 at most. */
	readonly confused: readonly NamedConfusion[];
	/** How the class names in the model's file are to those of the data. */
	readonly classNames: ClassNames;
	/** Why multiply-adds are not known, where they are not. */
	readonly multiplyAddsUnknown?: string;
}

/** What is known of a model when its details are made. */
export interface DetailInput {
	/** `[count, classes]`, on the test split. */
	readonly logits: Float32Array;
	readonly metrics: ClassificationMetrics;
	/** From the validation split, where that has labels. */
	readonly temperature: number | undefined;
}

const mostPairs = 20;

/** The details that come from a model's logits on the test split. */
export function detailsOf(
	{ logits, metrics, temperature }: DetailInput,
	{ labels, classes }: TestSet,
	{ top = classes.length > 5 ? [1, 5] : [1] }: DetailOptions,
): Omit<EvaluationDetails, "accuracyInterval" | "classNames" | "multiplyAddsUnknown"> {
	const predicted = predictedClasses(logits, classes.length);
	const nameOf = (index: number): string => classes[index] ?? "";
	const calibrated = (at: number): Calibration => {
		const { nll, ece } = classificationMetrics(scaledLogits(logits, at), labels, classes.length);
		return { temperature: at, nll, ece };
	};
	return {
		topK: Object.fromEntries(top.map((k) => [String(k), topKAccuracy(logits, labels, classes.length, k)])),
		...(temperature === undefined ? {} : { calibration: calibrated(temperature) }),
		reliability: metrics.reliabilityBins,
		perClass: classAccuracies(predicted, labels, classes.length).map((one, index) => ({ name: nameOf(index), ...one })),
		confused: mostConfused(predicted, labels, classes.length, mostPairs).map(({ count, ...pair }) => ({
			label: nameOf(pair.label),
			predicted: nameOf(pair.predicted),
			count,
		})),
	};
}
