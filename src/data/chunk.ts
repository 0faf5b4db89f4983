import type { LabelData } from "../tasks/labels.js";
import type { Normalization, SampleSet, SampleShape, Split } from "./data-set.js";
import type { Sampling } from "./order.js";
import type { SampleData } from "./samples.js";
import { type Augmentation, augmentsViews } from "./transforms/index.js";

/** What batches need of the settings of a network. */
export interface BatchSettings extends Augmentation {
	/** Samples a step. */
	readonly batch: number;
}

/** What training sees of the data: which samples, in which order, in which views. */
export interface BatchOptions {
	readonly split: Split<LabelData>;
	readonly sampleShape: SampleShape;
	/** What a view's blanks are: the mean; zero where absent. */
	readonly normalization?: Normalization;
	/** How the network is trained. */
	readonly settings: BatchSettings;
	/** The run's seed: order and views come from it. */
	readonly seed: number;
	/** Where an epoch does not show each sample once. */
	readonly sampling?: Sampling | undefined;
}

/** The data of consecutive training steps. */
export interface Chunk {
	/** `[steps, batch, …sampleShape]`, in their views; absent where training reads the split itself. */
	readonly samples?: SampleData;
	/** `[steps, batch]`: which samples of the split they are. */
	readonly indices: Uint32Array<ArrayBuffer>;
	/** `[steps, batch]`: which of its views each sample is in, from 0 on; present where every sample has fixed views. */
	readonly views?: Uint32Array<ArrayBuffer>;
}

/** Makes the chunks of a run. */
export interface ChunkMaker {
	/** The chunk of steps `firstStep` … `firstStep + steps − 1`, over the memory of one that is no longer needed. */
	make(firstStep: number, steps: number, spent?: Chunk): Chunk;
	/** Closes the file of samples, if there is one. */
	close(): void;
}

/** What chunks are made of: {@link BatchOptions} without labels, so that it can cross to a worker. */
export type ChunkSource = Omit<BatchOptions, "split"> & {
	readonly count: number;
	/** Absent where training reads the split itself. */
	readonly split?: SampleSet;
};

/** The most bytes of samples that are given to the engine as a whole. */
const mostResident = 2 ** 30;

/**
 * Whether training reads the samples of the split itself: they are in memory, not too many, and seen as they are
 * stored. Chunks then say only which they are.
 */
function isResident({ split: { samples }, settings }: Pick<BatchOptions, "split" | "settings">): boolean {
	return samples.kind !== "file" && samples.data.byteLength <= mostResident && !augmentsViews(settings);
}

/** The options as chunks are made of. */
export function chunkSource(options: BatchOptions): ChunkSource {
	const { split, ...rest } = options;
	const { count, samples } = split;
	return isResident(options) ? { ...rest, count } : { ...rest, count, split: { count, samples } };
}

/** Where training gets its data from. */
export interface Loader {
	/**
	 * The data of steps `firstStep` … `firstStep + steps − 1`. The request is on its way when the call returns, so that
	 * a caller who asks for the next chunk before it blocks its thread finds it made.
	 *
	 * @param spent - a chunk of this loader that is no longer needed: its memory may be used again.
	 * @throws LimbeckError `usage` for a bad step number, `environment` if the loader has died or is closed.
	 */
	chunk(firstStep: number, steps: number, spent?: Chunk): Promise<Chunk>;
	/** Ends the loader; what it still owes is rejected. */
	close(): Promise<void>;
}
