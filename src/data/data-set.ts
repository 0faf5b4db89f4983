import type { Notice } from "../notices.js";
import type { LabelData } from "../tasks/labels.js";
import type { TaskName } from "../tasks/names.js";
import type { PixelRange } from "./formats/pixel-range.js";

/** `[channels, height, width]` of an image, `[features]` of a table row, `[channels, length]` of a signal. */
export type SampleShape = readonly number[];

/**
 * Samples of equal size that can be read in any order, row after row: in memory, or in a file that may be larger than
 * memory. Plain data, so that it crosses to a worker. Bytes are stored as they came, not scaled; a file holds raw
 * little-endian elements from byte `offset` on.
 *
 * `windows`: `data` holds frames `[frames, …sampleShape.slice(1)]`, each once; sample i is the `sampleShape[0]` frames from
 * frame `starts[i]` on. Windows may overlap. Whoever lays the frames out puts frames between, where a window reaches
 * over an end.
 */
export type Samples =
	| { readonly kind: "memory"; readonly type: "uint8"; readonly data: Uint8Array }
	| ({ readonly kind: "memory"; readonly type: "float"; readonly data: Float32Array } & Shifted)
	| { readonly kind: "windows"; readonly type: "float"; readonly data: Float32Array; readonly starts: Int32Array }
	| ({
			readonly kind: "file";
			readonly type: "uint8" | "float";
			readonly path: string;
			readonly offset: number;
	  } & Shifted);

/**
 * What was subtracted from the elements of each channel, the first dimension of a sample, before they were stored: there
 * where float32 would blur the numbers as they are in the user's files. Absent where nothing was.
 */
export interface Shifted {
	readonly offsets?: readonly number[] | undefined;
}

/** So many samples. */
export interface SampleSet {
	readonly count: number;
	/** `[count, …sampleShape]`. */
	readonly samples: Samples;
}

/** Samples that belong together, with their labels. */
export interface Split<Labels extends LabelData = Int32Array> extends SampleSet {
	/** As the task has them: of classification `[count]`, indices into the classes; empty where the samples have none. */
	readonly labels: Labels;
	/** Which rows they are of what they were taken from, where that is known. */
	readonly origin?: Origin;
	/** `[count]`: of which group (a recording, a patient) each is, where a fraction of the split takes whole groups. */
	readonly groups?: Int32Array;
}

/**
 * Where samples come from: rows, counted from 0, of the data set's file of training samples as it is published, or of the
 * user's file (of a folder, in the order of its files). A split is in ascending order of them.
 */
export interface Origin {
	/** `[count]`. */
	readonly rows: Uint32Array;
	/** How many rows there are in all. */
	readonly count: number;
}

/**
 * What inputs are normalised with: (value − mean) / std, where the value of a byte is byte / 255. A number serves all
 * elements; a list has one for each channel, the first dimension of a sample.
 */
export interface Normalization {
	readonly mean: number | readonly number[];
	readonly std: number | readonly number[];
}

/** Which values of pixels became black and white, where they are not bytes. */
export interface PixelScale {
	/** By the type of pixels, such as `uint16`. */
	readonly ranges: Readonly<Record<string, PixelRange>>;
	/** Whether the user said so, for every type; else the training pictures did. */
	readonly set: boolean;
}

/**
 * What training and model selection may see. The test split is left out on purpose: only evaluation opens it, through
 * `data/test-sets.ts`.
 */
export interface DataSet<Labels extends LabelData = Int32Array> {
	readonly name: string;
	/** What is learned from the labels; classification where absent. */
	readonly task?: TaskName;
	/** Names of what a network answers, in the order of its outputs: of classes, of labels or of numbers. */
	readonly classes: readonly string[];
	readonly sampleShape: SampleShape;
	/** What its inputs are normalised with. */
	readonly normalization: Normalization;
	readonly train: Split<Labels>;
	readonly validation: Split<Labels>;
	/** Names of the elements of a sample, in order, where samples are rows of a table that names its columns. */
	readonly features?: readonly string[];
	/** Where pictures have pixels that are not bytes. */
	readonly pixelScale?: PixelScale;
	/** SHA-256, in hexadecimal, of the sample shape, the split sizes and every byte of samples and labels above. */
	readonly fingerprint: string;
	/** Samples, of any split, that were left out because they could not be read; absent where none may be. */
	readonly skipped?: number;
	/** What should be known of the data, such as what was passed over; absent where there is nothing. */
	readonly notices?: readonly Notice[];
	/** Whether the samples have no labels, so that only a teacher can say what they are. */
	readonly unlabelled?: true;
}

