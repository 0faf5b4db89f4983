/**
 * The types of recipes, made of their schemas by `npm run recipe-types`: change those, not this file. What is written is
 * `…Input`: defaults may be left out; a recipe that was parsed has them all.
 */

/** What networks learn from. */
export interface DigitsDataInput {
	name?: "digits" | undefined;
	/** Validation samples, split off the training samples by class. A whole number at least 1. */
	validation?: number | undefined;
	/**
	 * Classes, counted from 0, of which only the test has samples. A list of 1 or more, each a whole number at least
	 * 0.
	 */
	withhold?: readonly number[] | undefined;
}

/** What networks learn from. */
export interface MnistDataInput {
	name: "mnist";
	/** Folder with the data set's files. */
	directory?: string | undefined;
	/** Validation samples, split off the training samples by class. A whole number at least 1. */
	validation?: number | undefined;
	/**
	 * Classes, counted from 0, of which only the test has samples. A list of 1 or more, each a whole number at least
	 * 0.
	 */
	withhold?: readonly number[] | undefined;
}

/** What networks learn from. */
export interface FashionMnistDataInput {
	name: "fashion-mnist";
	/** Folder with the data set's files. */
	directory?: string | undefined;
	/** Validation samples, split off the training samples by class. A whole number at least 1. */
	validation?: number | undefined;
	/**
	 * Classes, counted from 0, of which only the test has samples. A list of 1 or more, each a whole number at least
	 * 0.
	 */
	withhold?: readonly number[] | undefined;
}

/** What networks learn from. */
export interface Cifar100DataInput {
	name: "cifar-100";
	/** Folder with the data set's files. */
	directory?: string | undefined;
	/** Validation samples, split off the training samples by class. A whole number at least 1. */
	validation?: number | undefined;
	/**
	 * Classes, counted from 0, of which only the test has samples. A list of 1 or more, each a whole number at least
	 * 0.
	 */
	withhold?: readonly number[] | undefined;
	/** Classification: the 100 fine classes; multi-label: these and the 20 coarse ones, two labels a sample. */
	task?: "classification" | "multi-label" | undefined;
}

/** What networks learn from. */
export interface FolderDataInput {
	name: "folder";
	/**
	 * Folder with a folder of pictures for each class, or with train, validation and test above those; unlabelled:
	 * with pictures, in a folder test by class if at all.
	 */
	directory: string;
	/** Links to files and folders that are followed; where left out those that lead into the same folder. */
	links?: "inside" | "all" | "none" | undefined;
	/** Files and folders that are passed over, by their paths in the folder. A list of 0 or more, each a text. */
	ignore?: readonly string[] | undefined;
	/**
	 * Whether samples have no labels, for a given teacher to tell; a test set that is apart keeps its own.
	 *
	 * @defaultValue `false`
	 */
	unlabelled?: boolean | undefined;
	/**
	 * Height and width that pictures are scaled and cut to. A whole number at least 1 and at most 4096.
	 *
	 * @defaultValue `32`
	 */
	size?: number | undefined;
	/**
	 * 3 for colours, 1 for grey.
	 *
	 * @defaultValue `3`
	 */
	channels?: 1 | 3 | undefined;
	/**
	 * What is not split between parts: pictures in the same folder of that level below the class (1, 2 …), or for
	 * which a regular expression finds the same in the path below the class (its first parentheses, or all). A whole
	 * number at least 1, or a text.
	 */
	group?: number | string | undefined;
	/**
	 * Values that are black and white where pixels are not bytes; where left out as training pictures show. A list
	 * of a number; a number.
	 */
	range?: readonly [number, number] | undefined;
	/** Whose way to read, scale and cut pictures; transformers.js: as that library does in Node. */
	decode?: "limbeck" | "transformers.js" | undefined;
	/**
	 * Leave out pictures that cannot be read, and count them.
	 *
	 * @defaultValue `false`
	 */
	skipBroken?: boolean | undefined;
	/**
	 * Share of the samples for the test, where they are not set apart. A number more than 0 and less than 0.5.
	 *
	 * @defaultValue `0.2`
	 */
	testFraction?: number | undefined;
	/**
	 * Share of the samples for validation, where they are not set apart. A number more than 0 and less than 0.5.
	 *
	 * @defaultValue `0.1`
	 */
	validationFraction?: number | undefined;
	/**
	 * Names of the classes in their order; by default those of the labels, or of the teacher where there are no
	 * labels. A list of 2 or more, each a text.
	 */
	classes?: readonly string[] | undefined;
	/**
	 * Exact copies of samples: together in one part; random as if they differed; auto: together, but for copies with
	 * other labels.
	 *
	 * @defaultValue `"auto"`
	 */
	duplicates?: "auto" | "together" | "random" | undefined;
	/**
	 * MiB of samples kept in memory; a larger data set is read from disk. A whole number at least 0.
	 *
	 * @defaultValue `1024`
	 */
	memory?: number | undefined;
}

/** What networks learn from. */
export interface NpzDataInput {
	name: "npz";
	/** Archive of arrays, as numpy.savez writes it. */
	file: string;
	/**
	 * Array with the samples along its first dimension.
	 *
	 * @defaultValue `"x"`
	 */
	features?: string | undefined;
	/**
	 * What is learned from the labels: classification, one of several classes, where left out; multi-label, any
	 * number of labels; regression, numbers.
	 */
	task?: "classification" | "multi-label" | "regression" | undefined;
	/**
	 * Array with the classes; multi-label: with a row of 0 and 1 for each sample; regression: with numbers.
	 *
	 * @defaultValue `"y"`
	 */
	label?: string | undefined;
	/** Array with each sample's group, which is not split between parts. */
	group?: string | undefined;
	/**
	 * Whether samples have no labels, for a given teacher to tell; a test set that is apart keeps its own.
	 *
	 * @defaultValue `false`
	 */
	unlabelled?: boolean | undefined;
	/** Archive with the test samples; the same one where only testFeatures is given. */
	test?: string | undefined;
	/** Array with the test samples; named like features if left out. */
	testFeatures?: string | undefined;
	/** Array with their classes; named like label if left out. */
	testLabel?: string | undefined;
	/** Where a sample of the array has its channels; by default guessed from its shape, first where unclear. */
	layout?: "channels-first" | "channels-last" | undefined;
	/**
	 * Shape of a sample, such as [1,28,28]; normalised for each entry of its first dimension. A list of 1 to 8, each
	 * a whole number at least 1.
	 */
	shape?: readonly number[] | undefined;
	/**
	 * Share of the samples for the test, where they are not set apart. A number more than 0 and less than 0.5.
	 *
	 * @defaultValue `0.2`
	 */
	testFraction?: number | undefined;
	/**
	 * Share of the samples for validation, where they are not set apart. A number more than 0 and less than 0.5.
	 *
	 * @defaultValue `0.1`
	 */
	validationFraction?: number | undefined;
	/**
	 * Names of the classes in their order; by default those of the labels, or of the teacher where there are no
	 * labels. A list of 2 or more, each a text.
	 */
	classes?: readonly string[] | undefined;
	/**
	 * Exact copies of samples: together in one part; random as if they differed; auto: together, but for copies with
	 * other labels.
	 *
	 * @defaultValue `"auto"`
	 */
	duplicates?: "auto" | "together" | "random" | undefined;
	/**
	 * MiB of samples kept in memory; a larger data set is read from disk. A whole number at least 0.
	 *
	 * @defaultValue `1024`
	 */
	memory?: number | undefined;
}

/** What networks learn from. */
export interface NpyDataInput {
	name: "npy";
	/** Array with the samples along its first dimension, as numpy.save writes it. */
	file: string;
	/**
	 * What is learned from the labels: classification, one of several classes, where left out; multi-label, any
	 * number of labels; regression, numbers.
	 */
	task?: "classification" | "multi-label" | "regression" | undefined;
	/** Array with the classes, multi-label rows of 0 and 1, regression numbers; none where unlabelled. */
	labels?: string | undefined;
	/** File with an array with each sample's group, which is not split between parts. */
	group?: string | undefined;
	/**
	 * Whether samples have no labels, for a given teacher to tell; a test set that is apart keeps its own.
	 *
	 * @defaultValue `false`
	 */
	unlabelled?: boolean | undefined;
	/** Array with the test samples; split off where left out. */
	test?: string | undefined;
	/** Array with their classes. */
	testLabels?: string | undefined;
	/** Array with the validation samples; split off where left out. */
	validation?: string | undefined;
	/** Array with their classes; none where unlabelled. */
	validationLabels?: string | undefined;
	/** Where a sample of the array has its channels; by default guessed from its shape, first where unclear. */
	layout?: "channels-first" | "channels-last" | undefined;
	/**
	 * Shape of a sample, such as [1,28,28]; normalised for each entry of its first dimension. A list of 1 to 8, each
	 * a whole number at least 1.
	 */
	shape?: readonly number[] | undefined;
	/**
	 * Share of the samples for the test, where they are not set apart. A number more than 0 and less than 0.5.
	 *
	 * @defaultValue `0.2`
	 */
	testFraction?: number | undefined;
	/**
	 * Share of the samples for validation, where they are not set apart. A number more than 0 and less than 0.5.
	 *
	 * @defaultValue `0.1`
	 */
	validationFraction?: number | undefined;
	/**
	 * Names of the classes in their order; by default those of the labels, or of the teacher where there are no
	 * labels. A list of 2 or more, each a text.
	 */
	classes?: readonly string[] | undefined;
	/**
	 * Exact copies of samples: together in one part; random as if they differed; auto: together, but for copies with
	 * other labels.
	 *
	 * @defaultValue `"auto"`
	 */
	duplicates?: "auto" | "together" | "random" | undefined;
	/**
	 * MiB of samples kept in memory; a larger data set is read from disk. A whole number at least 0.
	 *
	 * @defaultValue `1024`
	 */
	memory?: number | undefined;
}

/** What networks learn from. */
export interface CsvDataInput {
	name: "csv";
	/** Table of text in UTF-8 (or UTF-16 with a byte order mark), numbers in all columns but the label. */
	file: string;
	/** What separates cells; found from the first lines by default. */
	delimiter?: string | undefined;
	/** Decimal mark of numbers; found from the cells by default. */
	decimal?: "." | "," | undefined;
	/**
	 * Whether the first line names the columns, which are else 1, 2, 3, ….
	 *
	 * @defaultValue `true`
	 */
	header?: boolean | undefined;
	/**
	 * What is learned from the labels: classification, one of several classes, where left out; multi-label, any
	 * number of labels; regression, numbers.
	 */
	task?: "classification" | "multi-label" | "regression" | undefined;
	/**
	 * Column with the class; multi-label: with the names of the labels, or a list of columns of 0 and 1, one for
	 * each label; regression: with the number, or a list of columns. A text, or a list of 1 or more, each a text.
	 *
	 * @defaultValue `"label"`
	 */
	label?: string | readonly string[] | undefined;
	/** Multi-label: what separates the names of labels in a cell; found where left out. */
	separator?: string | undefined;
	/**
	 * Whether samples have no labels, for a given teacher to tell; a test set that is apart keeps its own.
	 *
	 * @defaultValue `false`
	 */
	unlabelled?: boolean | undefined;
	/** Column with each sample's group, which is not split between parts. */
	group?: string | undefined;
	/**
	 * Columns that are neither features nor label. A list of 0 or more, each a text.
	 *
	 * @defaultValue `[]`
	 */
	ignore?: readonly string[] | undefined;
	/**
	 * Columns that are features although they seem to name rows: unnamed ones, and an id that never recurs. A list
	 * of 0 or more, each a text.
	 */
	keep?: readonly string[] | undefined;
	/** File with the test samples; split off where left out. */
	test?: string | undefined;
	/**
	 * Shape of a sample, such as [1,28,28]; normalised for each entry of its first dimension. A list of 1 to 8, each
	 * a whole number at least 1.
	 */
	shape?: readonly number[] | undefined;
	/**
	 * Share of the samples for the test, where they are not set apart. A number more than 0 and less than 0.5.
	 *
	 * @defaultValue `0.2`
	 */
	testFraction?: number | undefined;
	/**
	 * Share of the samples for validation, where they are not set apart. A number more than 0 and less than 0.5.
	 *
	 * @defaultValue `0.1`
	 */
	validationFraction?: number | undefined;
	/**
	 * Names of the classes in their order; by default those of the labels, or of the teacher where there are no
	 * labels. A list of 2 or more, each a text.
	 */
	classes?: readonly string[] | undefined;
	/**
	 * Exact copies of samples: together in one part; random as if they differed; auto: together, but for copies with
	 * other labels.
	 *
	 * @defaultValue `"auto"`
	 */
	duplicates?: "auto" | "together" | "random" | undefined;
	/**
	 * MiB of samples kept in memory; a larger data set is read from disk. A whole number at least 0.
	 *
	 * @defaultValue `1024`
	 */
	memory?: number | undefined;
}

/** What networks learn from. */
export interface ParquetDataInput {
	name: "parquet";
	/** Parquet file, numbers in all columns but the label. */
	file: string;
	/**
	 * What is learned from the labels: classification, one of several classes, where left out; multi-label, any
	 * number of labels; regression, numbers.
	 */
	task?: "classification" | "multi-label" | "regression" | undefined;
	/**
	 * Column with the class; multi-label: with the names of the labels, or a list of columns of 0 and 1, one for
	 * each label; regression: with the number, or a list of columns. A text, or a list of 1 or more, each a text.
	 *
	 * @defaultValue `"label"`
	 */
	label?: string | readonly string[] | undefined;
	/** Multi-label: what separates the names of labels in a cell; found where left out. */
	separator?: string | undefined;
	/**
	 * Whether samples have no labels, for a given teacher to tell; a test set that is apart keeps its own.
	 *
	 * @defaultValue `false`
	 */
	unlabelled?: boolean | undefined;
	/** Column with each sample's group, which is not split between parts. */
	group?: string | undefined;
	/**
	 * Columns that are neither features nor label. A list of 0 or more, each a text.
	 *
	 * @defaultValue `[]`
	 */
	ignore?: readonly string[] | undefined;
	/**
	 * Columns that are features although they seem to name rows: unnamed ones, and an id that never recurs. A list
	 * of 0 or more, each a text.
	 */
	keep?: readonly string[] | undefined;
	/** File with the test samples; split off where left out. */
	test?: string | undefined;
	/**
	 * Shape of a sample, such as [1,28,28]; normalised for each entry of its first dimension. A list of 1 to 8, each
	 * a whole number at least 1.
	 */
	shape?: readonly number[] | undefined;
	/**
	 * Share of the samples for the test, where they are not set apart. A number more than 0 and less than 0.5.
	 *
	 * @defaultValue `0.2`
	 */
	testFraction?: number | undefined;
	/**
	 * Share of the samples for validation, where they are not set apart. A number more than 0 and less than 0.5.
	 *
	 * @defaultValue `0.1`
	 */
	validationFraction?: number | undefined;
	/**
	 * Names of the classes in their order; by default those of the labels, or of the teacher where there are no
	 * labels. A list of 2 or more, each a text.
	 */
	classes?: readonly string[] | undefined;
	/**
	 * Exact copies of samples: together in one part; random as if they differed; auto: together, but for copies with
	 * other labels.
	 *
	 * @defaultValue `"auto"`
	 */
	duplicates?: "auto" | "together" | "random" | undefined;
	/**
	 * MiB of samples kept in memory; a larger data set is read from disk. A whole number at least 0.
	 *
	 * @defaultValue `1024`
	 */
	memory?: number | undefined;
}

/** What networks learn from. */
export type DataInput =
	| DigitsDataInput
	| MnistDataInput
	| FashionMnistDataInput
	| Cifar100DataInput
	| FolderDataInput
	| NpzDataInput
	| NpyDataInput
	| CsvDataInput
	| ParquetDataInput;

/** Speech that networks learn from. */
export interface FsddCorpusInput {
	name: "fsdd";
	/** Folder with free-spoken-digit-dataset.tar.gz. */
	directory?: string | undefined;
	/** Speaker who is the test; where left out, recordings 0 to 4 of every speaker and digit are. */
	heldOut?: "george" | "jackson" | "lucas" | "nicolas" | "theo" | "yweweler" | undefined;
}

/** Speech that networks learn from. */
export interface RecordingsCorpusInput {
	name: "recordings";
	/** Folder with the wav files. */
	directory: string;
	/**
	 * Table in it: columns file and transcript, words apart by spaces; may have speaker and split.
	 *
	 * @defaultValue `"transcripts.csv"`
	 */
	transcripts?: string | undefined;
	/**
	 * Share of the recordings for the test, where the table has no split. A number at least 0 and less than 0.5.
	 *
	 * @defaultValue `0.2`
	 */
	testFraction?: number | undefined;
	/**
	 * Share of the recordings for validation, likewise. A number at least 0 and less than 0.5.
	 *
	 * @defaultValue `0.1`
	 */
	validationFraction?: number | undefined;
	/** Whether words that differ in case or punctuation alone are one; they are where left out. */
	spelling?: "merged" | "exact" | undefined;
	/** Words without recordings for training: refused where left out, or kept, each an error. */
	unknownWords?: "refuse" | "keep" | undefined;
}

/** Speech that networks learn from. */
export type CorpusInput =
	| FsddCorpusInput
	| RecordingsCorpusInput;

/** An update rule and its options. */
export interface SgdOptimizerInput {
	name: "sgd";
	/**
	 * Base learning rate. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `0.1`
	 */
	learningRate?: number | undefined;
	/**
	 * Share of the last update that is kept. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0.9`
	 */
	momentum?: number | undefined;
	/**
	 * Look ahead along the momentum (Nesterov).
	 *
	 * @defaultValue `false`
	 */
	nesterov?: boolean | undefined;
	/**
	 * L2 penalty, added to the gradient. A number at least 0.
	 *
	 * @defaultValue `0`
	 */
	weightDecay?: number | undefined;
}

/** An update rule and its options. */
export interface AdamOptimizerInput {
	name: "adam";
	/**
	 * Base learning rate. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `0.001`
	 */
	learningRate?: number | undefined;
	/**
	 * Β₁: share of the gradient's running mean that is kept. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0.9`
	 */
	momentum?: number | undefined;
	/**
	 * Β₂: share of the squared gradient's running mean that is kept. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0.999`
	 */
	beta2?: number | undefined;
	/**
	 * Keeps the division finite. A number more than 0.
	 *
	 * @defaultValue `1e-8`
	 */
	epsilon?: number | undefined;
	/**
	 * L2 penalty, added to the gradient. A number at least 0.
	 *
	 * @defaultValue `0`
	 */
	weightDecay?: number | undefined;
}

/** An update rule and its options. */
export interface AdamwOptimizerInput {
	name: "adamw";
	/**
	 * Base learning rate. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `0.001`
	 */
	learningRate?: number | undefined;
	/**
	 * Β₁: share of the gradient's running mean that is kept. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0.9`
	 */
	momentum?: number | undefined;
	/**
	 * Β₂: share of the squared gradient's running mean that is kept. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0.999`
	 */
	beta2?: number | undefined;
	/**
	 * Keeps the division finite. A number more than 0.
	 *
	 * @defaultValue `1e-8`
	 */
	epsilon?: number | undefined;
	/**
	 * Share of each weight removed per step, times the rate. A number at least 0.
	 *
	 * @defaultValue `0.01`
	 */
	weightDecay?: number | undefined;
}

/** An update rule and its options. */
export type OptimizerInput =
	| SgdOptimizerInput
	| AdamOptimizerInput
	| AdamwOptimizerInput;

/** A rate over the run. */
export interface ConstantScheduleInput {
	name: "constant";
}

/** A rate over the run. */
export interface CosineScheduleInput {
	name: "cosine";
	/**
	 * Factor at the end. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0`
	 */
	final?: number | undefined;
}

/** A rate over the run. */
export interface LinearScheduleInput {
	name: "linear";
	/**
	 * Factor at the end; above 1 the rate grows. A number at least 0.
	 *
	 * @defaultValue `0`
	 */
	final?: number | undefined;
}

/** A rate over the run. */
export interface StepScheduleInput {
	name: "step";
	/**
	 * Progress at which the rate drops, for example [0.5, 0.75]. A list of 1 or more, each a number more than 0 and
	 * less than 1.
	 */
	at: readonly number[];
	/**
	 * What the rate is multiplied by at each drop. A number more than 0.
	 *
	 * @defaultValue `0.1`
	 */
	factor?: number | undefined;
}

/** A rate over the run. */
export interface ExponentialScheduleInput {
	name: "exponential";
	/**
	 * Factor at the end. A number more than 0.
	 *
	 * @defaultValue `0.01`
	 */
	final?: number | undefined;
}

/** A rate over the run. */
export type ScheduleInput =
	| ConstantScheduleInput
	| CosineScheduleInput
	| LinearScheduleInput
	| StepScheduleInput
	| ExponentialScheduleInput;

