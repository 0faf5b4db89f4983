import type { SampleSet, SampleShape, Split } from "./data-set.js";
import type { SampleData } from "./samples.js";

/** What training sees of the data: which samples, in which order, shifted how far. */
export interface BatchOptions {
	readonly split: Split;
	readonly sampleShape: SampleShape;
	/** Samples a step. */
	readonly batch: number;
	/** The run's seed: order and jitter come from it. */
	readonly seed: number;
	/** The largest random shift in each direction, in pixels; 0 for none. */
	readonly jitter: number;
}

/** The data of consecutive training steps. */
export interface Chunk {
	/** `[steps, batch, …sampleShape]`. */
	readonly samples: SampleData;
	/** `[steps, batch]`: which samples of the split they are. */
	readonly indices: Uint32Array<ArrayBuffer>;
}

/** Makes the chunk of steps `firstStep` … `firstStep + steps − 1`. */
export type MakeChunk = (firstStep: number, steps: number) => Chunk;

/** What {@link createChunkMaker} needs: {@link BatchOptions} without labels, so that it can cross to a worker. */
export type ChunkSource = Omit<BatchOptions, "split"> & { readonly split: SampleSet };

/** Where training gets its data from. */
export interface Loader {
	/**
	 * The data of steps `firstStep` … `firstStep + steps − 1`. The request is on its way when the call returns, so that
	 * a caller who asks for the next chunk before it blocks its thread finds it made.
	 *
	 * @throws LimbeckError `usage` for a bad step number, `environment` if the loader has died or is closed.
	 */
	chunk(firstStep: number, steps: number): Promise<Chunk>;
	/** Ends the loader; what it still owes is rejected. */
	close(): Promise<void>;
}
