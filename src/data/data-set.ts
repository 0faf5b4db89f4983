/** `[channels, height, width]` of one image. */
export type ImageShape = readonly [channels: number, height: number, width: number];

/** Samples that belong together. */
export interface Split {
	readonly count: number;
	/** `[count, channels, height, width]`, one byte a pixel, as stored: not scaled. */
	readonly images: Uint8Array;
	/** `[count]`, indices into the data set's classes. */
	readonly labels: Uint8Array;
}

/**
 * What training and model selection may see. The test split is left out on purpose: only evaluation asks for it,
 * through `DataSetEntry.loadTest`.
 */
export interface DataSet {
	readonly name: string;
	readonly classes: readonly string[];
	readonly imageShape: ImageShape;
	readonly train: Split;
	readonly validation: Split;
	/** SHA-256, in hexadecimal, of the image shape, the split sizes and every byte of images and labels above. */
	readonly fingerprint: string;
}

/** How to load a data set. */
export interface DataOptions {
	/** The folder that holds the files; see `resolveDataFolders` for where they are looked for without it. */
	readonly directory?: string;
	/** The number of validation samples, taken from the training samples in equal parts of every class. */
	readonly validation?: number;
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
	/** Whole URLs, tried in turn. */
	readonly mirrors: readonly string[];
}

/** One data set: what it is, and how to get it. */
export interface DataSetEntry {
	/** One line for `limbeck data list`. */
	readonly title: string;
	readonly classes: readonly string[];
	readonly imageShape: ImageShape;
	/** Mean of pixel / 255 over the default training split. */
	readonly mean: number;
	/** Standard deviation of pixel / 255 over the default training split. */
	readonly std: number;
	/**
	 * Loads the training and validation splits.
	 *
	 * @throws LimbeckError `usage` for a bad number of validation samples, `data` or `file` for files that are missing,
	 * unreadable or wrong.
	 */
	load(options: DataOptions): Promise<DataSet>;
	/**
	 * Loads the test split. Only evaluation may call this: nothing may be chosen or trained by what it returns.
	 *
	 * @throws LimbeckError `data` or `file` for files that are missing, unreadable or wrong.
	 */
	loadTest(options: DataOptions): Promise<Split>;
	/** The files that `limbeck data get` fetches; absent where nothing needs fetching. */
	readonly download?: readonly RemoteFile[];
}