/** A change of the training samples. */
export interface JitterAugmentationInput {
	name: "jitter";
	/** Largest shift each way. A whole number at least 1 and at most 127. */
	pixels: number;
}

/** A change of the training samples. */
export interface CropAugmentationInput {
	name: "crop";
	/**
	 * Pixels added on every side before cropping. A whole number at least 1 and at most 127.
	 *
	 * @defaultValue `4`
	 */
	padding?: number | undefined;
	/**
	 * What they are: the image mirrored, or zero.
	 *
	 * @defaultValue `"reflect"`
	 */
	mode?: "reflect" | "zero" | undefined;
}

/** A change of the training samples. */
export interface FlipAugmentationInput {
	name: "flip";
	/**
	 * Share of images that are mirrored. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.5`
	 */
	probability?: number | undefined;
}

/** A change of the training samples. */
export interface CutoutAugmentationInput {
	name: "cutout";
	/**
	 * Side of the square in pixels. A whole number at least 1 and at most 4096.
	 *
	 * @defaultValue `8`
	 */
	size?: number | undefined;
	/**
	 * Share of images that lose a square. A number at least 0 and at most 1.
	 *
	 * @defaultValue `1`
	 */
	probability?: number | undefined;
}

/** A change of the training samples. */
export interface MixupAugmentationInput {
	name: "mixup";
	/**
	 * Shares are drawn from Beta(α, α). A number more than 0 and at most 100.
	 *
	 * @defaultValue `0.2`
	 */
	alpha?: number | undefined;
}

/** A change of the training samples. */
export type AugmentationInput =
	| JitterAugmentationInput
	| CropAugmentationInput
	| FlipAugmentationInput
	| CutoutAugmentationInput
	| MixupAugmentationInput;

/** What is done when the loss is not finite or explodes. */
export interface LearningDivergenceInput {
	/**
	 * Stop, or go back to the last look at validation and on from there with a smaller learning rate.
	 *
	 * @defaultValue `"stop"`
	 */
	action?: "stop" | "rollback" | undefined;
	/**
	 * Rollbacks in a run before it stops after all. A whole number at least 1 and at most 20.
	 *
	 * @defaultValue `3`
	 */
	tries?: number | undefined;
	/**
	 * What the learning rate is multiplied by at each rollback. A number more than 0 and less than 1.
	 *
	 * @defaultValue `0.5`
	 */
	factor?: number | undefined;
	/**
	 * A loss above so many times the median of the 32 before it, and above the first, is divergence too; only
	 * numbers that are not finite where absent. A number at least 2.
	 */
	spike?: number | undefined;
}

/** How a network is trained, and on which samples. */
export interface LearningInput {
	/**
	 * Passes over the training samples; {least, steps}: as many as take so many steps, and no fewer than the least.
	 * A number more than 0 and at most 100000, or an object of least, steps.
	 *
	 * @defaultValue `{"least":20,"steps":500}`
	 */
	epochs?: number | { least: number; steps: number; } | undefined;
	/**
	 * Samples per step. A whole number at least 1 and at most 16384.
	 *
	 * @defaultValue `128`
	 */
	batch?: number | undefined;
	/**
	 * Update rule: sgd, adam or adamw, with its options.
	 *
	 * @defaultValue `{"name":"adam"}`
	 */
	optimizer?: OptimizerInput | undefined;
	/**
	 * Learning rate over the run.
	 *
	 * @defaultValue `{"name":"cosine"}`
	 */
	schedule?: ScheduleInput | undefined;
	/**
	 * Momentum (β₁) over the run.
	 *
	 * @defaultValue `{"name":"constant"}`
	 */
	momentumSchedule?: ScheduleInput | undefined;
	/**
	 * Epochs in which the learning rate rises to its base. A number at least 0.
	 *
	 * @defaultValue `0.5`
	 */
	warmupEpochs?: number | undefined;
	/** Limit of the gradients' joint L2 norm. A number more than 0. */
	clipNorm?: number | undefined;
	/** Limit of the L2 norm of each unit's incoming weights. A number more than 0. */
	maxNorm?: number | undefined;
	/**
	 * Names of the weights to train, with * and ?, such as ["head.*"]; the others are frozen; all where absent. A
	 * list of 1 or more, each a text.
	 */
	train?: readonly string[] | undefined;
	/**
	 * Names of weights not to train, with * and ?, such as ["body.*"]; none where absent. A list of 1 or more, each
	 * a text.
	 */
	freeze?: readonly string[] | undefined;
	/**
	 * Largest random shift of an image, in pixels, each way; {most}: so many, but at most a 14th of the shorter
	 * side, and none below 16 pixels or where samples are no images. A whole number at least 0 and at most 16, or an
	 * object of most.
	 *
	 * @defaultValue `0`
	 */
	jitter?: number | { most: number; } | undefined;
	/**
	 * Statistics of BatchNormalization while training: the batch's, or the running averages, frozen.
	 *
	 * @defaultValue `"batch"`
	 */
	batchNorm?: "batch" | "running" | undefined;
	/**
	 * Changes of the training samples, in turn: jitter, crop, flip, cutout, mixup, with their options. A list of 0
	 * or more, each with a name and its options.
	 *
	 * @defaultValue `[]`
	 */
	augment?: readonly AugmentationInput[] | undefined;
	/**
	 * Fixed augmented views of each sample, one an epoch in turn; a fresh one every epoch where absent. A whole
	 * number at least 1 and at most 65536.
	 */
	views?: number | undefined;
	/**
	 * Seed of the fixed views, the same in every run. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `0`
	 */
	viewSeed?: number | undefined;
	/**
	 * What is done when the loss is not finite or explodes.
	 *
	 * @defaultValue `{}`
	 */
	divergence?: LearningDivergenceInput | undefined;
	/** What computes its training; auto: the first device that works, or the processor; cpu where absent. */
	device?: "cpu" | "cuda" | "coreml" | "dml" | "webgpu" | "auto" | undefined;
	/**
	 * Weights to keep: the last, or the best by validation.
	 *
	 * @defaultValue `"last"`
	 */
	keep?: "last" | "best" | undefined;
	/**
	 * Share of the training samples that it learns from, the same of each class, or of the groups; all where absent.
	 * A number more than 0 and at most 1.
	 */
	fraction?: number | undefined;
	/**
	 * Seed of that choice, the same in every run. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `0`
	 */
	fractionSeed?: number | undefined;
	/**
	 * Classes, counted from 0, whose training samples it learns from; all where absent. A list of 1 or more, each a
	 * whole number at least 0.
	 */
	classes?: readonly number[] | undefined;
}

