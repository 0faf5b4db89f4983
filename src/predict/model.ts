/** What a loaded model of each task is, and what it says of a sample. */
import type { TaskName } from "../tasks/names.js";

/**
 * A sample `[…sampleShape]`, row-major: bytes as they are stored, or floats, for which 1 is what 255 is for bytes. Large
 * numbers that differ by little, such as times in seconds, want a Float64Array.
 */
export type Sample = Uint8Array | Float32Array | Float64Array;

/** What models of every task have. */
export interface SampleFacts {
	/** Names of a sample's elements, in order, where the model was trained on a table. */
	readonly features?: readonly string[];
	/**
	 * Which values of pixels that are not bytes, such as 12 bits of 16, are 0 and 255 in a sample, by their type: where the
	 * model was trained on such. `{ uint16: [0, 4095] }`.
	 */
	readonly pixelRanges?: Readonly<Record<string, readonly [black: number, white: number]>>;
	/** The shape of a sample, usually `[channels, height, width]`. */
	readonly sampleShape: readonly number[];
	/** Frees the native memory; nothing can be asked after. */
	release(): Promise<void>;
}

/** What a classifier says of a sample. */
export interface Prediction {
	/** The name of the most probable class. */
	readonly label: string;
	/** `[classes]`, in the order of {@link Classifier.classes}; they sum to 1. */
	readonly probabilities: Float32Array;
	/** `[classes]`: softmax(logits / T) are the probabilities at temperature T. */
	readonly logits: Float32Array;
}

/** A classifier ready to answer: a sample is of one class. */
export interface Classifier extends SampleFacts {
	readonly task: "classification";
	readonly classes: readonly string[];
	/**
	 * Classifies a sample.
	 *
	 * @throws LimbeckError `usage` for a sample of another length, or floats where the model takes bytes; `model` where
	 * ONNX Runtime fails, or the answer is not finite.
	 */
	predict(sample: Sample): Promise<Prediction>;
}

/** What a multi-label classifier says of a sample. */
export interface LabelsPrediction {
	/** The labels that hold: those that are at least as probable as their thresholds; in their order, perhaps none. */
	readonly labels: readonly string[];
	/** `[labels]`, in the order of {@link MultiLabelClassifier.labels}: of each by itself. */
	readonly probabilities: Float32Array;
	/** `[labels]`: σ(logits) are the probabilities. */
	readonly logits: Float32Array;
}

/** A multi-label classifier ready to answer: any number of labels hold for a sample. */
export interface MultiLabelClassifier extends SampleFacts {
	readonly task: "multi-label";
	readonly labels: readonly string[];
	/** `[labels]`: from which probability on each is said to hold; chosen on the validation split, one half where nothing was. */
	readonly thresholds: readonly number[];
	/**
	 * Finds the labels of a sample.
	 *
	 * @throws LimbeckError as {@link Classifier.predict} does.
	 */
	predict(sample: Sample): Promise<LabelsPrediction>;
}

/** Numbers between which a value is expected to lie. */
export interface ValueInterval {
	readonly low: number;
	readonly high: number;
}

/** What a regression says of a sample. */
export interface ValuesPrediction {
	/** `[names]`, in the order of {@link Regressor.names} and in their units. */
	readonly values: Float32Array;
	/**
	 * For each value an interval around it that is to hold 90 % of the true ones, by the errors on the validation split;
	 * absent where the file has none.
	 */
	readonly intervals?: readonly ValueInterval[];
}

/** A regression ready to answer: a sample has one number or several. */
export interface Regressor extends SampleFacts {
	readonly task: "regression";
	/** What the numbers are called. */
	readonly names: readonly string[];
	/**
	 * Estimates the numbers of a sample.
	 *
	 * @throws LimbeckError as {@link Classifier.predict} does.
	 */
	predict(sample: Sample): Promise<ValuesPrediction>;
}

/** A loaded model by its task. */
export interface Models {
	readonly classification: Classifier;
	readonly "multi-label": MultiLabelClassifier;
	readonly regression: Regressor;
}

/** A loaded model of one of some tasks; `task` says which. */
export type ModelOf<Name extends TaskName = TaskName> = Models[Name];