/** A data set of any task. */
export type AnyDataSet = DataSet<LabelData>;

/** A test split, with what is known of its samples. */
export interface TestSet<Labels extends LabelData = Int32Array> extends Split<Labels> {
	/** As a data set has them. */
	readonly task?: TaskName;
	readonly classes: readonly string[];
	readonly sampleShape: SampleShape;
	/** As a data set has them. */
	readonly features?: readonly string[];
	readonly pixelScale?: PixelScale;
	/** What should be known of the data; absent where there is nothing. */
	readonly notices?: readonly Notice[];
}

/** A test split of any task. */
export type AnyTestSet = TestSet<LabelData>;

/** How to load a published data set. */
export interface DataOptions {
	/** The folder that holds the files; see `resolveDataFolders` for where they are looked for without it. */
	readonly directory?: string | undefined;
	/** The number of validation samples, taken from the training samples in equal parts of every class. */
	readonly validation?: number | undefined;
}

/** What loading takes from its surroundings. */
export interface DataSurroundings {
	/** The environment variables that name folders; `process.env` when absent. */
	readonly env?: NodeJS.ProcessEnv;
}

/** A file that can be fetched. */
export interface RemoteFile {
	/** The file's name in the folder: no path. */
	readonly name: string;
	/** SHA-256 of the file, in hexadecimal. */
	readonly sha256: string;
	/** Its size, the most that is accepted; 1 GiB when absent. */
	readonly bytes?: number;
	/** SHA-256 of what a gzip file inflates to: a copy that is packed otherwise, or not at all, is as good. */
	readonly contentSha256?: string;
	/** Whether a file holds the right content although its hash is another: a judge for what can lie in any order. */
	readonly hasContent?: (path: string) => Promise<boolean>;
	/**
	 * Whether the host packs the file when it is asked for, so that its hash may be another tomorrow: what was fetched is
	 * then opened for `hasContent` to judge. Other files of another hash are refused unopened.
	 */
	readonly packedOnRequest?: true;
	/** Whole URLs, tried in turn. */
	readonly mirrors: readonly string[];
}

/** What is known of a data set before it is loaded. */
export interface DataSetFacts {
	/** One line for `limbeck data list`. */
	readonly title: string;
	/** Where it is known before loading. */
	readonly classes?: readonly string[];
	/** Where it is known before loading. */
	readonly sampleShape?: SampleShape;
	/** What a path of the user's means as this kind: the options that it sets; `undefined` if it is not of this kind. */
	readonly fromPath?: (path: string) => Promise<Readonly<Record<string, unknown>> | undefined>;
	/** The files that `limbeck data get` fetches; absent where nothing needs fetching. */
	readonly download?: readonly RemoteFile[];
}

/** One data set, or one kind of users' own: what it is, and how to get it. */
export interface DataSetEntry<Options = DataOptions, Labels extends LabelData = LabelData> extends DataSetFacts {
	/**
	 * Loads the training and validation splits.
	 *
	 * @throws LimbeckError `usage` for a bad number of validation samples, `data` or `file` for files that are missing,
	 * unreadable or wrong.
	 */
	load(options: Options & DataSurroundings): Promise<DataSet<Labels>>;
}

/**
 * Loads the test split of one data set. It is no part of its entry, so that whoever trains does not hold it.
 *
 * @throws LimbeckError `data` or `file` for files that are missing, unreadable or wrong.
 */
export type LoadTest<Options = DataOptions, Labels extends LabelData = LabelData> = (
	options: Options & DataSurroundings,
) => Promise<TestSet<Labels>>;

/** A data set that is the same for everybody. */
export interface PublishedDataSet<Options = DataOptions, Labels extends LabelData = Int32Array>
	extends DataSetEntry<Options, Labels> {
	readonly classes: readonly string[];
	readonly sampleShape: SampleShape;
	/** Mean and standard deviation over the default training split. */
	readonly normalization: Normalization;
}