/** Fully connected layers. */
export interface MlpNetworkInput extends LearningInput {
	/**
	 * Fully connected layers.
	 *
	 * @defaultValue `"mlp"`
	 */
	family?: "mlp" | undefined;
	/**
	 * Units of each hidden layer, first to last; [] is a linear classifier. A list of 0 to 64, each a whole number
	 * at least 1 and at most 65536.
	 *
	 * @defaultValue `[800,800]`
	 */
	hidden?: readonly number[] | undefined;
	/**
	 * Activation of the hidden layers.
	 *
	 * @defaultValue `"relu"`
	 */
	activation?: "relu" | "leaky-relu" | "elu" | "gelu" | "softplus" | "tanh" | "sigmoid" | undefined;
	/**
	 * How initial weights are drawn.
	 *
	 * @defaultValue `"he-normal"`
	 */
	initializer?: "he-normal" | "he-uniform" | "glorot-normal" | "glorot-uniform" | "lecun-normal" | "he-normal-fan-out" | "truncated-normal" | "torch-default" | undefined;
	/**
	 * Share of inputs dropped in training. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	inputDropout?: number | undefined;
	/**
	 * Share of hidden units dropped in training. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	hiddenDropout?: number | undefined;
}

/** Blocks of convolutions with pooling between them. */
export interface CnnNetworkInput extends LearningInput {
	/** Blocks of convolutions with pooling between them. */
	family: "cnn";
	/**
	 * Channels of each block, first to last; each block but the last halves the image. A list of 1 to 16, each a
	 * whole number at least 1 and at most 8192.
	 *
	 * @defaultValue `[32,64,128]`
	 */
	channels?: readonly number[] | undefined;
	/**
	 * Convolutions of each block. A whole number at least 1 and at most 16.
	 *
	 * @defaultValue `2`
	 */
	convolutions?: number | undefined;
	/**
	 * Side of a convolution's kernel, in pixels. A whole number at least 1 and at most 31.
	 *
	 * @defaultValue `3`
	 */
	kernel?: number | undefined;
	/**
	 * Whether batch normalisation follows each convolution.
	 *
	 * @defaultValue `true`
	 */
	normalize?: boolean | undefined;
	/**
	 * Share of features dropped before the head in training. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	dropout?: number | undefined;
}

/** Residual network for small images. */
export interface ResnetNetworkInput extends LearningInput {
	/** Residual network for small images. */
	family: "resnet";
	/**
	 * Layers with weights, 6n + 2: three stages of n blocks of two convolutions. A whole number at least 8 and at
	 * most 1202.
	 *
	 * @defaultValue `20`
	 */
	depth?: number | undefined;
	/**
	 * Factor of the stages' 16, 32 and 64 channels. A number more than 0 and at most 64.
	 *
	 * @defaultValue `1`
	 */
	width?: number | undefined;
	/**
	 * Channels of the first convolution; 16, or half of the first stage's where those are more than 32. A whole
	 * number at least 1 and at most 8192.
	 */
	stem?: number | undefined;
	/**
	 * Whether each block starts as the identity: γ = 0 in its last normalisation.
	 *
	 * @defaultValue `false`
	 */
	zeroInit?: boolean | undefined;
	/**
	 * Share of features dropped before the head in training. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	dropout?: number | undefined;
}

/** Inverted residual blocks with depthwise convolutions. */
export interface MobilenetNetworkInput extends LearningInput {
	/** Inverted residual blocks with depthwise convolutions. */
	family: "mobilenet";
	/**
	 * Factor of all channels, rounded to a multiple of 8. A number more than 0 and at most 16.
	 *
	 * @defaultValue `1`
	 */
	width?: number | undefined;
	/**
	 * Factor of the channels inside a block; 1 in the first stage. A number at least 1 and at most 16.
	 *
	 * @defaultValue `6`
	 */
	expansion?: number | undefined;
	/**
	 * Stages of blocks: channels, number of blocks, stride of the first. A list of 1 to 32, each a list of a whole
	 * number at least 1 and at most 8192; a whole number at least 1 and at most 64; a whole number at least 1 and at
	 * most 4.
	 *
	 * @defaultValue `[[16,1,1],[24,2,1],[32,3,2],[64,4,2],[96,3,1],[160,3,2],[320,1,1]]`
	 */
	stages?: readonly (readonly [number, number, number])[] | undefined;
	/**
	 * Channels of the first convolution, before the factor. A whole number at least 1 and at most 8192.
	 *
	 * @defaultValue `32`
	 */
	stem?: number | undefined;
	/**
	 * Features before the head; more where width is more than 1. A whole number at least 1 and at most 65536.
	 *
	 * @defaultValue `1280`
	 */
	last?: number | undefined;
	/**
	 * Share of features dropped before the head in training. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	dropout?: number | undefined;
}

/** Vision transformer. */
export interface VitNetworkInput extends LearningInput {
	/** Vision transformer. */
	family: "vit";
	/**
	 * Side of a patch, in pixels. A whole number at least 1 and at most 1024.
	 *
	 * @defaultValue `4`
	 */
	patch?: number | undefined;
	/**
	 * Numbers that stand for a patch. A whole number at least 1 and at most 8192.
	 *
	 * @defaultValue `192`
	 */
	dim?: number | undefined;
	/**
	 * Blocks of attention and perceptron. A whole number at least 1 and at most 128.
	 *
	 * @defaultValue `6`
	 */
	depth?: number | undefined;
	/**
	 * Heads of each attention; a divisor of dim. A whole number at least 1 and at most 256.
	 *
	 * @defaultValue `3`
	 */
	heads?: number | undefined;
	/**
	 * Hidden units of the perceptron over dim. A number more than 0 and at most 64.
	 *
	 * @defaultValue `4`
	 */
	mlpRatio?: number | undefined;
	/**
	 * What the head sees: a class token, or the mean of all.
	 *
	 * @defaultValue `"class"`
	 */
	pool?: "class" | "mean" | undefined;
	/**
	 * Share dropped after the embedding, attention and perceptron in training. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	dropout?: number | undefined;
}

/** Acoustic model: stacked frames through ReLU layers of equal size (Hinton et al. 2015, §4). */
export interface AcousticNetworkInput extends LearningInput {
	/** Acoustic model: stacked frames through ReLU layers of equal size (Hinton et al. 2015, §4). */
	family: "acoustic";
	/**
	 * Hidden layers. A whole number at least 1 and at most 64.
	 *
	 * @defaultValue `4`
	 */
	layers?: number | undefined;
	/**
	 * Units of each hidden layer. A whole number at least 1 and at most 65536.
	 *
	 * @defaultValue `512`
	 */
	units?: number | undefined;
	/**
	 * How initial weights are drawn.
	 *
	 * @defaultValue `"he-normal"`
	 */
	initializer?: "he-normal" | "he-uniform" | "glorot-normal" | "glorot-uniform" | "lecun-normal" | "he-normal-fan-out" | "truncated-normal" | "torch-default" | undefined;
	/**
	 * Share of inputs dropped in training. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	inputDropout?: number | undefined;
	/**
	 * Share of hidden units dropped in training. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	hiddenDropout?: number | undefined;
}

/** A model from a file; may be left out beside `file`. */
export interface FileNetworkInput extends LearningInput {
	/** A model from a file; may be left out beside `file`. */
	family: "file";
	/** The model's ONNX file. */
	file: string;
	/** Name of the model's output that gives the classes; the only one that fits where left out. */
	output?: string | undefined;
	/**
	 * Whether the last linear layer gives way to a new one, for the data set's classes.
	 *
	 * @defaultValue `"keep"`
	 */
	head?: "keep" | "replace" | undefined;
}

/** A network and how it is trained. */
export type NetworkInput =
	| MlpNetworkInput
	| CnnNetworkInput
	| ResnetNetworkInput
	| MobilenetNetworkInput
	| VitNetworkInput
	| AcousticNetworkInput
	| FileNetworkInput
	| Omit<FileNetworkInput, "family">;

/** How samples are given to a model. */
export interface PreprocessingInput {
	/** Channels before or after height and width, or all in a row; as the model's input is declared. */
	layout?: "nchw" | "nhwc" | "flat" | undefined;
	/**
	 * Height and width that images are scaled to; as the data have them where left out. A list of a whole number at
	 * least 1 and at most 4096; a whole number at least 1 and at most 4096.
	 */
	size?: readonly [number, number] | undefined;
	/** Mean of the scaled values, a number or one for each channel. A number, or a list of 1 to 65536, each a number. */
	mean?: number | readonly number[] | undefined;
	/** Standard deviation, likewise. A number more than 0, or a list of 1 to 65536, each a number more than 0. */
	std?: number | readonly number[] | undefined;
	/** Factor before mean and std; a byte is byte / 255, so 255 gives bytes. A number more than 0. */
	scale?: number | undefined;
	/** Order of the colours, or one grey channel. */
	channels?: "rgb" | "bgr" | "gray" | undefined;
}

/** Fully connected layers. */
export interface MlpTeacherInput extends MlpNetworkInput {
	/**
	 * How many such networks are trained, from different seeds, to teach together. A whole number at least 1 and at
	 * most 1000.
	 *
	 * @defaultValue `1`
	 */
	copies?: number | undefined;
}

/** Blocks of convolutions with pooling between them. */
export interface CnnTeacherInput extends CnnNetworkInput {
	/**
	 * How many such networks are trained, from different seeds, to teach together. A whole number at least 1 and at
	 * most 1000.
	 *
	 * @defaultValue `1`
	 */
	copies?: number | undefined;
}

/** Residual network for small images. */
export interface ResnetTeacherInput extends ResnetNetworkInput {
	/**
	 * How many such networks are trained, from different seeds, to teach together. A whole number at least 1 and at
	 * most 1000.
	 *
	 * @defaultValue `1`
	 */
	copies?: number | undefined;
}

/** Inverted residual blocks with depthwise convolutions. */
export interface MobilenetTeacherInput extends MobilenetNetworkInput {
	/**
	 * How many such networks are trained, from different seeds, to teach together. A whole number at least 1 and at
	 * most 1000.
	 *
	 * @defaultValue `1`
	 */
	copies?: number | undefined;
}

/** Vision transformer. */
export interface VitTeacherInput extends VitNetworkInput {
	/**
	 * How many such networks are trained, from different seeds, to teach together. A whole number at least 1 and at
	 * most 1000.
	 *
	 * @defaultValue `1`
	 */
	copies?: number | undefined;
}

/** Acoustic model: stacked frames through ReLU layers of equal size (Hinton et al. 2015, §4). */
export interface AcousticTeacherInput extends AcousticNetworkInput {
	/**
	 * How many such networks are trained, from different seeds, to teach together. A whole number at least 1 and at
	 * most 1000.
	 *
	 * @defaultValue `1`
	 */
	copies?: number | undefined;
}

/** A model from a file; may be left out beside `file`. */
export interface FileTeacherInput {
	/** A model from a file; may be left out beside `file`. */
	family: "file";
	/** The model's ONNX file. */
	file: string;
	/**
	 * What the numbers are; auto: as the last operator or the values on some training samples say.
	 *
	 * @defaultValue `"auto"`
	 */
	outputs?: "auto" | "logits" | "probabilities" | "percentages" | "log-probabilities" | "sigmoid" | undefined;
	/** Name of the model's output that gives the classes; the only one that fits where left out. */
	output?: string | undefined;
	/**
	 * How samples are given to the model.
	 *
	 * @defaultValue `{}`
	 */
	input?: PreprocessingInput | undefined;
	/**
	 * Names of the outputs in the teacher's order; as its file says (limbeck.classes) where left out. A list of 2 or
	 * more, each a text.
	 */
	classes?: readonly string[] | undefined;
	/**
	 * Indices of the outputs that are the classes, in the data's order. A list of 2 or more, each a whole number at
	 * least 0.
	 */
	select?: readonly number[] | undefined;
	/** Whether it teaches although the labels of training samples say that it knows nothing of them. */
	trust?: boolean | undefined;
}

/** A teacher that may be one of several. */
export type MemberInput =
	| MlpTeacherInput
	| CnnTeacherInput
	| ResnetTeacherInput
	| MobilenetTeacherInput
	| VitTeacherInput
	| AcousticTeacherInput
	| FileTeacherInput
	| Omit<FileTeacherInput, "family">;

/** Several teachers that answer as one. */
export interface EnsembleTeacherInput {
	/** Several teachers that answer as one. */
	family: "ensemble";
	/** Networks to train, or files. A list of 1 to 1000, each with a name and its options. */
	members: readonly MemberInput[];
	/**
	 * Mean of the members' probabilities, or of their logarithms: the latter is the mean of logits; or the sum of
	 * logits, each times its weight.
	 *
	 * @defaultValue `"arithmetic"`
	 */
	combine?: "arithmetic" | "geometric" | "sum" | undefined;
	/**
	 * A weight for each entry of members, which its copies share; equal for all teachers where left out. A list of 0
	 * or more, each a number more than 0.
	 */
	weights?: readonly number[] | undefined;
	/** Whether it teaches although the labels of training samples say that it knows nothing of them. */
	trust?: boolean | undefined;
}

/** Soft targets in a file; may be left out beside a `file` of that kind. */
export interface TargetsTeacherInput {
	/** Soft targets in a file; may be left out beside a `file` of that kind. */
	family: "targets";
	/** An .npz, .parquet or .jsonl file with a row for each training sample, in order or with ids. */
	file: string;
	/**
	 * What the numbers are; auto: as the last operator or the values on some training samples say.
	 *
	 * @defaultValue `"auto"`
	 */
	outputs?: "auto" | "logits" | "probabilities" | "percentages" | "log-probabilities" | "sigmoid" | undefined;
	/**
	 * Of top-k targets, the mass that they leave: spread over the other classes, or left out.
	 *
	 * @defaultValue `"spread"`
	 */
	remaining?: "spread" | "drop" | undefined;
	/**
	 * Names of the outputs in the teacher's order; as its file says (limbeck.classes) where left out. A list of 2 or
	 * more, each a text.
	 */
	classes?: readonly string[] | undefined;
	/**
	 * Indices of the outputs that are the classes, in the data's order. A list of 2 or more, each a whole number at
	 * least 0.
	 */
	select?: readonly number[] | undefined;
	/** Whether it teaches although the labels of training samples say that it knows nothing of them. */
	trust?: boolean | undefined;
}

/** What teaches. */
export type TeacherInput =
	| MlpTeacherInput
	| CnnTeacherInput
	| ResnetTeacherInput
	| MobilenetTeacherInput
	| VitTeacherInput
	| AcousticTeacherInput
	| FileTeacherInput
	| Omit<FileTeacherInput, "family">
	| EnsembleTeacherInput
	| TargetsTeacherInput
	| Omit<TargetsTeacherInput, "family">;

/** Evenly from one factor to another. */
export interface LinearWeightScheduleInput {
	/** Evenly from one factor to another. */
	name: "linear";
	/**
	 * Factor of the weight before. A number at least 0.
	 *
	 * @defaultValue `0`
	 */
	from?: number | undefined;
	/**
	 * Factor of the weight after. A number at least 0.
	 *
	 * @defaultValue `1`
	 */
	to?: number | undefined;
	/**
	 * Share of training at which it begins to change. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	start?: number | undefined;
	/**
	 * Share of training at which it has changed. A number more than 0 and at most 1.
	 *
	 * @defaultValue `1`
	 */
	end?: number | undefined;
}

/** The same, slower at both ends. */
export interface CosineWeightScheduleInput {
	/** The same, slower at both ends. */
	name: "cosine";
	/**
	 * Factor of the weight before. A number at least 0.
	 *
	 * @defaultValue `0`
	 */
	from?: number | undefined;
	/**
	 * Factor of the weight after. A number at least 0.
	 *
	 * @defaultValue `1`
	 */
	to?: number | undefined;
	/**
	 * Share of training at which it begins to change. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	start?: number | undefined;
	/**
	 * Share of training at which it has changed. A number more than 0 and at most 1.
	 *
	 * @defaultValue `1`
	 */
	end?: number | undefined;
}

/** By jumps. */
export interface StepsWeightScheduleInput {
	/** By jumps. */
	name: "steps";
	/**
	 * Shares of training at which it jumps, rising: [0.5, 0.75]. A list of 1 or more, each a number more than 0 and
	 * less than 1.
	 */
	at: readonly number[];
	/** Factor of the weight after each jump; before the first it is 1. A list of 1 or more, each a number at least 0. */
	factors: readonly number[];
}

/** A weight over the run. */
export type WeightScheduleInput =
	| LinearWeightScheduleInput
	| CosineWeightScheduleInput
	| StepsWeightScheduleInput;

/** The teacher's softened probabilities. */
export interface SoftTargetsObjectiveInput {
	/** The teacher's softened probabilities. */
	name: "soft-targets";
	/**
	 * T of both softmaxes; higher is softer. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `4`
	 */
	temperature?: number | undefined;
	/**
	 * Weight of the true labels; the soft targets get the rest. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.1`
	 */
	hardWeight?: number | undefined;
	/**
	 * Whether each sample's logits are made of mean 0 and deviation 1 first, the teacher's as well.
	 *
	 * @defaultValue `false`
	 */
	standardize?: boolean | undefined;
	/**
	 * Classes, counted from 0, that the soft targets are over, without the others; all where absent. A list of 2 or
	 * more, each a whole number at least 0.
	 */
	classes?: readonly number[] | undefined;
}

/** The teacher's logits. */
export interface LogitMatchingObjectiveInput {
	/** The teacher's logits. */
	name: "logit-matching";
}

/** Soft targets, with the true class and the others weighted apart. */
export interface DkdObjectiveInput {
	/** Soft targets, with the true class and the others weighted apart. */
	name: "dkd";
	/**
	 * Weight of the true class against all others. A number at least 0.
	 *
	 * @defaultValue `1`
	 */
	alpha?: number | undefined;
	/**
	 * Weight of the other classes among themselves. A number at least 0.
	 *
	 * @defaultValue `8`
	 */
	beta?: number | undefined;
	/**
	 * T of all softmaxes. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `4`
	 */
	temperature?: number | undefined;
	/**
	 * Weight of the true labels, beside the rest. A number at least 0.
	 *
	 * @defaultValue `1`
	 */
	hardWeight?: number | undefined;
	/**
	 * Share of the run in which what the teacher says grows from 0 to its weight (20 of 240 epochs). A number at
	 * least 0 and less than 1.
	 *
	 * @defaultValue `0.08`
	 */
	warmup?: number | undefined;
}

/** Correlation with the teacher's probabilities, of samples and of classes. */
export interface DistObjectiveInput {
	/** Correlation with the teacher's probabilities, of samples and of classes. */
	name: "dist";
	/**
	 * Weight of the correlation over the classes of each sample. A number at least 0.
	 *
	 * @defaultValue `1`
	 */
	beta?: number | undefined;
	/**
	 * Weight of the correlation over the samples of each class. A number at least 0.
	 *
	 * @defaultValue `1`
	 */
	gamma?: number | undefined;
	/**
	 * T of both softmaxes; 1 suits many classes. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `4`
	 */
	temperature?: number | undefined;
	/**
	 * Weight of the true labels, beside the rest. A number at least 0.
	 *
	 * @defaultValue `1`
	 */
	hardWeight?: number | undefined;
}

/** The teacher's softened probability of each label. */
export interface SoftLabelsObjectiveInput {
	/** The teacher's softened probability of each label. */
	name: "soft-labels";
	/**
	 * T of both sigmoids; higher is softer. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `2`
	 */
	temperature?: number | undefined;
	/**
	 * Weight of the true labels; the teacher's probabilities get the rest. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.5`
	 */
	hardWeight?: number | undefined;
}

/** The teacher's numbers. */
export interface TeacherValuesObjectiveInput {
	/** The teacher's numbers. */
	name: "teacher-values";
	/**
	 * Weight of the true numbers; the teacher's get the rest. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.5`
	 */
	hardWeight?: number | undefined;
	/**
	 * Whether the true numbers count only where the student is further from them than the teacher.
	 *
	 * @defaultValue `false`
	 */
	bounded?: boolean | undefined;
	/**
	 * Whether answers count less where the teacher is unsure, as an ensemble is where its members differ.
	 *
	 * @defaultValue `true`
	 */
	certainty?: boolean | undefined;
}

/** The true labels. */
export interface CrossEntropyObjectivePartInput {
	/** The true labels. */
	name: "cross-entropy";
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight?: number | undefined;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleInput | undefined;
}

/** The true labels, less certain. */
export interface LabelSmoothingObjectivePartInput {
	/** The true labels, less certain. */
	name: "label-smoothing";
	/**
	 * Ε, the share of a target that is spread over all classes. A number more than 0 and less than 1.
	 *
	 * @defaultValue `0.1`
	 */
	smoothing?: number | undefined;
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight?: number | undefined;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleInput | undefined;
}

/** The teacher's softened probabilities. */
export interface SoftTargetsObjectivePartInput extends SoftTargetsObjectiveInput {
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight?: number | undefined;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleInput | undefined;
}

/** The teacher's logits. */
export interface LogitMatchingObjectivePartInput extends LogitMatchingObjectiveInput {
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight?: number | undefined;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleInput | undefined;
}

/** Soft targets, with the true class and the others weighted apart. */
export interface DkdObjectivePartInput extends DkdObjectiveInput {
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight?: number | undefined;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleInput | undefined;
}

/** Correlation with the teacher's probabilities, of samples and of classes. */
export interface DistObjectivePartInput extends DistObjectiveInput {
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight?: number | undefined;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleInput | undefined;
}

/** Names of values inside the two models that are compared: {student: layer2.0, teacher: layer2.0}. */
export interface HintsObjectivePartPairsInput {
	/** A value inside the student. */
	student: string;
	/** The value inside the teacher that it should be like. */
	teacher: string;
}

/** Values inside the teacher, to be told from those inside the student. */
export interface HintsObjectivePartInput {
	/** Values inside the teacher, to be told from those inside the student. */
	name: "hints";
	/**
	 * Names of values inside the two models that are compared: {student: layer2.0, teacher: layer2.0}. A list of 1
	 * or more, each an object of student, teacher.
	 */
	pairs: readonly HintsObjectivePartPairsInput[];
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight?: number | undefined;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleInput | undefined;
}

/** Where in the image the teacher is active; a usual weight is 1000. */
export interface AttentionTransferObjectivePartInput {
	/** Where in the image the teacher is active; a usual weight is 1000. */
	name: "attention-transfer";
	/**
	 * Names of values inside the two models that are compared: {student: layer2.0, teacher: layer2.0}. A list of 1
	 * or more, each an object of student, teacher.
	 */
	pairs: readonly HintsObjectivePartPairsInput[];
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight?: number | undefined;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleInput | undefined;
}

/** The true labels, each by itself. */
export interface BinaryCrossEntropyObjectivePartInput {
	/** The true labels, each by itself. */
	name: "binary-cross-entropy";
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight?: number | undefined;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleInput | undefined;
}

/** The teacher's softened probability of each label. */
export interface SoftLabelsObjectivePartInput extends SoftLabelsObjectiveInput {
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight?: number | undefined;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleInput | undefined;
}

/** The true numbers. */
export interface SquaredErrorObjectivePartInput {
	/** The true numbers. */
	name: "squared-error";
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight?: number | undefined;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleInput | undefined;
}

/** The teacher's numbers. */
export interface TeacherValuesObjectivePartInput extends TeacherValuesObjectiveInput {
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight?: number | undefined;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleInput | undefined;
}

/** An objective of a mixture. */
export type ObjectivePartInput =
	| CrossEntropyObjectivePartInput
	| LabelSmoothingObjectivePartInput
	| SoftTargetsObjectivePartInput
	| LogitMatchingObjectivePartInput
	| DkdObjectivePartInput
	| DistObjectivePartInput
	| HintsObjectivePartInput
	| AttentionTransferObjectivePartInput
	| BinaryCrossEntropyObjectivePartInput
	| SoftLabelsObjectivePartInput
	| SquaredErrorObjectivePartInput
	| TeacherValuesObjectivePartInput;

/** A weighted sum of objectives. */
export interface MixtureObjectiveInput {
	/** A weighted sum of objectives. */
	name: "mixture";
	/** The objectives, each with its weight. A list of 1 or more, each with a name and its options. */
	of: readonly ObjectivePartInput[];
}

/** What a student learns from its teacher. */
export type ObjectiveInput =
	| SoftTargetsObjectiveInput
	| LogitMatchingObjectiveInput
	| DkdObjectiveInput
	| DistObjectiveInput
	| SoftLabelsObjectiveInput
	| TeacherValuesObjectiveInput
	| MixtureObjectiveInput;

/** The true labels. */
export interface CrossEntropyObjectiveInput {
	/** The true labels. */
	name: "cross-entropy";
}

/** The true labels, less certain. */
export interface LabelSmoothingObjectiveInput {
	/** The true labels, less certain. */
	name: "label-smoothing";
	/**
	 * Ε, the share of a target that is spread over all classes. A number more than 0 and less than 1.
	 *
	 * @defaultValue `0.1`
	 */
	smoothing?: number | undefined;
}

/** The true labels, each by itself. */
export interface BinaryCrossEntropyObjectiveInput {
	/** The true labels, each by itself. */
	name: "binary-cross-entropy";
}

/** The true numbers. */
export interface SquaredErrorObjectiveInput {
	/** The true numbers. */
	name: "squared-error";
}

/** What a network learns alone. */
export type LabelObjectiveInput =
	| CrossEntropyObjectiveInput
	| LabelSmoothingObjectiveInput
	| BinaryCrossEntropyObjectiveInput
	| SquaredErrorObjectiveInput;

/** On-line K-means; the classes nearest to each centre, which may overlap. */
export interface NearestClusteringInput {
	/** On-line K-means; the classes nearest to each centre, which may overlap. */
	name: "nearest";
	/** How many specialists. A whole number at least 1. */
	specialists: number;
	/**
	 * What K-means compares: columns without own variance and of length 1, or of the covariance or correlation.
	 *
	 * @defaultValue `"profile"`
	 */
	columns?: "profile" | "covariance" | "correlation" | undefined;
	/**
	 * Passes of K-means; 1 is the single-pass form. A whole number at least 1 and at most 10000.
	 *
	 * @defaultValue `20`
	 */
	epochs?: number | undefined;
	/**
	 * Classes that K-means assigns at once. A whole number at least 1.
	 *
	 * @defaultValue `64`
	 */
	batch?: number | undefined;
	/** Classes of each specialist. A whole number at least 2. */
	classesPerSpecialist: number;
}

/** On-line K-means; each class belongs to the centre nearest to it. */
export interface PartitionClusteringInput {
	/** On-line K-means; each class belongs to the centre nearest to it. */
	name: "partition";
	/** How many specialists. A whole number at least 1. */
	specialists: number;
	/**
	 * What K-means compares: columns without own variance and of length 1, or of the covariance or correlation.
	 *
	 * @defaultValue `"profile"`
	 */
	columns?: "profile" | "covariance" | "correlation" | undefined;
	/**
	 * Passes of K-means; 1 is the single-pass form. A whole number at least 1 and at most 10000.
	 *
	 * @defaultValue `20`
	 */
	epochs?: number | undefined;
	/**
	 * Classes that K-means assigns at once. A whole number at least 1.
	 *
	 * @defaultValue `64`
	 */
	batch?: number | undefined;
}

/** Sets grown around the most confused pairs of classes. */
export interface ConfusablePairsClusteringInput {
	/** Sets grown around the most confused pairs of classes. */
	name: "confusable-pairs";
	/** How many specialists. A whole number at least 1. */
	specialists: number;
	/**
	 * What says how much two classes are confused; by the correlation rare ones count as much as others.
	 *
	 * @defaultValue `"covariance"`
	 */
	columns?: "covariance" | "correlation" | undefined;
	/** Classes of each specialist. A whole number at least 2. */
	classesPerSpecialist: number;
}

/** How the classes of specialists are chosen. */
export type ClusteringInput =
	| NearestClusteringInput
	| PartitionClusteringInput
	| ConfusablePairsClusteringInput;

/** How the teacher's answers are kept in the store. */
export interface RecipeTargetsInput {
	/** Whether answers are kept for later runs; where left out wherever they can be: see views. */
	keep?: boolean | undefined;
	/**
	 * Float16 takes half the room.
	 *
	 * @defaultValue `"float32"`
	 */
	precision?: "float32" | "float16" | undefined;
	/** Keeps so many most probable classes, and the mass of the others; all where absent. A whole number at least 1. */
	topK?: number | undefined;
}

/** A distillation. */
export interface RecipeInput {
	/**
	 * What the report calls this recipe.
	 *
	 * @defaultValue `"custom"`
	 */
	name?: string | undefined;
	/**
	 * What the networks learn from: see `limbeck data list`.
	 *
	 * @defaultValue `{}`
	 */
	data?: DataInput | undefined;
	/**
	 * What teaches: a network, a file, several, or soft targets.
	 *
	 * @defaultValue `{}`
	 */
	teacher?: TeacherInput | undefined;
	/**
	 * The small network.
	 *
	 * @defaultValue `{}`
	 */
	student?: NetworkInput | undefined;
	/**
	 * What the student learns from the teacher: an objective with its options, or a mixture of several.
	 *
	 * @defaultValue `{"name":"soft-targets"}`
	 */
	distillation?: ObjectiveInput | undefined;
	/**
	 * Teacher assistants between teacher and student: each learns from the one before, the first from the teacher. A
	 * list of 0 to 100, each with a name and its options.
	 *
	 * @defaultValue `[]`
	 */
	chain?: readonly NetworkInput[] | undefined;
	/**
	 * How often the student is trained, from different seeds: each generation teaches the next. A whole number at
	 * least 1 and at most 100.
	 *
	 * @defaultValue `1`
	 */
	generations?: number | undefined;
	/**
	 * How the same network is trained on hard labels alone; like the student where left out.
	 *
	 * @defaultValue `{}`
	 */
	baseline?: LearningInput | undefined;
	/**
	 * How the teacher's answers are kept in the store.
	 *
	 * @defaultValue `{}`
	 */
	targets?: RecipeTargetsInput | undefined;
	/**
	 * Whether the student alone is also trained with early stopping: its weights are the best by validation.
	 *
	 * @defaultValue `false`
	 */
	earlyStopped?: boolean | undefined;
	/**
	 * Whether each network's accuracy on the samples that it learned from is reported.
	 *
	 * @defaultValue `false`
	 */
	trainAccuracy?: boolean | undefined;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed?: number | undefined;
	/**
	 * How many seeds, one run each. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `1`
	 */
	seeds?: number | undefined;
}

/** The training of one network. */
export interface TrainRecipeInput {
	/**
	 * What the report calls this recipe.
	 *
	 * @defaultValue `"custom"`
	 */
	name?: string | undefined;
	/**
	 * What the networks learn from: see `limbeck data list`.
	 *
	 * @defaultValue `{}`
	 */
	data?: DataInput | undefined;
	/**
	 * The network, and how it is trained.
	 *
	 * @defaultValue `{}`
	 */
	network?: NetworkInput | undefined;
	/**
	 * The objective: cross-entropy, label-smoothing, binary-cross-entropy or squared-error.
	 *
	 * @defaultValue `{"name":"cross-entropy"}`
	 */
	loss?: LabelObjectiveInput | undefined;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed?: number | undefined;
	/**
	 * How many seeds, one run each. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `1`
	 */
	seeds?: number | undefined;
}

/** The predictions that classes are chosen by; never those on the test set. */
export interface SpecializeRecipePredictionsInput {
	/**
	 * Samples whose predictions say what is confused: training samples are many, and leave validation untouched;
	 * validation tells more of a generalist that has learned its training samples by heart.
	 *
	 * @defaultValue `"train"`
	 */
	split?: "train" | "validation" | undefined;
	/**
	 * Keeps so many most probable classes of each prediction, for thousands of classes; all where absent. A whole
	 * number at least 1.
	 */
	topK?: number | undefined;
}

/** What a specialist's softmax is over while it is trained. */
export interface SpecializeRecipeSoftmaxInput {
	/**
	 * Its classes and one dustbin for all others; or all classes, those not its own kept by the generalist's soft
	 * targets.
	 *
	 * @defaultValue `"dustbin"`
	 */
	over?: "dustbin" | "full" | undefined;
	/**
	 * Of those soft targets; full alone has them. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `2`
	 */
	temperature?: number | undefined;
	/**
	 * Weight of the true labels beside them; the soft targets get the rest. A number more than 0 and at most 1.
	 *
	 * @defaultValue `0.5`
	 */
	hardWeight?: number | undefined;
}

/** How generalist and specialists answer as one. */
export interface SpecializeRecipeCombinationInput {
	/**
	 * Kl: the least sum of KL divergences, as in the paper; or a mean, arithmetic or geometric.
	 *
	 * @defaultValue `"kl"`
	 */
	rule?: "kl" | "arithmetic" | "geometric" | undefined;
	/**
	 * A specialist is asked where it has one of so many most probable classes of the generalist. A whole number at
	 * least 1.
	 *
	 * @defaultValue `1`
	 */
	n?: number | undefined;
}

/**
 * How a network of the generalist's kind learns from generalist and specialists together; like the generalist
 * where left out.
 */
export interface SpecializeRecipeStudentInput extends LearningInput {
	/**
	 * The weights that it starts from: fresh ones, or the generalist's.
	 *
	 * @defaultValue `"afresh"`
	 */
	start?: "afresh" | "generalist" | undefined;
}

/** What specialists are compared with, at the same cost of training. */
export interface SpecializeRecipeControlsInput {
	/**
	 * The generalist, trained as much longer as all specialists take.
	 *
	 * @defaultValue `true`
	 */
	longer?: boolean | undefined;
	/**
	 * The generalist and a second one, trained for as long as all specialists: their mean.
	 *
	 * @defaultValue `true`
	 */
	ensemble?: boolean | undefined;
	/**
	 * As many specialists of as many classes, chosen at random.
	 *
	 * @defaultValue `true`
	 */
	random?: boolean | undefined;
}

/** A generalist and its specialists. */
export interface SpecializeRecipeInput {
	/**
	 * What the report calls this recipe.
	 *
	 * @defaultValue `"custom"`
	 */
	name?: string | undefined;
	/**
	 * What the networks learn from: see `limbeck data list`.
	 *
	 * @defaultValue `{}`
	 */
	data?: DataInput | undefined;
	/**
	 * The network that knows all classes, and how it is trained.
	 *
	 * @defaultValue `{}`
	 */
	generalist?: NetworkInput | undefined;
	/**
	 * How the classes of each specialist are chosen by what the generalist confuses.
	 *
	 * @defaultValue `{"name":"nearest","specialists":3,"classesPerSpecialist":4}`
	 */
	clustering?: ClusteringInput | undefined;
	/**
	 * The predictions that classes are chosen by; never those on the test set.
	 *
	 * @defaultValue `{}`
	 */
	predictions?: SpecializeRecipePredictionsInput | undefined;
	/**
	 * How each specialist is trained from the generalist's weights, all or those that train names; an epoch shows
	 * every sample of its classes once, and as many others; like the generalist where left out.
	 *
	 * @defaultValue `{}`
	 */
	specialist?: LearningInput | undefined;
	/**
	 * What a specialist's softmax is over while it is trained.
	 *
	 * @defaultValue `{}`
	 */
	softmax?: SpecializeRecipeSoftmaxInput | undefined;
	/**
	 * How generalist and specialists answer as one.
	 *
	 * @defaultValue `{}`
	 */
	combination?: SpecializeRecipeCombinationInput | undefined;
	/**
	 * How a network of the generalist's kind learns from generalist and specialists together; like the generalist
	 * where left out.
	 *
	 * @defaultValue `{}`
	 */
	student?: SpecializeRecipeStudentInput | undefined;
	/**
	 * What that network learns from them: an objective with its options, or a mixture of several.
	 *
	 * @defaultValue `{"name":"soft-targets"}`
	 */
	distillation?: ObjectiveInput | undefined;
	/**
	 * What specialists are compared with, at the same cost of training.
	 *
	 * @defaultValue `{}`
	 */
	controls?: SpecializeRecipeControlsInput | undefined;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed?: number | undefined;
	/**
	 * How many seeds, one run each. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `1`
	 */
	seeds?: number | undefined;
}

/** Features of sound. */
export interface SpeechRecipeFeaturesInput {
	/**
	 * Samples a second; sound of another rate is resampled. A whole number at least 1000 and at most 192000.
	 *
	 * @defaultValue `8000`
	 */
	rate?: number | undefined;
	/**
	 * Mel filters. A whole number at least 1 and at most 256.
	 *
	 * @defaultValue `40`
	 */
	coefficients?: number | undefined;
	/**
	 * Length of a frame, ms. A number at least 1 and at most 1000.
	 *
	 * @defaultValue `25`
	 */
	windowMs?: number | undefined;
	/**
	 * From one frame to the next, ms. A number at least 1 and at most 1000.
	 *
	 * @defaultValue `10`
	 */
	stepMs?: number | undefined;
	/**
	 * Where the lowest filter begins, Hz. A number at least 0.
	 *
	 * @defaultValue `20`
	 */
	low?: number | undefined;
	/** Where the highest filter ends, Hz; half the rate where left out. A number more than 0. */
	high?: number | undefined;
	/**
	 * Share of the sample before that is subtracted. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.97`
	 */
	preemphasis?: number | undefined;
	/**
	 * Window; povey is hann to the power of 0.85.
	 *
	 * @defaultValue `"povey"`
	 */
	taper?: "povey" | "hamming" | "hann" | undefined;
	/**
	 * Least energy of a filter; samples count as 16-bit integers. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	floor?: number | undefined;
	/**
	 * Moments that frames are normalised by: of the speaker's recordings of the same part, or of training.
	 *
	 * @defaultValue `"speaker"`
	 */
	normalization?: "speaker" | "global" | undefined;
}

/** Context of a frame. */
export interface SpeechRecipeContextInput {
	/**
	 * Frames before the one that is predicted. A whole number at least 0 and at most 256.
	 *
	 * @defaultValue `20`
	 */
	left?: number | undefined;
	/**
	 * Frames after it. A whole number at least 0 and at most 256.
	 *
	 * @defaultValue `5`
	 */
	right?: number | undefined;
}

/** Hidden Markov models. */
export interface SpeechRecipeHmmInput {
	/**
	 * States of each word, the fewest frames that it can last. A whole number at least 1 and at most 64.
	 *
	 * @defaultValue `6`
	 */
	wordStates?: number | undefined;
	/**
	 * States of silence. A whole number at least 1 and at most 64.
	 *
	 * @defaultValue `3`
	 */
	silenceStates?: number | undefined;
}

/** How recordings are joined, for training, validation and test. */
export interface SpeechRecipeStringsInput {
	/**
	 * Fewest and most recordings that are joined to a string. A list of a whole number at least 1 and at most 10000;
	 * a whole number at least 1 and at most 10000.
	 *
	 * @defaultValue `[1,5]`
	 */
	lengths?: readonly [number, number] | undefined;
	/**
	 * Shortest and longest gap before, between and behind them, ms. A list of a whole number at least 0 and at most
	 * 10000; a whole number at least 0 and at most 10000.
	 *
	 * @defaultValue `[0,300]`
	 */
	gapMs?: readonly [number, number] | undefined;
	/**
	 * Seed of the strings, the same in every run. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `0`
	 */
	seed?: number | undefined;
}

/** How frames get their states. */
export interface SpeechRecipeAlignmentInput {
	/**
	 * Most rounds of Gaussians and Viterbi from a flat start. A whole number at least 1 and at most 200.
	 *
	 * @defaultValue `40`
	 */
	gaussianRounds?: number | undefined;
	/**
	 * Most rounds in which a net learns the states and says them anew. A whole number at least 0 and at most 20.
	 *
	 * @defaultValue `10`
	 */
	netRounds?: number | undefined;
	/**
	 * Share of the frames that may still change their state when the net's rounds end. A number at least 0 and at
	 * most 1.
	 *
	 * @defaultValue `0.01`
	 */
	tolerance?: number | undefined;
	/**
	 * Seed of those nets, the same in every run. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `0`
	 */
	seed?: number | undefined;
}

/** The net, and how it is trained. */
export interface SpeechRecipeNetworkInput {
	/** Acoustic model: stacked frames through ReLU layers of equal size (Hinton et al. 2015, §4). */
	family: "acoustic";
	/**
	 * Hidden layers. A whole number at least 1 and at most 64.
	 *
	 * @defaultValue `4`
	 */
	layers?: number | undefined;
	/**
	 * Units of each hidden layer. A whole number at least 1 and at most 65536.
	 *
	 * @defaultValue `512`
	 */
	units?: number | undefined;
	/**
	 * How initial weights are drawn.
	 *
	 * @defaultValue `"he-normal"`
	 */
	initializer?: "he-normal" | "he-uniform" | "glorot-normal" | "glorot-uniform" | "lecun-normal" | "he-normal-fan-out" | "truncated-normal" | "torch-default" | undefined;
	/**
	 * Share of inputs dropped in training. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	inputDropout?: number | undefined;
	/**
	 * Share of hidden units dropped in training. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	hiddenDropout?: number | undefined;
	/**
	 * Passes over the training samples. A number more than 0 and at most 100000.
	 *
	 * @defaultValue `20`
	 */
	epochs?: number | undefined;
	/**
	 * Samples per step. A whole number at least 1 and at most 16384.
	 *
	 * @defaultValue `128`
	 */
	batch?: number | undefined;
	/**
	 * Update rule: sgd, adam or adamw, with its options.
	 *
	 * @defaultValue `{"name":"adam"}`
	 */
	optimizer?: OptimizerInput | undefined;
	/**
	 * Learning rate over the run.
	 *
	 * @defaultValue `{"name":"cosine"}`
	 */
	schedule?: ScheduleInput | undefined;
	/**
	 * Momentum (β₁) over the run.
	 *
	 * @defaultValue `{"name":"constant"}`
	 */
	momentumSchedule?: ScheduleInput | undefined;
	/**
	 * Epochs in which the learning rate rises to its base. A number at least 0.
	 *
	 * @defaultValue `0.5`
	 */
	warmupEpochs?: number | undefined;
	/** Limit of the gradients' joint L2 norm. A number more than 0. */
	clipNorm?: number | undefined;
	/** Limit of the L2 norm of each unit's incoming weights. A number more than 0. */
	maxNorm?: number | undefined;
	/**
	 * Names of the weights to train, with * and ?, such as ["head.*"]; the others are frozen; all where absent. A
	 * list of 1 or more, each a text.
	 */
	train?: readonly string[] | undefined;
	/**
	 * Names of weights not to train, with * and ?, such as ["body.*"]; none where absent. A list of 1 or more, each
	 * a text.
	 */
	freeze?: readonly string[] | undefined;
	/**
	 * Largest random shift of an image, in pixels, each way. A whole number at least 0 and at most 16.
	 *
	 * @defaultValue `0`
	 */
	jitter?: number | undefined;
	/**
	 * Statistics of BatchNormalization while training: the batch's, or the running averages, frozen.
	 *
	 * @defaultValue `"batch"`
	 */
	batchNorm?: "batch" | "running" | undefined;
	/**
	 * Changes of the training samples, in turn: jitter, crop, flip, cutout, mixup, with their options. A list of 0
	 * or more, each with a name and its options.
	 *
	 * @defaultValue `[]`
	 */
	augment?: readonly AugmentationInput[] | undefined;
	/**
	 * Fixed augmented views of each sample, one an epoch in turn; a fresh one every epoch where absent. A whole
	 * number at least 1 and at most 65536.
	 */
	views?: number | undefined;
	/**
	 * Seed of the fixed views, the same in every run. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `0`
	 */
	viewSeed?: number | undefined;
	/**
	 * What is done when the loss is not finite or explodes.
	 *
	 * @defaultValue `{}`
	 */
	divergence?: LearningDivergenceInput | undefined;
	/** What computes its training; auto: the first device that works, or the processor; cpu where absent. */
	device?: "cpu" | "cuda" | "coreml" | "dml" | "webgpu" | "auto" | undefined;
	/**
	 * Weights to keep: the last, or the best by validation.
	 *
	 * @defaultValue `"last"`
	 */
	keep?: "last" | "best" | undefined;
	/**
	 * Share of the training samples that it learns from, the same of each class, or of the groups; all where absent.
	 * A number more than 0 and at most 1.
	 */
	fraction?: number | undefined;
	/**
	 * Seed of that choice, the same in every run. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `0`
	 */
	fractionSeed?: number | undefined;
	/**
	 * Classes, counted from 0, whose training samples it learns from; all where absent. A list of 1 or more, each a
	 * whole number at least 0.
	 */
	classes?: readonly number[] | undefined;
}

/** What the distilled net has otherwise than the members; beside it a net alone with the same is trained. */
export interface SpeechRecipeStudentInput {
	/** Hidden layers; the members' where absent. A whole number at least 1 and at most 64. */
	layers?: number | undefined;
	/** Units of each; the members' where absent. A whole number at least 1 and at most 65536. */
	units?: number | undefined;
	/** Passes over the frames; the members' where absent. A number more than 0 and at most 100000. */
	epochs?: number | undefined;
}

/** Nets that learn from few strings: hard targets, the same with early stopping, soft targets. */
export interface SpeechRecipeFewInput {
	/**
	 * Share of the training strings that they learn from. A number more than 0 and at most 1.
	 *
	 * @defaultValue `0.03`
	 */
	share?: number | undefined;
	/**
	 * Seed of that choice, the same in every run. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `0`
	 */
	shareSeed?: number | undefined;
	/**
	 * Passes over them. A number more than 0 and at most 100000.
	 *
	 * @defaultValue `60`
	 */
	epochs?: number | undefined;
	/**
	 * Samples per step. A whole number at least 1 and at most 16384.
	 *
	 * @defaultValue `32`
	 */
	batch?: number | undefined;
}

/** An experiment with speech. */
export interface SpeechRecipeInput {
	/**
	 * What the report calls this recipe.
	 *
	 * @defaultValue `"speech"`
	 */
	name?: string | undefined;
	/**
	 * The recordings: fsdd, or a folder of yours.
	 *
	 * @defaultValue `{"name":"fsdd"}`
	 */
	data?: CorpusInput | undefined;
	/**
	 * Features of sound.
	 *
	 * @defaultValue `{}`
	 */
	features?: SpeechRecipeFeaturesInput | undefined;
	/**
	 * Context of a frame.
	 *
	 * @defaultValue `{}`
	 */
	context?: SpeechRecipeContextInput | undefined;
	/**
	 * Hidden Markov models.
	 *
	 * @defaultValue `{}`
	 */
	hmm?: SpeechRecipeHmmInput | undefined;
	/**
	 * How recordings are joined, for training, validation and test.
	 *
	 * @defaultValue `{}`
	 */
	strings?: SpeechRecipeStringsInput | undefined;
	/**
	 * How frames get their states.
	 *
	 * @defaultValue `{}`
	 */
	alignment?: SpeechRecipeAlignmentInput | undefined;
	/**
	 * The net, and how it is trained.
	 *
	 * @defaultValue `{"family":"acoustic"}`
	 */
	network?: SpeechRecipeNetworkInput | undefined;
	/**
	 * Nets that differ in their seeds; of two or more the ensemble is distilled into one. A whole number at least 1
	 * and at most 1000.
	 *
	 * @defaultValue `10`
	 */
	members?: number | undefined;
	/** What the distilled net has otherwise than the members; beside it a net alone with the same is trained. */
	student?: SpeechRecipeStudentInput | undefined;
	/**
	 * Temperatures of soft targets, the best of them chosen on validation. A list of 1 or more, each a number more
	 * than 0 and at most 1000.
	 *
	 * @defaultValue `[1,2,5,10]`
	 */
	temperatures?: readonly number[] | undefined;
	/**
	 * Weight of the hard targets beside soft ones. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.5`
	 */
	hardWeight?: number | undefined;
	/** Nets that learn from few strings: hard targets, the same with early stopping, soft targets. */
	few?: SpeechRecipeFewInput | undefined;
	/**
	 * Insertion penalties to choose from on validation, in ln. A list of 1 or more, each a number at least 0 and at
	 * most 1000000.
	 *
	 * @defaultValue `[0,1,2,3,5,8,12,17,23,30,40,55,75,100,130,170,230,300]`
	 */
	penalties?: readonly number[] | undefined;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed?: number | undefined;
	/**
	 * How many seeds, one run each. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `1`
	 */
	seeds?: number | undefined;
}

/** The study mnist. */
export interface MnistStudyRecipeInput {
	/** Which study it is. */
	name: "mnist";
	/**
	 * What the networks learn from: see `limbeck data list`.
	 *
	 * @defaultValue `{}`
	 */
	data?: DataInput | undefined;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed?: number | undefined;
	/**
	 * How many seeds, one run each; three at least tell a spread. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `3`
	 */
	seeds?: number | undefined;
	/**
	 * The paper's teacher, and how it is trained.
	 *
	 * @defaultValue `{}`
	 */
	teacher?: MlpNetworkInput | undefined;
	/** How many such teachers make the ensemble. A whole number at least 2 and at most 100. */
	members: number;
	/**
	 * Another teacher: a convolutional net.
	 *
	 * @defaultValue `{"family":"cnn"}`
	 */
	convolutional?: NetworkInput | undefined;
	/**
	 * The paper's student, and how it is taught.
	 *
	 * @defaultValue `{}`
	 */
	student?: MlpNetworkInput | undefined;
	/**
	 * The same net on labels alone, and how it is trained.
	 *
	 * @defaultValue `{}`
	 */
	alone?: MlpNetworkInput | undefined;
	/** Largest random shift, in pixels, of the jittered transfer set. A whole number at least 1 and at most 16. */
	jitter: number;
	/** Epochs of all that see it. A number more than 0 and at most 100000. */
	jitteredEpochs: number;
	/**
	 * Fixed shifts of each sample in it, about which teachers are asked once; fresh ones every epoch where absent. A
	 * whole number at least 1 and at most 65536.
	 */
	jitteredViews?: number | undefined;
	/** T of the soft targets. A number more than 0 and at most 1000. */
	temperature: number;
	/**
	 * Weight of the true labels beside them. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.1`
	 */
	hardWeight?: number | undefined;
}

/** The study temperature. */
export interface TemperatureStudyRecipeInput {
	/** Which study it is. */
	name: "temperature";
	/**
	 * What the networks learn from: see `limbeck data list`.
	 *
	 * @defaultValue `{}`
	 */
	data?: DataInput | undefined;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed?: number | undefined;
	/**
	 * How many seeds, one run each; three at least tell a spread. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `3`
	 */
	seeds?: number | undefined;
	/**
	 * The network that teaches, and how it is trained.
	 *
	 * @defaultValue `{}`
	 */
	teacher?: NetworkInput | undefined;
	/**
	 * How every student is trained, for as long; of its hidden layers the number alone.
	 *
	 * @defaultValue `{}`
	 */
	student?: MlpNetworkInput | undefined;
	/**
	 * Units of each hidden layer of the students. A list of 1 or more, each a whole number at least 1 and at most
	 * 65536.
	 */
	widths: readonly number[];
	/**
	 * The temperatures that are tried at every width. A list of 2 or more, each a number more than 0 and at most
	 * 1000.
	 */
	temperatures: readonly number[];
	/**
	 * Weight of the true labels beside soft targets. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.1`
	 */
	hardWeight?: number | undefined;
	/**
	 * Other weights, which are tried at the middle temperature. A list of 0 or more, each a number at least 0 and at
	 * most 1.
	 *
	 * @defaultValue `[]`
	 */
	hardWeights?: readonly number[] | undefined;
}

/** The study omitted-class. */
export interface OmittedClassStudyRecipeInput {
	/** Which study it is. */
	name: "omitted-class";
	/**
	 * What the networks learn from: see `limbeck data list`.
	 *
	 * @defaultValue `{}`
	 */
	data?: DataInput | undefined;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed?: number | undefined;
	/**
	 * How many seeds, one run each; three at least tell a spread. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `3`
	 */
	seeds?: number | undefined;
	/**
	 * The network that teaches; it has seen all classes.
	 *
	 * @defaultValue `{}`
	 */
	teacher?: NetworkInput | undefined;
	/**
	 * The students, and how they are taught.
	 *
	 * @defaultValue `{}`
	 */
	student?: MlpNetworkInput | undefined;
	/**
	 * Classes that are left out of the transfer set, one at a time; every one where absent. A list of 1 or more,
	 * each a whole number at least 0.
	 */
	omit?: readonly number[] | undefined;
	/**
	 * Sets of classes that are all that a transfer set has. A list of 0 or more, each a list of 1 or more, each a
	 * whole number at least 0.
	 *
	 * @defaultValue `[]`
	 */
	only?: readonly (readonly number[])[] | undefined;
	/** T of the soft targets. A number more than 0 and at most 1000. */
	temperature: number;
	/**
	 * Weight of the true labels beside them, which say nothing of a class that is not there. A number at least 0 and
	 * at most 1.
	 *
	 * @defaultValue `0`
	 */
	hardWeight?: number | undefined;
}

/** The study regularizer. */
export interface RegularizerStudyRecipeInput {
	/** Which study it is. */
	name: "regularizer";
	/**
	 * What the networks learn from: see `limbeck data list`.
	 *
	 * @defaultValue `{}`
	 */
	data?: DataInput | undefined;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed?: number | undefined;
	/**
	 * How many seeds, one run each; three at least tell a spread. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `3`
	 */
	seeds?: number | undefined;
	/**
	 * The network that learns from all labels and then teaches.
	 *
	 * @defaultValue `{}`
	 */
	teacher?: MlpNetworkInput | undefined;
	/**
	 * How the networks are trained; of few samples they see each more often, for as many steps.
	 *
	 * @defaultValue `{}`
	 */
	student?: MlpNetworkInput | undefined;
	/** Shares of the training samples to learn from. A list of 1 or more, each a number more than 0 and at most 1. */
	shares: readonly number[];
	/**
	 * T of the soft targets. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `4`
	 */
	temperature?: number | undefined;
	/**
	 * Weight of the true labels beside them. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.1`
	 */
	hardWeight?: number | undefined;
}

/** The study shallow. */
export interface ShallowStudyRecipeInput {
	/** Which study it is. */
	name: "shallow";
	/**
	 * What the networks learn from: see `limbeck data list`.
	 *
	 * @defaultValue `{}`
	 */
	data?: DataInput | undefined;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed?: number | undefined;
	/**
	 * How many seeds, one run each; three at least tell a spread. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `3`
	 */
	seeds?: number | undefined;
	/**
	 * The deep teacher; a shallow one of as many parameters is trained like it.
	 *
	 * @defaultValue `{}`
	 */
	teacher?: MlpNetworkInput | undefined;
	/** Units of the shallow student's one hidden layer. A whole number at least 1 and at most 65536. */
	shallow: number;
	/** Hidden layers of the deep student, which has as many parameters. A whole number at least 2 and at most 16. */
	depth: number;
	/**
	 * How the students are trained; their layers are those above.
	 *
	 * @defaultValue `{}`
	 */
	student?: MlpNetworkInput | undefined;
	/** What the students' epochs are multiplied by. A list of 1 or more, each a number more than 0. */
	budgets: readonly number[];
	/**
	 * T of the soft targets. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `4`
	 */
	temperature?: number | undefined;
	/**
	 * Weight of the true labels beside them. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.1`
	 */
	hardWeight?: number | undefined;
}

/** The study boosting. */
export interface BoostingStudyRecipeInput {
	/** Which study it is. */
	name: "boosting";
	/**
	 * What the networks learn from: see `limbeck data list`.
	 *
	 * @defaultValue `{}`
	 */
	data?: DataInput | undefined;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed?: number | undefined;
	/**
	 * How many seeds, one run each; three at least tell a spread. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `3`
	 */
	seeds?: number | undefined;
	/**
	 * The network that knows all classes, and how it is trained.
	 *
	 * @defaultValue `{}`
	 */
	generalist?: NetworkInput | undefined;
	/** How the classes of each specialist are chosen by what the generalist confuses. */
	clustering: ClusteringInput;
	/**
	 * How each specialist, and each stage, is trained.
	 *
	 * @defaultValue `{}`
	 */
	specialist?: LearningInput | undefined;
	/**
	 * What stages are multiplied by before they are added. A list of 1 or more, each a number more than 0 and at
	 * most 1.
	 */
	shrinkages: readonly number[];
}

/** The study novelty. */
export interface NoveltyStudyRecipeInput {
	/** Which study it is. */
	name: "novelty";
	/**
	 * What the networks learn from: see `limbeck data list`.
	 *
	 * @defaultValue `{}`
	 */
	data?: DataInput | undefined;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed?: number | undefined;
	/**
	 * How many seeds, one run each; three at least tell a spread. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `3`
	 */
	seeds?: number | undefined;
	/**
	 * Classes, counted from 0, that no network and no choice ever sees. A list of 1 or more, each a whole number at
	 * least 0.
	 */
	withheld: readonly number[];
	/** Other data, of whose pictures a thirtieth as many are garbage here. */
	foreign?: DataInput | undefined;
	/**
	 * The network that knows the other classes, and how it is trained.
	 *
	 * @defaultValue `{}`
	 */
	generalist?: NetworkInput | undefined;
	/** How the classes of each specialist are chosen by what the generalist confuses. */
	clustering: ClusteringInput;
	/**
	 * How each specialist is trained.
	 *
	 * @defaultValue `{}`
	 */
	specialist?: LearningInput | undefined;
	/**
	 * The detector whose rejects are grouped.
	 *
	 * @defaultValue `"distance"`
	 */
	rejectBy?: "maximum" | "entropy" | "energy" | "distance" | "input" | "disagreement" | "dustbin" | "residual" | undefined;
	/**
	 * The most groups of what is rejected. A whole number at least 2 and at most 1000.
	 *
	 * @defaultValue `8`
	 */
	groups?: number | undefined;
	/**
	 * T of the soft targets that are grouped. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `4`
	 */
	temperature?: number | undefined;
}

/** The study pareto. */
export interface ParetoStudyRecipeInput {
	/** Which study it is. */
	name: "pareto";
	/**
	 * What the networks learn from: see `limbeck data list`.
	 *
	 * @defaultValue `{}`
	 */
	data?: DataInput | undefined;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed?: number | undefined;
	/**
	 * How many seeds, one run each; three at least tell a spread. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `3`
	 */
	seeds?: number | undefined;
	/**
	 * The network that teaches, and how it is trained.
	 *
	 * @defaultValue `{}`
	 */
	teacher?: NetworkInput | undefined;
	/**
	 * The students, and how each is trained, taught and alone. A list of 1 or more, each with a name and its
	 * options.
	 */
	students: readonly NetworkInput[];
	/**
	 * T of the soft targets. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `4`
	 */
	temperature?: number | undefined;
	/**
	 * Weight of the true labels beside them. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.1`
	 */
	hardWeight?: number | undefined;
}

/** A study. */
export type StudyRecipeInput =
	| MnistStudyRecipeInput
	| TemperatureStudyRecipeInput
	| OmittedClassStudyRecipeInput
	| RegularizerStudyRecipeInput
	| ShallowStudyRecipeInput
	| BoostingStudyRecipeInput
	| NoveltyStudyRecipeInput
	| ParetoStudyRecipeInput;

/** What networks learn from. */
export interface DigitsDataOptions {
	name: "digits";
	/** Validation samples, split off the training samples by class. A whole number at least 1. */
	validation?: number | undefined;
	/**
	 * Classes, counted from 0, of which only the test has samples. A list of 1 or more, each a whole number at least
	 * 0.
	 */
	withhold?: number[] | undefined;
}

/** What networks learn from. */
export interface MnistDataOptions {
	name: "mnist";
	/** Folder with the data set's files. */
	directory?: string | undefined;
	/** Validation samples, split off the training samples by class. A whole number at least 1. */
	validation?: number | undefined;
	/**
	 * Classes, counted from 0, of which only the test has samples. A list of 1 or more, each a whole number at least
	 * 0.
	 */
	withhold?: number[] | undefined;
}

/** What networks learn from. */
export interface FashionMnistDataOptions {
	name: "fashion-mnist";
	/** Folder with the data set's files. */
	directory?: string | undefined;
	/** Validation samples, split off the training samples by class. A whole number at least 1. */
	validation?: number | undefined;
	/**
	 * Classes, counted from 0, of which only the test has samples. A list of 1 or more, each a whole number at least
	 * 0.
	 */
	withhold?: number[] | undefined;
}

/** What networks learn from. */
export interface Cifar100DataOptions {
	name: "cifar-100";
	/** Folder with the data set's files. */
	directory?: string | undefined;
	/** Validation samples, split off the training samples by class. A whole number at least 1. */
	validation?: number | undefined;
	/**
	 * Classes, counted from 0, of which only the test has samples. A list of 1 or more, each a whole number at least
	 * 0.
	 */
	withhold?: number[] | undefined;
	/** Classification: the 100 fine classes; multi-label: these and the 20 coarse ones, two labels a sample. */
	task?: "classification" | "multi-label" | undefined;
}

/** What networks learn from. */
export interface FolderDataOptions {
	name: "folder";
	/**
	 * Folder with a folder of pictures for each class, or with train, validation and test above those; unlabelled:
	 * with pictures, in a folder test by class if at all.
	 */
	directory: string;
	/** Links to files and folders that are followed; where left out those that lead into the same folder. */
	links?: "inside" | "all" | "none" | undefined;
	/** Files and folders that are passed over, by their paths in the folder. A list of 0 or more, each a text. */
	ignore?: string[] | undefined;
	/**
	 * Whether samples have no labels, for a given teacher to tell; a test set that is apart keeps its own.
	 *
	 * @defaultValue `false`
	 */
	unlabelled: boolean;
	/**
	 * Height and width that pictures are scaled and cut to. A whole number at least 1 and at most 4096.
	 *
	 * @defaultValue `32`
	 */
	size: number;
	/**
	 * 3 for colours, 1 for grey.
	 *
	 * @defaultValue `3`
	 */
	channels: 1 | 3;
	/**
	 * What is not split between parts: pictures in the same folder of that level below the class (1, 2 …), or for
	 * which a regular expression finds the same in the path below the class (its first parentheses, or all). A whole
	 * number at least 1, or a text.
	 */
	group?: number | string | undefined;
	/**
	 * Values that are black and white where pixels are not bytes; where left out as training pictures show. A list
	 * of a number; a number.
	 */
	range?: [number, number] | undefined;
	/** Whose way to read, scale and cut pictures; transformers.js: as that library does in Node. */
	decode?: "limbeck" | "transformers.js" | undefined;
	/**
	 * Leave out pictures that cannot be read, and count them.
	 *
	 * @defaultValue `false`
	 */
	skipBroken: boolean;
	/**
	 * Share of the samples for the test, where they are not set apart. A number more than 0 and less than 0.5.
	 *
	 * @defaultValue `0.2`
	 */
	testFraction: number;
	/**
	 * Share of the samples for validation, where they are not set apart. A number more than 0 and less than 0.5.
	 *
	 * @defaultValue `0.1`
	 */
	validationFraction: number;
	/**
	 * Names of the classes in their order; by default those of the labels, or of the teacher where there are no
	 * labels. A list of 2 or more, each a text.
	 */
	classes?: string[] | undefined;
	/**
	 * Exact copies of samples: together in one part; random as if they differed; auto: together, but for copies with
	 * other labels.
	 *
	 * @defaultValue `"auto"`
	 */
	duplicates: "auto" | "together" | "random";
	/**
	 * MiB of samples kept in memory; a larger data set is read from disk. A whole number at least 0.
	 *
	 * @defaultValue `1024`
	 */
	memory: number;
}

/** What networks learn from. */
export interface NpzDataOptions {
	name: "npz";
	/** Archive of arrays, as numpy.savez writes it. */
	file: string;
	/**
	 * Array with the samples along its first dimension.
	 *
	 * @defaultValue `"x"`
	 */
	features: string;
	/**
	 * What is learned from the labels: classification, one of several classes, where left out; multi-label, any
	 * number of labels; regression, numbers.
	 */
	task?: "classification" | "multi-label" | "regression" | undefined;
	/**
	 * Array with the classes; multi-label: with a row of 0 and 1 for each sample; regression: with numbers.
	 *
	 * @defaultValue `"y"`
	 */
	label: string;
	/** Array with each sample's group, which is not split between parts. */
	group?: string | undefined;
	/**
	 * Whether samples have no labels, for a given teacher to tell; a test set that is apart keeps its own.
	 *
	 * @defaultValue `false`
	 */
	unlabelled: boolean;
	/** Archive with the test samples; the same one where only testFeatures is given. */
	test?: string | undefined;
	/** Array with the test samples; named like features if left out. */
	testFeatures?: string | undefined;
	/** Array with their classes; named like label if left out. */
	testLabel?: string | undefined;
	/** Where a sample of the array has its channels; by default guessed from its shape, first where unclear. */
	layout?: "channels-first" | "channels-last" | undefined;
	/**
	 * Shape of a sample, such as [1,28,28]; normalised for each entry of its first dimension. A list of 1 to 8, each
	 * a whole number at least 1.
	 */
	shape?: number[] | undefined;
	/**
	 * Share of the samples for the test, where they are not set apart. A number more than 0 and less than 0.5.
	 *
	 * @defaultValue `0.2`
	 */
	testFraction: number;
	/**
	 * Share of the samples for validation, where they are not set apart. A number more than 0 and less than 0.5.
	 *
	 * @defaultValue `0.1`
	 */
	validationFraction: number;
	/**
	 * Names of the classes in their order; by default those of the labels, or of the teacher where there are no
	 * labels. A list of 2 or more, each a text.
	 */
	classes?: string[] | undefined;
	/**
	 * Exact copies of samples: together in one part; random as if they differed; auto: together, but for copies with
	 * other labels.
	 *
	 * @defaultValue `"auto"`
	 */
	duplicates: "auto" | "together" | "random";
	/**
	 * MiB of samples kept in memory; a larger data set is read from disk. A whole number at least 0.
	 *
	 * @defaultValue `1024`
	 */
	memory: number;
}

/** What networks learn from. */
export interface NpyDataOptions {
	name: "npy";
	/** Array with the samples along its first dimension, as numpy.save writes it. */
	file: string;
	/**
	 * What is learned from the labels: classification, one of several classes, where left out; multi-label, any
	 * number of labels; regression, numbers.
	 */
	task?: "classification" | "multi-label" | "regression" | undefined;
	/** Array with the classes, multi-label rows of 0 and 1, regression numbers; none where unlabelled. */
	labels?: string | undefined;
	/** File with an array with each sample's group, which is not split between parts. */
	group?: string | undefined;
	/**
	 * Whether samples have no labels, for a given teacher to tell; a test set that is apart keeps its own.
	 *
	 * @defaultValue `false`
	 */
	unlabelled: boolean;
	/** Array with the test samples; split off where left out. */
	test?: string | undefined;
	/** Array with their classes. */
	testLabels?: string | undefined;
	/** Array with the validation samples; split off where left out. */
	validation?: string | undefined;
	/** Array with their classes; none where unlabelled. */
	validationLabels?: string | undefined;
	/** Where a sample of the array has its channels; by default guessed from its shape, first where unclear. */
	layout?: "channels-first" | "channels-last" | undefined;
	/**
	 * Shape of a sample, such as [1,28,28]; normalised for each entry of its first dimension. A list of 1 to 8, each
	 * a whole number at least 1.
	 */
	shape?: number[] | undefined;
	/**
	 * Share of the samples for the test, where they are not set apart. A number more than 0 and less than 0.5.
	 *
	 * @defaultValue `0.2`
	 */
	testFraction: number;
	/**
	 * Share of the samples for validation, where they are not set apart. A number more than 0 and less than 0.5.
	 *
	 * @defaultValue `0.1`
	 */
	validationFraction: number;
	/**
	 * Names of the classes in their order; by default those of the labels, or of the teacher where there are no
	 * labels. A list of 2 or more, each a text.
	 */
	classes?: string[] | undefined;
	/**
	 * Exact copies of samples: together in one part; random as if they differed; auto: together, but for copies with
	 * other labels.
	 *
	 * @defaultValue `"auto"`
	 */
	duplicates: "auto" | "together" | "random";
	/**
	 * MiB of samples kept in memory; a larger data set is read from disk. A whole number at least 0.
	 *
	 * @defaultValue `1024`
	 */
	memory: number;
}

/** What networks learn from. */
export interface CsvDataOptions {
	name: "csv";
	/** Table of text in UTF-8 (or UTF-16 with a byte order mark), numbers in all columns but the label. */
	file: string;
	/** What separates cells; found from the first lines by default. */
	delimiter?: string | undefined;
	/** Decimal mark of numbers; found from the cells by default. */
	decimal?: "." | "," | undefined;
	/**
	 * Whether the first line names the columns, which are else 1, 2, 3, ….
	 *
	 * @defaultValue `true`
	 */
	header: boolean;
	/**
	 * What is learned from the labels: classification, one of several classes, where left out; multi-label, any
	 * number of labels; regression, numbers.
	 */
	task?: "classification" | "multi-label" | "regression" | undefined;
	/**
	 * Column with the class; multi-label: with the names of the labels, or a list of columns of 0 and 1, one for
	 * each label; regression: with the number, or a list of columns. A text, or a list of 1 or more, each a text.
	 *
	 * @defaultValue `"label"`
	 */
	label: string | string[];
	/** Multi-label: what separates the names of labels in a cell; found where left out. */
	separator?: string | undefined;
	/**
	 * Whether samples have no labels, for a given teacher to tell; a test set that is apart keeps its own.
	 *
	 * @defaultValue `false`
	 */
	unlabelled: boolean;
	/** Column with each sample's group, which is not split between parts. */
	group?: string | undefined;
	/**
	 * Columns that are neither features nor label. A list of 0 or more, each a text.
	 *
	 * @defaultValue `[]`
	 */
	ignore: string[];
	/**
	 * Columns that are features although they seem to name rows: unnamed ones, and an id that never recurs. A list
	 * of 0 or more, each a text.
	 */
	keep?: string[] | undefined;
	/** File with the test samples; split off where left out. */
	test?: string | undefined;
	/**
	 * Shape of a sample, such as [1,28,28]; normalised for each entry of its first dimension. A list of 1 to 8, each
	 * a whole number at least 1.
	 */
	shape?: number[] | undefined;
	/**
	 * Share of the samples for the test, where they are not set apart. A number more than 0 and less than 0.5.
	 *
	 * @defaultValue `0.2`
	 */
	testFraction: number;
	/**
	 * Share of the samples for validation, where they are not set apart. A number more than 0 and less than 0.5.
	 *
	 * @defaultValue `0.1`
	 */
	validationFraction: number;
	/**
	 * Names of the classes in their order; by default those of the labels, or of the teacher where there are no
	 * labels. A list of 2 or more, each a text.
	 */
	classes?: string[] | undefined;
	/**
	 * Exact copies of samples: together in one part; random as if they differed; auto: together, but for copies with
	 * other labels.
	 *
	 * @defaultValue `"auto"`
	 */
	duplicates: "auto" | "together" | "random";
	/**
	 * MiB of samples kept in memory; a larger data set is read from disk. A whole number at least 0.
	 *
	 * @defaultValue `1024`
	 */
	memory: number;
}

/** What networks learn from. */
export interface ParquetDataOptions {
	name: "parquet";
	/** Parquet file, numbers in all columns but the label. */
	file: string;
	/**
	 * What is learned from the labels: classification, one of several classes, where left out; multi-label, any
	 * number of labels; regression, numbers.
	 */
	task?: "classification" | "multi-label" | "regression" | undefined;
	/**
	 * Column with the class; multi-label: with the names of the labels, or a list of columns of 0 and 1, one for
	 * each label; regression: with the number, or a list of columns. A text, or a list of 1 or more, each a text.
	 *
	 * @defaultValue `"label"`
	 */
	label: string | string[];
	/** Multi-label: what separates the names of labels in a cell; found where left out. */
	separator?: string | undefined;
	/**
	 * Whether samples have no labels, for a given teacher to tell; a test set that is apart keeps its own.
	 *
	 * @defaultValue `false`
	 */
	unlabelled: boolean;
	/** Column with each sample's group, which is not split between parts. */
	group?: string | undefined;
	/**
	 * Columns that are neither features nor label. A list of 0 or more, each a text.
	 *
	 * @defaultValue `[]`
	 */
	ignore: string[];
	/**
	 * Columns that are features although they seem to name rows: unnamed ones, and an id that never recurs. A list
	 * of 0 or more, each a text.
	 */
	keep?: string[] | undefined;
	/** File with the test samples; split off where left out. */
	test?: string | undefined;
	/**
	 * Shape of a sample, such as [1,28,28]; normalised for each entry of its first dimension. A list of 1 to 8, each
	 * a whole number at least 1.
	 */
	shape?: number[] | undefined;
	/**
	 * Share of the samples for the test, where they are not set apart. A number more than 0 and less than 0.5.
	 *
	 * @defaultValue `0.2`
	 */
	testFraction: number;
	/**
	 * Share of the samples for validation, where they are not set apart. A number more than 0 and less than 0.5.
	 *
	 * @defaultValue `0.1`
	 */
	validationFraction: number;
	/**
	 * Names of the classes in their order; by default those of the labels, or of the teacher where there are no
	 * labels. A list of 2 or more, each a text.
	 */
	classes?: string[] | undefined;
	/**
	 * Exact copies of samples: together in one part; random as if they differed; auto: together, but for copies with
	 * other labels.
	 *
	 * @defaultValue `"auto"`
	 */
	duplicates: "auto" | "together" | "random";
	/**
	 * MiB of samples kept in memory; a larger data set is read from disk. A whole number at least 0.
	 *
	 * @defaultValue `1024`
	 */
	memory: number;
}

/** What networks learn from. */
export type DataChoice =
	| DigitsDataOptions
	| MnistDataOptions
	| FashionMnistDataOptions
	| Cifar100DataOptions
	| FolderDataOptions
	| NpzDataOptions
	| NpyDataOptions
	| CsvDataOptions
	| ParquetDataOptions;

/** Speech that networks learn from. */
export interface FsddCorpusOptions {
	name: "fsdd";
	/** Folder with free-spoken-digit-dataset.tar.gz. */
	directory?: string | undefined;
	/** Speaker who is the test; where left out, recordings 0 to 4 of every speaker and digit are. */
	heldOut?: "george" | "jackson" | "lucas" | "nicolas" | "theo" | "yweweler" | undefined;
}

/** Speech that networks learn from. */
export interface RecordingsCorpusOptions {
	name: "recordings";
	/** Folder with the wav files. */
	directory: string;
	/**
	 * Table in it: columns file and transcript, words apart by spaces; may have speaker and split.
	 *
	 * @defaultValue `"transcripts.csv"`
	 */
	transcripts: string;
	/**
	 * Share of the recordings for the test, where the table has no split. A number at least 0 and less than 0.5.
	 *
	 * @defaultValue `0.2`
	 */
	testFraction: number;
	/**
	 * Share of the recordings for validation, likewise. A number at least 0 and less than 0.5.
	 *
	 * @defaultValue `0.1`
	 */
	validationFraction: number;
	/** Whether words that differ in case or punctuation alone are one; they are where left out. */
	spelling?: "merged" | "exact" | undefined;
	/** Words without recordings for training: refused where left out, or kept, each an error. */
	unknownWords?: "refuse" | "keep" | undefined;
}

/** Speech that networks learn from. */
export type CorpusChoice =
	| FsddCorpusOptions
	| RecordingsCorpusOptions;

/** An update rule and its options. */
export interface SgdOptimizerOptions {
	name: "sgd";
	/**
	 * Base learning rate. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `0.1`
	 */
	learningRate: number;
	/**
	 * Share of the last update that is kept. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0.9`
	 */
	momentum: number;
	/**
	 * Look ahead along the momentum (Nesterov).
	 *
	 * @defaultValue `false`
	 */
	nesterov: boolean;
	/**
	 * L2 penalty, added to the gradient. A number at least 0.
	 *
	 * @defaultValue `0`
	 */
	weightDecay: number;
}

/** An update rule and its options. */
export interface AdamOptimizerOptions {
	name: "adam";
	/**
	 * Base learning rate. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `0.001`
	 */
	learningRate: number;
	/**
	 * Β₁: share of the gradient's running mean that is kept. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0.9`
	 */
	momentum: number;
	/**
	 * Β₂: share of the squared gradient's running mean that is kept. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0.999`
	 */
	beta2: number;
	/**
	 * Keeps the division finite. A number more than 0.
	 *
	 * @defaultValue `1e-8`
	 */
	epsilon: number;
	/**
	 * L2 penalty, added to the gradient. A number at least 0.
	 *
	 * @defaultValue `0`
	 */
	weightDecay: number;
}

/** An update rule and its options. */
export interface AdamwOptimizerOptions {
	name: "adamw";
	/**
	 * Base learning rate. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `0.001`
	 */
	learningRate: number;
	/**
	 * Β₁: share of the gradient's running mean that is kept. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0.9`
	 */
	momentum: number;
	/**
	 * Β₂: share of the squared gradient's running mean that is kept. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0.999`
	 */
	beta2: number;
	/**
	 * Keeps the division finite. A number more than 0.
	 *
	 * @defaultValue `1e-8`
	 */
	epsilon: number;
	/**
	 * Share of each weight removed per step, times the rate. A number at least 0.
	 *
	 * @defaultValue `0.01`
	 */
	weightDecay: number;
}

/** An update rule and its options. */
export type OptimizerChoice =
	| SgdOptimizerOptions
	| AdamOptimizerOptions
	| AdamwOptimizerOptions;

/** A rate over the run. */
export interface ConstantScheduleOptions {
	name: "constant";
}

/** A rate over the run. */
export interface CosineScheduleOptions {
	name: "cosine";
	/**
	 * Factor at the end. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0`
	 */
	final: number;
}

/** A rate over the run. */
export interface LinearScheduleOptions {
	name: "linear";
	/**
	 * Factor at the end; above 1 the rate grows. A number at least 0.
	 *
	 * @defaultValue `0`
	 */
	final: number;
}

/** A rate over the run. */
export interface StepScheduleOptions {
	name: "step";
	/**
	 * Progress at which the rate drops, for example [0.5, 0.75]. A list of 1 or more, each a number more than 0 and
	 * less than 1.
	 */
	at: number[];
	/**
	 * What the rate is multiplied by at each drop. A number more than 0.
	 *
	 * @defaultValue `0.1`
	 */
	factor: number;
}

/** A rate over the run. */
export interface ExponentialScheduleOptions {
	name: "exponential";
	/**
	 * Factor at the end. A number more than 0.
	 *
	 * @defaultValue `0.01`
	 */
	final: number;
}

/** A rate over the run. */
export type ScheduleChoice =
	| ConstantScheduleOptions
	| CosineScheduleOptions
	| LinearScheduleOptions
	| StepScheduleOptions
	| ExponentialScheduleOptions;

/** A change of the training samples. */
export interface JitterAugmentationOptions {
	name: "jitter";
	/** Largest shift each way. A whole number at least 1 and at most 127. */
	pixels: number;
}

/** A change of the training samples. */
export interface CropAugmentationOptions {
	name: "crop";
	/**
	 * Pixels added on every side before cropping. A whole number at least 1 and at most 127.
	 *
	 * @defaultValue `4`
	 */
	padding: number;
	/**
	 * What they are: the image mirrored, or zero.
	 *
	 * @defaultValue `"reflect"`
	 */
	mode: "reflect" | "zero";
}

/** A change of the training samples. */
export interface FlipAugmentationOptions {
	name: "flip";
	/**
	 * Share of images that are mirrored. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.5`
	 */
	probability: number;
}

/** A change of the training samples. */
export interface CutoutAugmentationOptions {
	name: "cutout";
	/**
	 * Side of the square in pixels. A whole number at least 1 and at most 4096.
	 *
	 * @defaultValue `8`
	 */
	size: number;
	/**
	 * Share of images that lose a square. A number at least 0 and at most 1.
	 *
	 * @defaultValue `1`
	 */
	probability: number;
}

/** A change of the training samples. */
export interface MixupAugmentationOptions {
	name: "mixup";
	/**
	 * Shares are drawn from Beta(α, α). A number more than 0 and at most 100.
	 *
	 * @defaultValue `0.2`
	 */
	alpha: number;
}

/** A change of the training samples. */
export type AugmentationChoice =
	| JitterAugmentationOptions
	| CropAugmentationOptions
	| FlipAugmentationOptions
	| CutoutAugmentationOptions
	| MixupAugmentationOptions;

/** What is done when the loss is not finite or explodes. */
export interface LearningDivergenceOptions {
	/**
	 * Stop, or go back to the last look at validation and on from there with a smaller learning rate.
	 *
	 * @defaultValue `"stop"`
	 */
	action: "stop" | "rollback";
	/**
	 * Rollbacks in a run before it stops after all. A whole number at least 1 and at most 20.
	 *
	 * @defaultValue `3`
	 */
	tries: number;
	/**
	 * What the learning rate is multiplied by at each rollback. A number more than 0 and less than 1.
	 *
	 * @defaultValue `0.5`
	 */
	factor: number;
	/**
	 * A loss above so many times the median of the 32 before it, and above the first, is divergence too; only
	 * numbers that are not finite where absent. A number at least 2.
	 */
	spike?: number | undefined;
}

/** How a network is trained, and on which samples. */
export interface LearningOptions {
	/**
	 * Passes over the training samples; {least, steps}: as many as take so many steps, and no fewer than the least.
	 * A number more than 0 and at most 100000, or an object of least, steps.
	 *
	 * @defaultValue `{"least":20,"steps":500}`
	 */
	epochs: number | { least: number; steps: number; };
	/**
	 * Samples per step. A whole number at least 1 and at most 16384.
	 *
	 * @defaultValue `128`
	 */
	batch: number;
	/** Update rule: sgd, adam or adamw, with its options. */
	optimizer: OptimizerChoice;
	/** Learning rate over the run. */
	schedule: ScheduleChoice;
	/** Momentum (β₁) over the run. */
	momentumSchedule: ScheduleChoice;
	/**
	 * Epochs in which the learning rate rises to its base. A number at least 0.
	 *
	 * @defaultValue `0.5`
	 */
	warmupEpochs: number;
	/** Limit of the gradients' joint L2 norm. A number more than 0. */
	clipNorm?: number | undefined;
	/** Limit of the L2 norm of each unit's incoming weights. A number more than 0. */
	maxNorm?: number | undefined;
	/**
	 * Names of the weights to train, with * and ?, such as ["head.*"]; the others are frozen; all where absent. A
	 * list of 1 or more, each a text.
	 */
	train?: string[] | undefined;
	/**
	 * Names of weights not to train, with * and ?, such as ["body.*"]; none where absent. A list of 1 or more, each
	 * a text.
	 */
	freeze?: string[] | undefined;
	/**
	 * Largest random shift of an image, in pixels, each way; {most}: so many, but at most a 14th of the shorter
	 * side, and none below 16 pixels or where samples are no images. A whole number at least 0 and at most 16, or an
	 * object of most.
	 *
	 * @defaultValue `0`
	 */
	jitter: number | { most: number; };
	/**
	 * Statistics of BatchNormalization while training: the batch's, or the running averages, frozen.
	 *
	 * @defaultValue `"batch"`
	 */
	batchNorm: "batch" | "running";
	/**
	 * Changes of the training samples, in turn: jitter, crop, flip, cutout, mixup, with their options. A list of 0
	 * or more, each with a name and its options.
	 *
	 * @defaultValue `[]`
	 */
	augment: AugmentationChoice[];
	/**
	 * Fixed augmented views of each sample, one an epoch in turn; a fresh one every epoch where absent. A whole
	 * number at least 1 and at most 65536.
	 */
	views?: number | undefined;
	/**
	 * Seed of the fixed views, the same in every run. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `0`
	 */
	viewSeed: number;
	/** What is done when the loss is not finite or explodes. */
	divergence: LearningDivergenceOptions;
	/** What computes its training; auto: the first device that works, or the processor; cpu where absent. */
	device?: "cpu" | "cuda" | "coreml" | "dml" | "webgpu" | "auto" | undefined;
	/**
	 * Weights to keep: the last, or the best by validation.
	 *
	 * @defaultValue `"last"`
	 */
	keep: "last" | "best";
	/**
	 * Share of the training samples that it learns from, the same of each class, or of the groups; all where absent.
	 * A number more than 0 and at most 1.
	 */
	fraction?: number | undefined;
	/**
	 * Seed of that choice, the same in every run. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `0`
	 */
	fractionSeed: number;
	/**
	 * Classes, counted from 0, whose training samples it learns from; all where absent. A list of 1 or more, each a
	 * whole number at least 0.
	 */
	classes?: number[] | undefined;
}

/** Fully connected layers. */
export interface MlpNetworkOptions extends LearningOptions {
	/**
	 * Fully connected layers.
	 *
	 * @defaultValue `"mlp"`
	 */
	family: "mlp";
	/**
	 * Units of each hidden layer, first to last; [] is a linear classifier. A list of 0 to 64, each a whole number
	 * at least 1 and at most 65536.
	 *
	 * @defaultValue `[800,800]`
	 */
	hidden: number[];
	/**
	 * Activation of the hidden layers.
	 *
	 * @defaultValue `"relu"`
	 */
	activation: "relu" | "leaky-relu" | "elu" | "gelu" | "softplus" | "tanh" | "sigmoid";
	/**
	 * How initial weights are drawn.
	 *
	 * @defaultValue `"he-normal"`
	 */
	initializer: "he-normal" | "he-uniform" | "glorot-normal" | "glorot-uniform" | "lecun-normal" | "he-normal-fan-out" | "truncated-normal" | "torch-default";
	/**
	 * Share of inputs dropped in training. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	inputDropout: number;
	/**
	 * Share of hidden units dropped in training. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	hiddenDropout: number;
}

/** Blocks of convolutions with pooling between them. */
export interface CnnNetworkOptions extends LearningOptions {
	/** Blocks of convolutions with pooling between them. */
	family: "cnn";
	/**
	 * Channels of each block, first to last; each block but the last halves the image. A list of 1 to 16, each a
	 * whole number at least 1 and at most 8192.
	 *
	 * @defaultValue `[32,64,128]`
	 */
	channels: number[];
	/**
	 * Convolutions of each block. A whole number at least 1 and at most 16.
	 *
	 * @defaultValue `2`
	 */
	convolutions: number;
	/**
	 * Side of a convolution's kernel, in pixels. A whole number at least 1 and at most 31.
	 *
	 * @defaultValue `3`
	 */
	kernel: number;
	/**
	 * Whether batch normalisation follows each convolution.
	 *
	 * @defaultValue `true`
	 */
	normalize: boolean;
	/**
	 * Share of features dropped before the head in training. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	dropout: number;
}

/** Residual network for small images. */
export interface ResnetNetworkOptions extends LearningOptions {
	/** Residual network for small images. */
	family: "resnet";
	/**
	 * Layers with weights, 6n + 2: three stages of n blocks of two convolutions. A whole number at least 8 and at
	 * most 1202.
	 *
	 * @defaultValue `20`
	 */
	depth: number;
	/**
	 * Factor of the stages' 16, 32 and 64 channels. A number more than 0 and at most 64.
	 *
	 * @defaultValue `1`
	 */
	width: number;
	/**
	 * Channels of the first convolution; 16, or half of the first stage's where those are more than 32. A whole
	 * number at least 1 and at most 8192.
	 */
	stem?: number | undefined;
	/**
	 * Whether each block starts as the identity: γ = 0 in its last normalisation.
	 *
	 * @defaultValue `false`
	 */
	zeroInit: boolean;
	/**
	 * Share of features dropped before the head in training. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	dropout: number;
}

/** Inverted residual blocks with depthwise convolutions. */
export interface MobilenetNetworkOptions extends LearningOptions {
	/** Inverted residual blocks with depthwise convolutions. */
	family: "mobilenet";
	/**
	 * Factor of all channels, rounded to a multiple of 8. A number more than 0 and at most 16.
	 *
	 * @defaultValue `1`
	 */
	width: number;
	/**
	 * Factor of the channels inside a block; 1 in the first stage. A number at least 1 and at most 16.
	 *
	 * @defaultValue `6`
	 */
	expansion: number;
	/**
	 * Stages of blocks: channels, number of blocks, stride of the first. A list of 1 to 32, each a list of a whole
	 * number at least 1 and at most 8192; a whole number at least 1 and at most 64; a whole number at least 1 and at
	 * most 4.
	 *
	 * @defaultValue `[[16,1,1],[24,2,1],[32,3,2],[64,4,2],[96,3,1],[160,3,2],[320,1,1]]`
	 */
	stages: [number, number, number][];
	/**
	 * Channels of the first convolution, before the factor. A whole number at least 1 and at most 8192.
	 *
	 * @defaultValue `32`
	 */
	stem: number;
	/**
	 * Features before the head; more where width is more than 1. A whole number at least 1 and at most 65536.
	 *
	 * @defaultValue `1280`
	 */
	last: number;
	/**
	 * Share of features dropped before the head in training. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	dropout: number;
}

/** Vision transformer. */
export interface VitNetworkOptions extends LearningOptions {
	/** Vision transformer. */
	family: "vit";
	/**
	 * Side of a patch, in pixels. A whole number at least 1 and at most 1024.
	 *
	 * @defaultValue `4`
	 */
	patch: number;
	/**
	 * Numbers that stand for a patch. A whole number at least 1 and at most 8192.
	 *
	 * @defaultValue `192`
	 */
	dim: number;
	/**
	 * Blocks of attention and perceptron. A whole number at least 1 and at most 128.
	 *
	 * @defaultValue `6`
	 */
	depth: number;
	/**
	 * Heads of each attention; a divisor of dim. A whole number at least 1 and at most 256.
	 *
	 * @defaultValue `3`
	 */
	heads: number;
	/**
	 * Hidden units of the perceptron over dim. A number more than 0 and at most 64.
	 *
	 * @defaultValue `4`
	 */
	mlpRatio: number;
	/**
	 * What the head sees: a class token, or the mean of all.
	 *
	 * @defaultValue `"class"`
	 */
	pool: "class" | "mean";
	/**
	 * Share dropped after the embedding, attention and perceptron in training. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	dropout: number;
}

/** Acoustic model: stacked frames through ReLU layers of equal size (Hinton et al. 2015, §4). */
export interface AcousticNetworkOptions extends LearningOptions {
	/** Acoustic model: stacked frames through ReLU layers of equal size (Hinton et al. 2015, §4). */
	family: "acoustic";
	/**
	 * Hidden layers. A whole number at least 1 and at most 64.
	 *
	 * @defaultValue `4`
	 */
	layers: number;
	/**
	 * Units of each hidden layer. A whole number at least 1 and at most 65536.
	 *
	 * @defaultValue `512`
	 */
	units: number;
	/**
	 * How initial weights are drawn.
	 *
	 * @defaultValue `"he-normal"`
	 */
	initializer: "he-normal" | "he-uniform" | "glorot-normal" | "glorot-uniform" | "lecun-normal" | "he-normal-fan-out" | "truncated-normal" | "torch-default";
	/**
	 * Share of inputs dropped in training. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	inputDropout: number;
	/**
	 * Share of hidden units dropped in training. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	hiddenDropout: number;
}

/** A model from a file; may be left out beside `file`. */
export interface FileNetworkOptions extends LearningOptions {
	/** A model from a file; may be left out beside `file`. */
	family: "file";
	/** The model's ONNX file. */
	file: string;
	/** Name of the model's output that gives the classes; the only one that fits where left out. */
	output?: string | undefined;
	/**
	 * Whether the last linear layer gives way to a new one, for the data set's classes.
	 *
	 * @defaultValue `"keep"`
	 */
	head: "keep" | "replace";
}

/** A network and how it is trained. */
export type NetworkChoice =
	| MlpNetworkOptions
	| CnnNetworkOptions
	| ResnetNetworkOptions
	| MobilenetNetworkOptions
	| VitNetworkOptions
	| AcousticNetworkOptions
	| FileNetworkOptions;

/** How samples are given to a model. */
export interface PreprocessingOptions {
	/** Channels before or after height and width, or all in a row; as the model's input is declared. */
	layout?: "nchw" | "nhwc" | "flat" | undefined;
	/**
	 * Height and width that images are scaled to; as the data have them where left out. A list of a whole number at
	 * least 1 and at most 4096; a whole number at least 1 and at most 4096.
	 */
	size?: [number, number] | undefined;
	/** Mean of the scaled values, a number or one for each channel. A number, or a list of 1 to 65536, each a number. */
	mean?: number | number[] | undefined;
	/** Standard deviation, likewise. A number more than 0, or a list of 1 to 65536, each a number more than 0. */
	std?: number | number[] | undefined;
	/** Factor before mean and std; a byte is byte / 255, so 255 gives bytes. A number more than 0. */
	scale?: number | undefined;
	/** Order of the colours, or one grey channel. */
	channels?: "rgb" | "bgr" | "gray" | undefined;
}

/** Fully connected layers. */
export interface MlpTeacherOptions extends MlpNetworkOptions {
	/**
	 * How many such networks are trained, from different seeds, to teach together. A whole number at least 1 and at
	 * most 1000.
	 *
	 * @defaultValue `1`
	 */
	copies: number;
}

/** Blocks of convolutions with pooling between them. */
export interface CnnTeacherOptions extends CnnNetworkOptions {
	/**
	 * How many such networks are trained, from different seeds, to teach together. A whole number at least 1 and at
	 * most 1000.
	 *
	 * @defaultValue `1`
	 */
	copies: number;
}

/** Residual network for small images. */
export interface ResnetTeacherOptions extends ResnetNetworkOptions {
	/**
	 * How many such networks are trained, from different seeds, to teach together. A whole number at least 1 and at
	 * most 1000.
	 *
	 * @defaultValue `1`
	 */
	copies: number;
}

/** Inverted residual blocks with depthwise convolutions. */
export interface MobilenetTeacherOptions extends MobilenetNetworkOptions {
	/**
	 * How many such networks are trained, from different seeds, to teach together. A whole number at least 1 and at
	 * most 1000.
	 *
	 * @defaultValue `1`
	 */
	copies: number;
}

/** Vision transformer. */
export interface VitTeacherOptions extends VitNetworkOptions {
	/**
	 * How many such networks are trained, from different seeds, to teach together. A whole number at least 1 and at
	 * most 1000.
	 *
	 * @defaultValue `1`
	 */
	copies: number;
}

/** Acoustic model: stacked frames through ReLU layers of equal size (Hinton et al. 2015, §4). */
export interface AcousticTeacherOptions extends AcousticNetworkOptions {
	/**
	 * How many such networks are trained, from different seeds, to teach together. A whole number at least 1 and at
	 * most 1000.
	 *
	 * @defaultValue `1`
	 */
	copies: number;
}

/** A model from a file; may be left out beside `file`. */
export interface FileTeacherOptions {
	/** A model from a file; may be left out beside `file`. */
	family: "file";
	/** The model's ONNX file. */
	file: string;
	/**
	 * What the numbers are; auto: as the last operator or the values on some training samples say.
	 *
	 * @defaultValue `"auto"`
	 */
	outputs: "auto" | "logits" | "probabilities" | "percentages" | "log-probabilities" | "sigmoid";
	/** Name of the model's output that gives the classes; the only one that fits where left out. */
	output?: string | undefined;
	/** How samples are given to the model. */
	input: PreprocessingOptions;
	/**
	 * Names of the outputs in the teacher's order; as its file says (limbeck.classes) where left out. A list of 2 or
	 * more, each a text.
	 */
	classes?: string[] | undefined;
	/**
	 * Indices of the outputs that are the classes, in the data's order. A list of 2 or more, each a whole number at
	 * least 0.
	 */
	select?: number[] | undefined;
	/** Whether it teaches although the labels of training samples say that it knows nothing of them. */
	trust?: boolean | undefined;
}

/** A teacher that may be one of several. */
export type MemberChoice =
	| MlpTeacherOptions
	| CnnTeacherOptions
	| ResnetTeacherOptions
	| MobilenetTeacherOptions
	| VitTeacherOptions
	| AcousticTeacherOptions
	| FileTeacherOptions;

/** Several teachers that answer as one. */
export interface EnsembleTeacherOptions {
	/** Several teachers that answer as one. */
	family: "ensemble";
	/** Networks to train, or files. A list of 1 to 1000, each with a name and its options. */
	members: MemberChoice[];
	/**
	 * Mean of the members' probabilities, or of their logarithms: the latter is the mean of logits; or the sum of
	 * logits, each times its weight.
	 *
	 * @defaultValue `"arithmetic"`
	 */
	combine: "arithmetic" | "geometric" | "sum";
	/**
	 * A weight for each entry of members, which its copies share; equal for all teachers where left out. A list of 0
	 * or more, each a number more than 0.
	 */
	weights?: number[] | undefined;
	/** Whether it teaches although the labels of training samples say that it knows nothing of them. */
	trust?: boolean | undefined;
}

/** Soft targets in a file; may be left out beside a `file` of that kind. */
export interface TargetsTeacherOptions {
	/** Soft targets in a file; may be left out beside a `file` of that kind. */
	family: "targets";
	/** An .npz, .parquet or .jsonl file with a row for each training sample, in order or with ids. */
	file: string;
	/**
	 * What the numbers are; auto: as the last operator or the values on some training samples say.
	 *
	 * @defaultValue `"auto"`
	 */
	outputs: "auto" | "logits" | "probabilities" | "percentages" | "log-probabilities" | "sigmoid";
	/**
	 * Of top-k targets, the mass that they leave: spread over the other classes, or left out.
	 *
	 * @defaultValue `"spread"`
	 */
	remaining: "spread" | "drop";
	/**
	 * Names of the outputs in the teacher's order; as its file says (limbeck.classes) where left out. A list of 2 or
	 * more, each a text.
	 */
	classes?: string[] | undefined;
	/**
	 * Indices of the outputs that are the classes, in the data's order. A list of 2 or more, each a whole number at
	 * least 0.
	 */
	select?: number[] | undefined;
	/** Whether it teaches although the labels of training samples say that it knows nothing of them. */
	trust?: boolean | undefined;
}

/** What teaches. */
export type TeacherChoice =
	| MlpTeacherOptions
	| CnnTeacherOptions
	| ResnetTeacherOptions
	| MobilenetTeacherOptions
	| VitTeacherOptions
	| AcousticTeacherOptions
	| FileTeacherOptions
	| EnsembleTeacherOptions
	| TargetsTeacherOptions;

/** Evenly from one factor to another. */
export interface LinearWeightScheduleOptions {
	/** Evenly from one factor to another. */
	name: "linear";
	/**
	 * Factor of the weight before. A number at least 0.
	 *
	 * @defaultValue `0`
	 */
	from: number;
	/**
	 * Factor of the weight after. A number at least 0.
	 *
	 * @defaultValue `1`
	 */
	to: number;
	/**
	 * Share of training at which it begins to change. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	start: number;
	/**
	 * Share of training at which it has changed. A number more than 0 and at most 1.
	 *
	 * @defaultValue `1`
	 */
	end: number;
}

/** The same, slower at both ends. */
export interface CosineWeightScheduleOptions {
	/** The same, slower at both ends. */
	name: "cosine";
	/**
	 * Factor of the weight before. A number at least 0.
	 *
	 * @defaultValue `0`
	 */
	from: number;
	/**
	 * Factor of the weight after. A number at least 0.
	 *
	 * @defaultValue `1`
	 */
	to: number;
	/**
	 * Share of training at which it begins to change. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	start: number;
	/**
	 * Share of training at which it has changed. A number more than 0 and at most 1.
	 *
	 * @defaultValue `1`
	 */
	end: number;
}

/** By jumps. */
export interface StepsWeightScheduleOptions {
	/** By jumps. */
	name: "steps";
	/**
	 * Shares of training at which it jumps, rising: [0.5, 0.75]. A list of 1 or more, each a number more than 0 and
	 * less than 1.
	 */
	at: number[];
	/** Factor of the weight after each jump; before the first it is 1. A list of 1 or more, each a number at least 0. */
	factors: number[];
}

/** A weight over the run. */
export type WeightScheduleChoice =
	| LinearWeightScheduleOptions
	| CosineWeightScheduleOptions
	| StepsWeightScheduleOptions;

/** The teacher's softened probabilities. */
export interface SoftTargetsObjectiveOptions {
	/** The teacher's softened probabilities. */
	name: "soft-targets";
	/**
	 * T of both softmaxes; higher is softer. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `4`
	 */
	temperature: number;
	/**
	 * Weight of the true labels; the soft targets get the rest. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.1`
	 */
	hardWeight: number;
	/**
	 * Whether each sample's logits are made of mean 0 and deviation 1 first, the teacher's as well.
	 *
	 * @defaultValue `false`
	 */
	standardize: boolean;
	/**
	 * Classes, counted from 0, that the soft targets are over, without the others; all where absent. A list of 2 or
	 * more, each a whole number at least 0.
	 */
	classes?: number[] | undefined;
}

/** The teacher's logits. */
export interface LogitMatchingObjectiveOptions {
	/** The teacher's logits. */
	name: "logit-matching";
}

/** Soft targets, with the true class and the others weighted apart. */
export interface DkdObjectiveOptions {
	/** Soft targets, with the true class and the others weighted apart. */
	name: "dkd";
	/**
	 * Weight of the true class against all others. A number at least 0.
	 *
	 * @defaultValue `1`
	 */
	alpha: number;
	/**
	 * Weight of the other classes among themselves. A number at least 0.
	 *
	 * @defaultValue `8`
	 */
	beta: number;
	/**
	 * T of all softmaxes. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `4`
	 */
	temperature: number;
	/**
	 * Weight of the true labels, beside the rest. A number at least 0.
	 *
	 * @defaultValue `1`
	 */
	hardWeight: number;
	/**
	 * Share of the run in which what the teacher says grows from 0 to its weight (20 of 240 epochs). A number at
	 * least 0 and less than 1.
	 *
	 * @defaultValue `0.08`
	 */
	warmup: number;
}

/** Correlation with the teacher's probabilities, of samples and of classes. */
export interface DistObjectiveOptions {
	/** Correlation with the teacher's probabilities, of samples and of classes. */
	name: "dist";
	/**
	 * Weight of the correlation over the classes of each sample. A number at least 0.
	 *
	 * @defaultValue `1`
	 */
	beta: number;
	/**
	 * Weight of the correlation over the samples of each class. A number at least 0.
	 *
	 * @defaultValue `1`
	 */
	gamma: number;
	/**
	 * T of both softmaxes; 1 suits many classes. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `4`
	 */
	temperature: number;
	/**
	 * Weight of the true labels, beside the rest. A number at least 0.
	 *
	 * @defaultValue `1`
	 */
	hardWeight: number;
}

/** The teacher's softened probability of each label. */
export interface SoftLabelsObjectiveOptions {
	/** The teacher's softened probability of each label. */
	name: "soft-labels";
	/**
	 * T of both sigmoids; higher is softer. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `2`
	 */
	temperature: number;
	/**
	 * Weight of the true labels; the teacher's probabilities get the rest. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.5`
	 */
	hardWeight: number;
}

/** The teacher's numbers. */
export interface TeacherValuesObjectiveOptions {
	/** The teacher's numbers. */
	name: "teacher-values";
	/**
	 * Weight of the true numbers; the teacher's get the rest. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.5`
	 */
	hardWeight: number;
	/**
	 * Whether the true numbers count only where the student is further from them than the teacher.
	 *
	 * @defaultValue `false`
	 */
	bounded: boolean;
	/**
	 * Whether answers count less where the teacher is unsure, as an ensemble is where its members differ.
	 *
	 * @defaultValue `true`
	 */
	certainty: boolean;
}

/** The true labels. */
export interface CrossEntropyObjectivePartOptions {
	/** The true labels. */
	name: "cross-entropy";
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight: number;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleChoice | undefined;
}

/** The true labels, less certain. */
export interface LabelSmoothingObjectivePartOptions {
	/** The true labels, less certain. */
	name: "label-smoothing";
	/**
	 * Ε, the share of a target that is spread over all classes. A number more than 0 and less than 1.
	 *
	 * @defaultValue `0.1`
	 */
	smoothing: number;
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight: number;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleChoice | undefined;
}

/** The teacher's softened probabilities. */
export interface SoftTargetsObjectivePartOptions extends SoftTargetsObjectiveOptions {
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight: number;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleChoice | undefined;
}

/** The teacher's logits. */
export interface LogitMatchingObjectivePartOptions extends LogitMatchingObjectiveOptions {
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight: number;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleChoice | undefined;
}

/** Soft targets, with the true class and the others weighted apart. */
export interface DkdObjectivePartOptions extends DkdObjectiveOptions {
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight: number;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleChoice | undefined;
}

/** Correlation with the teacher's probabilities, of samples and of classes. */
export interface DistObjectivePartOptions extends DistObjectiveOptions {
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight: number;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleChoice | undefined;
}

/** Names of values inside the two models that are compared: {student: layer2.0, teacher: layer2.0}. */
export interface HintsObjectivePartPairsOptions {
	/** A value inside the student. */
	student: string;
	/** The value inside the teacher that it should be like. */
	teacher: string;
}

/** Values inside the teacher, to be told from those inside the student. */
export interface HintsObjectivePartOptions {
	/** Values inside the teacher, to be told from those inside the student. */
	name: "hints";
	/**
	 * Names of values inside the two models that are compared: {student: layer2.0, teacher: layer2.0}. A list of 1
	 * or more, each an object of student, teacher.
	 */
	pairs: HintsObjectivePartPairsOptions[];
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight: number;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleChoice | undefined;
}

/** Where in the image the teacher is active; a usual weight is 1000. */
export interface AttentionTransferObjectivePartOptions {
	/** Where in the image the teacher is active; a usual weight is 1000. */
	name: "attention-transfer";
	/**
	 * Names of values inside the two models that are compared: {student: layer2.0, teacher: layer2.0}. A list of 1
	 * or more, each an object of student, teacher.
	 */
	pairs: HintsObjectivePartPairsOptions[];
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight: number;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleChoice | undefined;
}

/** The true labels, each by itself. */
export interface BinaryCrossEntropyObjectivePartOptions {
	/** The true labels, each by itself. */
	name: "binary-cross-entropy";
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight: number;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleChoice | undefined;
}

/** The teacher's softened probability of each label. */
export interface SoftLabelsObjectivePartOptions extends SoftLabelsObjectiveOptions {
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight: number;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleChoice | undefined;
}

/** The true numbers. */
export interface SquaredErrorObjectivePartOptions {
	/** The true numbers. */
	name: "squared-error";
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight: number;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleChoice | undefined;
}

/** The teacher's numbers. */
export interface TeacherValuesObjectivePartOptions extends TeacherValuesObjectiveOptions {
	/**
	 * Factor of this objective in the sum. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	weight: number;
	/** How the weight changes over training; not at all where absent. */
	schedule?: WeightScheduleChoice | undefined;
}

/** An objective of a mixture. */
export type ObjectivePartChoice =
	| CrossEntropyObjectivePartOptions
	| LabelSmoothingObjectivePartOptions
	| SoftTargetsObjectivePartOptions
	| LogitMatchingObjectivePartOptions
	| DkdObjectivePartOptions
	| DistObjectivePartOptions
	| HintsObjectivePartOptions
	| AttentionTransferObjectivePartOptions
	| BinaryCrossEntropyObjectivePartOptions
	| SoftLabelsObjectivePartOptions
	| SquaredErrorObjectivePartOptions
	| TeacherValuesObjectivePartOptions;

/** A weighted sum of objectives. */
export interface MixtureObjectiveOptions {
	/** A weighted sum of objectives. */
	name: "mixture";
	/** The objectives, each with its weight. A list of 1 or more, each with a name and its options. */
	of: ObjectivePartChoice[];
}

/** What a student learns from its teacher. */
export type ObjectiveChoice =
	| SoftTargetsObjectiveOptions
	| LogitMatchingObjectiveOptions
	| DkdObjectiveOptions
	| DistObjectiveOptions
	| SoftLabelsObjectiveOptions
	| TeacherValuesObjectiveOptions
	| MixtureObjectiveOptions;

/** The true labels. */
export interface CrossEntropyObjectiveOptions {
	/** The true labels. */
	name: "cross-entropy";
}

/** The true labels, less certain. */
export interface LabelSmoothingObjectiveOptions {
	/** The true labels, less certain. */
	name: "label-smoothing";
	/**
	 * Ε, the share of a target that is spread over all classes. A number more than 0 and less than 1.
	 *
	 * @defaultValue `0.1`
	 */
	smoothing: number;
}

/** The true labels, each by itself. */
export interface BinaryCrossEntropyObjectiveOptions {
	/** The true labels, each by itself. */
	name: "binary-cross-entropy";
}

/** The true numbers. */
export interface SquaredErrorObjectiveOptions {
	/** The true numbers. */
	name: "squared-error";
}

/** What a network learns alone. */
export type LabelObjectiveChoice =
	| CrossEntropyObjectiveOptions
	| LabelSmoothingObjectiveOptions
	| BinaryCrossEntropyObjectiveOptions
	| SquaredErrorObjectiveOptions;

/** On-line K-means; the classes nearest to each centre, which may overlap. */
export interface NearestClusteringOptions {
	/** On-line K-means; the classes nearest to each centre, which may overlap. */
	name: "nearest";
	/** How many specialists. A whole number at least 1. */
	specialists: number;
	/**
	 * What K-means compares: columns without own variance and of length 1, or of the covariance or correlation.
	 *
	 * @defaultValue `"profile"`
	 */
	columns: "profile" | "covariance" | "correlation";
	/**
	 * Passes of K-means; 1 is the single-pass form. A whole number at least 1 and at most 10000.
	 *
	 * @defaultValue `20`
	 */
	epochs: number;
	/**
	 * Classes that K-means assigns at once. A whole number at least 1.
	 *
	 * @defaultValue `64`
	 */
	batch: number;
	/** Classes of each specialist. A whole number at least 2. */
	classesPerSpecialist: number;
}

/** On-line K-means; each class belongs to the centre nearest to it. */
export interface PartitionClusteringOptions {
	/** On-line K-means; each class belongs to the centre nearest to it. */
	name: "partition";
	/** How many specialists. A whole number at least 1. */
	specialists: number;
	/**
	 * What K-means compares: columns without own variance and of length 1, or of the covariance or correlation.
	 *
	 * @defaultValue `"profile"`
	 */
	columns: "profile" | "covariance" | "correlation";
	/**
	 * Passes of K-means; 1 is the single-pass form. A whole number at least 1 and at most 10000.
	 *
	 * @defaultValue `20`
	 */
	epochs: number;
	/**
	 * Classes that K-means assigns at once. A whole number at least 1.
	 *
	 * @defaultValue `64`
	 */
	batch: number;
}

/** Sets grown around the most confused pairs of classes. */
export interface ConfusablePairsClusteringOptions {
	/** Sets grown around the most confused pairs of classes. */
	name: "confusable-pairs";
	/** How many specialists. A whole number at least 1. */
	specialists: number;
	/**
	 * What says how much two classes are confused; by the correlation rare ones count as much as others.
	 *
	 * @defaultValue `"covariance"`
	 */
	columns: "covariance" | "correlation";
	/** Classes of each specialist. A whole number at least 2. */
	classesPerSpecialist: number;
}

/** How the classes of specialists are chosen. */
export type ClusteringChoice =
	| NearestClusteringOptions
	| PartitionClusteringOptions
	| ConfusablePairsClusteringOptions;

/** How the teacher's answers are kept in the store. */
export interface RecipeTargetsOptions {
	/** Whether answers are kept for later runs; where left out wherever they can be: see views. */
	keep?: boolean | undefined;
	/**
	 * Float16 takes half the room.
	 *
	 * @defaultValue `"float32"`
	 */
	precision: "float32" | "float16";
	/** Keeps so many most probable classes, and the mass of the others; all where absent. A whole number at least 1. */
	topK?: number | undefined;
}

/** A distillation. */
export interface Recipe {
	/**
	 * What the report calls this recipe.
	 *
	 * @defaultValue `"custom"`
	 */
	name: string;
	/** What the networks learn from: see `limbeck data list`. */
	data: DataChoice;
	/** What teaches: a network, a file, several, or soft targets. */
	teacher: TeacherChoice;
	/** The small network. */
	student: NetworkChoice;
	/** What the student learns from the teacher: an objective with its options, or a mixture of several. */
	distillation: ObjectiveChoice;
	/**
	 * Teacher assistants between teacher and student: each learns from the one before, the first from the teacher. A
	 * list of 0 to 100, each with a name and its options.
	 *
	 * @defaultValue `[]`
	 */
	chain: NetworkChoice[];
	/**
	 * How often the student is trained, from different seeds: each generation teaches the next. A whole number at
	 * least 1 and at most 100.
	 *
	 * @defaultValue `1`
	 */
	generations: number;
	/** How the same network is trained on hard labels alone; like the student where left out. */
	baseline: LearningOptions;
	/** How the teacher's answers are kept in the store. */
	targets: RecipeTargetsOptions;
	/**
	 * Whether the student alone is also trained with early stopping: its weights are the best by validation.
	 *
	 * @defaultValue `false`
	 */
	earlyStopped: boolean;
	/**
	 * Whether each network's accuracy on the samples that it learned from is reported.
	 *
	 * @defaultValue `false`
	 */
	trainAccuracy: boolean;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed: number;
	/**
	 * How many seeds, one run each. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `1`
	 */
	seeds: number;
}

/** The training of one network. */
export interface TrainRecipe {
	/**
	 * What the report calls this recipe.
	 *
	 * @defaultValue `"custom"`
	 */
	name: string;
	/** What the networks learn from: see `limbeck data list`. */
	data: DataChoice;
	/** The network, and how it is trained. */
	network: NetworkChoice;
	/** The objective: cross-entropy, label-smoothing, binary-cross-entropy or squared-error. */
	loss: LabelObjectiveChoice;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed: number;
	/**
	 * How many seeds, one run each. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `1`
	 */
	seeds: number;
}

/** The predictions that classes are chosen by; never those on the test set. */
export interface SpecializeRecipePredictionsOptions {
	/**
	 * Samples whose predictions say what is confused: training samples are many, and leave validation untouched;
	 * validation tells more of a generalist that has learned its training samples by heart.
	 *
	 * @defaultValue `"train"`
	 */
	split: "train" | "validation";
	/**
	 * Keeps so many most probable classes of each prediction, for thousands of classes; all where absent. A whole
	 * number at least 1.
	 */
	topK?: number | undefined;
}

/** What a specialist's softmax is over while it is trained. */
export interface SpecializeRecipeSoftmaxOptions {
	/**
	 * Its classes and one dustbin for all others; or all classes, those not its own kept by the generalist's soft
	 * targets.
	 *
	 * @defaultValue `"dustbin"`
	 */
	over: "dustbin" | "full";
	/**
	 * Of those soft targets; full alone has them. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `2`
	 */
	temperature: number;
	/**
	 * Weight of the true labels beside them; the soft targets get the rest. A number more than 0 and at most 1.
	 *
	 * @defaultValue `0.5`
	 */
	hardWeight: number;
}

/** How generalist and specialists answer as one. */
export interface SpecializeRecipeCombinationOptions {
	/**
	 * Kl: the least sum of KL divergences, as in the paper; or a mean, arithmetic or geometric.
	 *
	 * @defaultValue `"kl"`
	 */
	rule: "kl" | "arithmetic" | "geometric";
	/**
	 * A specialist is asked where it has one of so many most probable classes of the generalist. A whole number at
	 * least 1.
	 *
	 * @defaultValue `1`
	 */
	n: number;
}

/**
 * How a network of the generalist's kind learns from generalist and specialists together; like the generalist
 * where left out.
 */
export interface SpecializeRecipeStudentOptions extends LearningOptions {
	/**
	 * The weights that it starts from: fresh ones, or the generalist's.
	 *
	 * @defaultValue `"afresh"`
	 */
	start: "afresh" | "generalist";
}

/** What specialists are compared with, at the same cost of training. */
export interface SpecializeRecipeControlsOptions {
	/**
	 * The generalist, trained as much longer as all specialists take.
	 *
	 * @defaultValue `true`
	 */
	longer: boolean;
	/**
	 * The generalist and a second one, trained for as long as all specialists: their mean.
	 *
	 * @defaultValue `true`
	 */
	ensemble: boolean;
	/**
	 * As many specialists of as many classes, chosen at random.
	 *
	 * @defaultValue `true`
	 */
	random: boolean;
}

/** A generalist and its specialists. */
export interface SpecializeRecipe {
	/**
	 * What the report calls this recipe.
	 *
	 * @defaultValue `"custom"`
	 */
	name: string;
	/** What the networks learn from: see `limbeck data list`. */
	data: DataChoice;
	/** The network that knows all classes, and how it is trained. */
	generalist: NetworkChoice;
	/** How the classes of each specialist are chosen by what the generalist confuses. */
	clustering: ClusteringChoice;
	/** The predictions that classes are chosen by; never those on the test set. */
	predictions: SpecializeRecipePredictionsOptions;
	/**
	 * How each specialist is trained from the generalist's weights, all or those that train names; an epoch shows
	 * every sample of its classes once, and as many others; like the generalist where left out.
	 */
	specialist: LearningOptions;
	/** What a specialist's softmax is over while it is trained. */
	softmax: SpecializeRecipeSoftmaxOptions;
	/** How generalist and specialists answer as one. */
	combination: SpecializeRecipeCombinationOptions;
	/**
	 * How a network of the generalist's kind learns from generalist and specialists together; like the generalist
	 * where left out.
	 */
	student: SpecializeRecipeStudentOptions;
	/** What that network learns from them: an objective with its options, or a mixture of several. */
	distillation: ObjectiveChoice;
	/** What specialists are compared with, at the same cost of training. */
	controls: SpecializeRecipeControlsOptions;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed: number;
	/**
	 * How many seeds, one run each. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `1`
	 */
	seeds: number;
}

/** Features of sound. */
export interface SpeechRecipeFeaturesOptions {
	/**
	 * Samples a second; sound of another rate is resampled. A whole number at least 1000 and at most 192000.
	 *
	 * @defaultValue `8000`
	 */
	rate: number;
	/**
	 * Mel filters. A whole number at least 1 and at most 256.
	 *
	 * @defaultValue `40`
	 */
	coefficients: number;
	/**
	 * Length of a frame, ms. A number at least 1 and at most 1000.
	 *
	 * @defaultValue `25`
	 */
	windowMs: number;
	/**
	 * From one frame to the next, ms. A number at least 1 and at most 1000.
	 *
	 * @defaultValue `10`
	 */
	stepMs: number;
	/**
	 * Where the lowest filter begins, Hz. A number at least 0.
	 *
	 * @defaultValue `20`
	 */
	low: number;
	/** Where the highest filter ends, Hz; half the rate where left out. A number more than 0. */
	high?: number | undefined;
	/**
	 * Share of the sample before that is subtracted. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.97`
	 */
	preemphasis: number;
	/**
	 * Window; povey is hann to the power of 0.85.
	 *
	 * @defaultValue `"povey"`
	 */
	taper: "povey" | "hamming" | "hann";
	/**
	 * Least energy of a filter; samples count as 16-bit integers. A number more than 0.
	 *
	 * @defaultValue `1`
	 */
	floor: number;
	/**
	 * Moments that frames are normalised by: of the speaker's recordings of the same part, or of training.
	 *
	 * @defaultValue `"speaker"`
	 */
	normalization: "speaker" | "global";
}

/** Context of a frame. */
export interface SpeechRecipeContextOptions {
	/**
	 * Frames before the one that is predicted. A whole number at least 0 and at most 256.
	 *
	 * @defaultValue `20`
	 */
	left: number;
	/**
	 * Frames after it. A whole number at least 0 and at most 256.
	 *
	 * @defaultValue `5`
	 */
	right: number;
}

/** Hidden Markov models. */
export interface SpeechRecipeHmmOptions {
	/**
	 * States of each word, the fewest frames that it can last. A whole number at least 1 and at most 64.
	 *
	 * @defaultValue `6`
	 */
	wordStates: number;
	/**
	 * States of silence. A whole number at least 1 and at most 64.
	 *
	 * @defaultValue `3`
	 */
	silenceStates: number;
}

/** How recordings are joined, for training, validation and test. */
export interface SpeechRecipeStringsOptions {
	/**
	 * Fewest and most recordings that are joined to a string. A list of a whole number at least 1 and at most 10000;
	 * a whole number at least 1 and at most 10000.
	 *
	 * @defaultValue `[1,5]`
	 */
	lengths: [number, number];
	/**
	 * Shortest and longest gap before, between and behind them, ms. A list of a whole number at least 0 and at most
	 * 10000; a whole number at least 0 and at most 10000.
	 *
	 * @defaultValue `[0,300]`
	 */
	gapMs: [number, number];
	/**
	 * Seed of the strings, the same in every run. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `0`
	 */
	seed: number;
}

/** How frames get their states. */
export interface SpeechRecipeAlignmentOptions {
	/**
	 * Most rounds of Gaussians and Viterbi from a flat start. A whole number at least 1 and at most 200.
	 *
	 * @defaultValue `40`
	 */
	gaussianRounds: number;
	/**
	 * Most rounds in which a net learns the states and says them anew. A whole number at least 0 and at most 20.
	 *
	 * @defaultValue `10`
	 */
	netRounds: number;
	/**
	 * Share of the frames that may still change their state when the net's rounds end. A number at least 0 and at
	 * most 1.
	 *
	 * @defaultValue `0.01`
	 */
	tolerance: number;
	/**
	 * Seed of those nets, the same in every run. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `0`
	 */
	seed: number;
}

/** The net, and how it is trained. */
export interface SpeechRecipeNetworkOptions {
	/** Acoustic model: stacked frames through ReLU layers of equal size (Hinton et al. 2015, §4). */
	family: "acoustic";
	/**
	 * Hidden layers. A whole number at least 1 and at most 64.
	 *
	 * @defaultValue `4`
	 */
	layers: number;
	/**
	 * Units of each hidden layer. A whole number at least 1 and at most 65536.
	 *
	 * @defaultValue `512`
	 */
	units: number;
	/**
	 * How initial weights are drawn.
	 *
	 * @defaultValue `"he-normal"`
	 */
	initializer: "he-normal" | "he-uniform" | "glorot-normal" | "glorot-uniform" | "lecun-normal" | "he-normal-fan-out" | "truncated-normal" | "torch-default";
	/**
	 * Share of inputs dropped in training. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	inputDropout: number;
	/**
	 * Share of hidden units dropped in training. A number at least 0 and less than 1.
	 *
	 * @defaultValue `0`
	 */
	hiddenDropout: number;
	/**
	 * Passes over the training samples. A number more than 0 and at most 100000.
	 *
	 * @defaultValue `20`
	 */
	epochs: number;
	/**
	 * Samples per step. A whole number at least 1 and at most 16384.
	 *
	 * @defaultValue `128`
	 */
	batch: number;
	/** Update rule: sgd, adam or adamw, with its options. */
	optimizer: OptimizerChoice;
	/** Learning rate over the run. */
	schedule: ScheduleChoice;
	/** Momentum (β₁) over the run. */
	momentumSchedule: ScheduleChoice;
	/**
	 * Epochs in which the learning rate rises to its base. A number at least 0.
	 *
	 * @defaultValue `0.5`
	 */
	warmupEpochs: number;
	/** Limit of the gradients' joint L2 norm. A number more than 0. */
	clipNorm?: number | undefined;
	/** Limit of the L2 norm of each unit's incoming weights. A number more than 0. */
	maxNorm?: number | undefined;
	/**
	 * Names of the weights to train, with * and ?, such as ["head.*"]; the others are frozen; all where absent. A
	 * list of 1 or more, each a text.
	 */
	train?: string[] | undefined;
	/**
	 * Names of weights not to train, with * and ?, such as ["body.*"]; none where absent. A list of 1 or more, each
	 * a text.
	 */
	freeze?: string[] | undefined;
	/**
	 * Largest random shift of an image, in pixels, each way. A whole number at least 0 and at most 16.
	 *
	 * @defaultValue `0`
	 */
	jitter: number;
	/**
	 * Statistics of BatchNormalization while training: the batch's, or the running averages, frozen.
	 *
	 * @defaultValue `"batch"`
	 */
	batchNorm: "batch" | "running";
	/**
	 * Changes of the training samples, in turn: jitter, crop, flip, cutout, mixup, with their options. A list of 0
	 * or more, each with a name and its options.
	 *
	 * @defaultValue `[]`
	 */
	augment: AugmentationChoice[];
	/**
	 * Fixed augmented views of each sample, one an epoch in turn; a fresh one every epoch where absent. A whole
	 * number at least 1 and at most 65536.
	 */
	views?: number | undefined;
	/**
	 * Seed of the fixed views, the same in every run. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `0`
	 */
	viewSeed: number;
	/** What is done when the loss is not finite or explodes. */
	divergence: LearningDivergenceOptions;
	/** What computes its training; auto: the first device that works, or the processor; cpu where absent. */
	device?: "cpu" | "cuda" | "coreml" | "dml" | "webgpu" | "auto" | undefined;
	/**
	 * Weights to keep: the last, or the best by validation.
	 *
	 * @defaultValue `"last"`
	 */
	keep: "last" | "best";
	/**
	 * Share of the training samples that it learns from, the same of each class, or of the groups; all where absent.
	 * A number more than 0 and at most 1.
	 */
	fraction?: number | undefined;
	/**
	 * Seed of that choice, the same in every run. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `0`
	 */
	fractionSeed: number;
	/**
	 * Classes, counted from 0, whose training samples it learns from; all where absent. A list of 1 or more, each a
	 * whole number at least 0.
	 */
	classes?: number[] | undefined;
}

/** What the distilled net has otherwise than the members; beside it a net alone with the same is trained. */
export interface SpeechRecipeStudentOptions {
	/** Hidden layers; the members' where absent. A whole number at least 1 and at most 64. */
	layers?: number | undefined;
	/** Units of each; the members' where absent. A whole number at least 1 and at most 65536. */
	units?: number | undefined;
	/** Passes over the frames; the members' where absent. A number more than 0 and at most 100000. */
	epochs?: number | undefined;
}

/** Nets that learn from few strings: hard targets, the same with early stopping, soft targets. */
export interface SpeechRecipeFewOptions {
	/**
	 * Share of the training strings that they learn from. A number more than 0 and at most 1.
	 *
	 * @defaultValue `0.03`
	 */
	share: number;
	/**
	 * Seed of that choice, the same in every run. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `0`
	 */
	shareSeed: number;
	/**
	 * Passes over them. A number more than 0 and at most 100000.
	 *
	 * @defaultValue `60`
	 */
	epochs: number;
	/**
	 * Samples per step. A whole number at least 1 and at most 16384.
	 *
	 * @defaultValue `32`
	 */
	batch: number;
}

/** An experiment with speech. */
export interface SpeechRecipe {
	/**
	 * What the report calls this recipe.
	 *
	 * @defaultValue `"speech"`
	 */
	name: string;
	/** The recordings: fsdd, or a folder of yours. */
	data: CorpusChoice;
	/** Features of sound. */
	features: SpeechRecipeFeaturesOptions;
	/** Context of a frame. */
	context: SpeechRecipeContextOptions;
	/** Hidden Markov models. */
	hmm: SpeechRecipeHmmOptions;
	/** How recordings are joined, for training, validation and test. */
	strings: SpeechRecipeStringsOptions;
	/** How frames get their states. */
	alignment: SpeechRecipeAlignmentOptions;
	/** The net, and how it is trained. */
	network: SpeechRecipeNetworkOptions;
	/**
	 * Nets that differ in their seeds; of two or more the ensemble is distilled into one. A whole number at least 1
	 * and at most 1000.
	 *
	 * @defaultValue `10`
	 */
	members: number;
	/** What the distilled net has otherwise than the members; beside it a net alone with the same is trained. */
	student?: SpeechRecipeStudentOptions | undefined;
	/**
	 * Temperatures of soft targets, the best of them chosen on validation. A list of 1 or more, each a number more
	 * than 0 and at most 1000.
	 *
	 * @defaultValue `[1,2,5,10]`
	 */
	temperatures: number[];
	/**
	 * Weight of the hard targets beside soft ones. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.5`
	 */
	hardWeight: number;
	/** Nets that learn from few strings: hard targets, the same with early stopping, soft targets. */
	few?: SpeechRecipeFewOptions | undefined;
	/**
	 * Insertion penalties to choose from on validation, in ln. A list of 1 or more, each a number at least 0 and at
	 * most 1000000.
	 *
	 * @defaultValue `[0,1,2,3,5,8,12,17,23,30,40,55,75,100,130,170,230,300]`
	 */
	penalties: number[];
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed: number;
	/**
	 * How many seeds, one run each. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `1`
	 */
	seeds: number;
}

/** The study mnist. */
export interface MnistStudyRecipe {
	/** Which study it is. */
	name: "mnist";
	/** What the networks learn from: see `limbeck data list`. */
	data: DataChoice;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed: number;
	/**
	 * How many seeds, one run each; three at least tell a spread. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `3`
	 */
	seeds: number;
	/** The paper's teacher, and how it is trained. */
	teacher: MlpNetworkOptions;
	/** How many such teachers make the ensemble. A whole number at least 2 and at most 100. */
	members: number;
	/** Another teacher: a convolutional net. */
	convolutional: NetworkChoice;
	/** The paper's student, and how it is taught. */
	student: MlpNetworkOptions;
	/** The same net on labels alone, and how it is trained. */
	alone: MlpNetworkOptions;
	/** Largest random shift, in pixels, of the jittered transfer set. A whole number at least 1 and at most 16. */
	jitter: number;
	/** Epochs of all that see it. A number more than 0 and at most 100000. */
	jitteredEpochs: number;
	/**
	 * Fixed shifts of each sample in it, about which teachers are asked once; fresh ones every epoch where absent. A
	 * whole number at least 1 and at most 65536.
	 */
	jitteredViews?: number | undefined;
	/** T of the soft targets. A number more than 0 and at most 1000. */
	temperature: number;
	/**
	 * Weight of the true labels beside them. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.1`
	 */
	hardWeight: number;
}

/** The study temperature. */
export interface TemperatureStudyRecipe {
	/** Which study it is. */
	name: "temperature";
	/** What the networks learn from: see `limbeck data list`. */
	data: DataChoice;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed: number;
	/**
	 * How many seeds, one run each; three at least tell a spread. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `3`
	 */
	seeds: number;
	/** The network that teaches, and how it is trained. */
	teacher: NetworkChoice;
	/** How every student is trained, for as long; of its hidden layers the number alone. */
	student: MlpNetworkOptions;
	/**
	 * Units of each hidden layer of the students. A list of 1 or more, each a whole number at least 1 and at most
	 * 65536.
	 */
	widths: number[];
	/**
	 * The temperatures that are tried at every width. A list of 2 or more, each a number more than 0 and at most
	 * 1000.
	 */
	temperatures: number[];
	/**
	 * Weight of the true labels beside soft targets. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.1`
	 */
	hardWeight: number;
	/**
	 * Other weights, which are tried at the middle temperature. A list of 0 or more, each a number at least 0 and at
	 * most 1.
	 *
	 * @defaultValue `[]`
	 */
	hardWeights: number[];
}

/** The study omitted-class. */
export interface OmittedClassStudyRecipe {
	/** Which study it is. */
	name: "omitted-class";
	/** What the networks learn from: see `limbeck data list`. */
	data: DataChoice;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed: number;
	/**
	 * How many seeds, one run each; three at least tell a spread. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `3`
	 */
	seeds: number;
	/** The network that teaches; it has seen all classes. */
	teacher: NetworkChoice;
	/** The students, and how they are taught. */
	student: MlpNetworkOptions;
	/**
	 * Classes that are left out of the transfer set, one at a time; every one where absent. A list of 1 or more,
	 * each a whole number at least 0.
	 */
	omit?: number[] | undefined;
	/**
	 * Sets of classes that are all that a transfer set has. A list of 0 or more, each a list of 1 or more, each a
	 * whole number at least 0.
	 *
	 * @defaultValue `[]`
	 */
	only: number[][];
	/** T of the soft targets. A number more than 0 and at most 1000. */
	temperature: number;
	/**
	 * Weight of the true labels beside them, which say nothing of a class that is not there. A number at least 0 and
	 * at most 1.
	 *
	 * @defaultValue `0`
	 */
	hardWeight: number;
}

/** The study regularizer. */
export interface RegularizerStudyRecipe {
	/** Which study it is. */
	name: "regularizer";
	/** What the networks learn from: see `limbeck data list`. */
	data: DataChoice;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed: number;
	/**
	 * How many seeds, one run each; three at least tell a spread. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `3`
	 */
	seeds: number;
	/** The network that learns from all labels and then teaches. */
	teacher: MlpNetworkOptions;
	/** How the networks are trained; of few samples they see each more often, for as many steps. */
	student: MlpNetworkOptions;
	/** Shares of the training samples to learn from. A list of 1 or more, each a number more than 0 and at most 1. */
	shares: number[];
	/**
	 * T of the soft targets. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `4`
	 */
	temperature: number;
	/**
	 * Weight of the true labels beside them. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.1`
	 */
	hardWeight: number;
}

/** The study shallow. */
export interface ShallowStudyRecipe {
	/** Which study it is. */
	name: "shallow";
	/** What the networks learn from: see `limbeck data list`. */
	data: DataChoice;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed: number;
	/**
	 * How many seeds, one run each; three at least tell a spread. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `3`
	 */
	seeds: number;
	/** The deep teacher; a shallow one of as many parameters is trained like it. */
	teacher: MlpNetworkOptions;
	/** Units of the shallow student's one hidden layer. A whole number at least 1 and at most 65536. */
	shallow: number;
	/** Hidden layers of the deep student, which has as many parameters. A whole number at least 2 and at most 16. */
	depth: number;
	/** How the students are trained; their layers are those above. */
	student: MlpNetworkOptions;
	/** What the students' epochs are multiplied by. A list of 1 or more, each a number more than 0. */
	budgets: number[];
	/**
	 * T of the soft targets. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `4`
	 */
	temperature: number;
	/**
	 * Weight of the true labels beside them. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.1`
	 */
	hardWeight: number;
}

/** The study boosting. */
export interface BoostingStudyRecipe {
	/** Which study it is. */
	name: "boosting";
	/** What the networks learn from: see `limbeck data list`. */
	data: DataChoice;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed: number;
	/**
	 * How many seeds, one run each; three at least tell a spread. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `3`
	 */
	seeds: number;
	/** The network that knows all classes, and how it is trained. */
	generalist: NetworkChoice;
	/** How the classes of each specialist are chosen by what the generalist confuses. */
	clustering: ClusteringChoice;
	/** How each specialist, and each stage, is trained. */
	specialist: LearningOptions;
	/**
	 * What stages are multiplied by before they are added. A list of 1 or more, each a number more than 0 and at
	 * most 1.
	 */
	shrinkages: number[];
}

/** The study novelty. */
export interface NoveltyStudyRecipe {
	/** Which study it is. */
	name: "novelty";
	/** What the networks learn from: see `limbeck data list`. */
	data: DataChoice;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed: number;
	/**
	 * How many seeds, one run each; three at least tell a spread. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `3`
	 */
	seeds: number;
	/**
	 * Classes, counted from 0, that no network and no choice ever sees. A list of 1 or more, each a whole number at
	 * least 0.
	 */
	withheld: number[];
	/** Other data, of whose pictures a thirtieth as many are garbage here. */
	foreign?: DataChoice | undefined;
	/** The network that knows the other classes, and how it is trained. */
	generalist: NetworkChoice;
	/** How the classes of each specialist are chosen by what the generalist confuses. */
	clustering: ClusteringChoice;
	/** How each specialist is trained. */
	specialist: LearningOptions;
	/**
	 * The detector whose rejects are grouped.
	 *
	 * @defaultValue `"distance"`
	 */
	rejectBy: "maximum" | "entropy" | "energy" | "distance" | "input" | "disagreement" | "dustbin" | "residual";
	/**
	 * The most groups of what is rejected. A whole number at least 2 and at most 1000.
	 *
	 * @defaultValue `8`
	 */
	groups: number;
	/**
	 * T of the soft targets that are grouped. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `4`
	 */
	temperature: number;
}

/** The study pareto. */
export interface ParetoStudyRecipe {
	/** Which study it is. */
	name: "pareto";
	/** What the networks learn from: see `limbeck data list`. */
	data: DataChoice;
	/**
	 * First seed. A whole number at least 0 and at most 4294967295.
	 *
	 * @defaultValue `1`
	 */
	seed: number;
	/**
	 * How many seeds, one run each; three at least tell a spread. A whole number at least 1 and at most 1000.
	 *
	 * @defaultValue `3`
	 */
	seeds: number;
	/** The network that teaches, and how it is trained. */
	teacher: NetworkChoice;
	/**
	 * The students, and how each is trained, taught and alone. A list of 1 or more, each with a name and its
	 * options.
	 */
	students: NetworkChoice[];
	/**
	 * T of the soft targets. A number more than 0 and at most 1000.
	 *
	 * @defaultValue `4`
	 */
	temperature: number;
	/**
	 * Weight of the true labels beside them. A number at least 0 and at most 1.
	 *
	 * @defaultValue `0.1`
	 */
	hardWeight: number;
}

/** A study. */
export type StudyRecipe =
	| MnistStudyRecipe
	| TemperatureStudyRecipe
	| OmittedClassStudyRecipe
	| RegularizerStudyRecipe
	| ShallowStudyRecipe
	| BoostingStudyRecipe
	| NoveltyStudyRecipe
	| ParetoStudyRecipe;
