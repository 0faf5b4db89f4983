import { LimbeckError } from "../errors.js";
import type { ImageShape, Split } from "./data-set.js";
import { gatherImages, jitterOffsets } from "./jitter.js";
import { createOrder, requireNatural } from "./order.js";

/** What training sees of the data: which samples, in which order, shifted how far. */
export interface BatchOptions {
	readonly split: Split;
	readonly imageShape: ImageShape;
	/** Samples a step. */
	readonly batch: number;
	/** The run's seed: order and jitter come from it. */
	readonly seed: number;
	/** The largest random shift in each direction, in pixels; 0 for none. */
	readonly jitter: number;
}

/** The data of consecutive training steps. */
export interface Chunk {
	/** `[steps, batch, channels, height, width]`. */
	readonly images: Uint8Array<ArrayBuffer>;
	/** `[steps, batch]`: which samples of the split they are. */
	readonly indices: Uint32Array<ArrayBuffer>;
}

/** Makes the chunk of steps `firstStep` … `firstStep + steps − 1`. */
export type MakeChunk = (firstStep: number, steps: number) => Chunk;

/** What {@link createChunkMaker} needs: {@link BatchOptions} without labels, so that it can cross to a worker. */
export type ChunkSource = Omit<BatchOptions, "split"> & { readonly split: Omit<Split, "labels"> };

/** Bytes of images that one chunk may hold. */
const largestChunk = 2 ** 31;

/**
 * The chunks of a run. A chunk depends on the options and the step numbers alone; how steps are cut into chunks
 * changes nothing.
 *
 * @throws LimbeckError `usage` for a batch or a count below 1; its chunks, for a bad step number or jitter.
 */
export function createChunkMaker({ split, imageShape, batch, seed, jitter }: ChunkSource): MakeChunk {
	requireNatural("data loader", "samples a batch", batch, 1);
	const order = createOrder(seed, split.count);
	const size = imageShape.reduce((product, dim) => product * dim, 1);
	return (firstStep, steps) => {
		requireNatural("data loader", "a first step", firstStep, 0);
		requireNatural("data loader", "steps in a chunk", steps, 1);
		const position = firstStep * batch;
		const length = steps * batch;
		if (length * size > largestChunk) {
			// Asked for more, some versions of Node end the thread instead of throwing.
			const where = "data loader: a chunk's images";
			throw new LimbeckError("usage", { where, expected: `at most ${largestChunk} bytes`, got: String(length * size) });
		}
		const indices = order.indices(position, length);
		const images = new Uint8Array(length * size);
		const offsets = jitter === 0 ? undefined : jitterOffsets(seed, position, length, jitter);
		gatherImages(split.images, imageShape, indices, offsets, images);
		return { images, indices };
	};
}

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
