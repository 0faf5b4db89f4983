import { LimbeckError } from "../errors.js";
import type { ChunkSource, MakeChunk } from "./chunk.js";
import { gatherImages, imagesOf, jitterOffsets } from "./jitter.js";
import { openSamples } from "./open-samples.js";
import { createOrder, requireNatural } from "./order.js";
import { allocate, type SampleData } from "./samples.js";

/** Elements that one chunk may hold. */
const largestChunk = 2 ** 29;

/**
 * The chunks of a run. A chunk depends on the options and the step numbers alone; how steps are cut into chunks
 * changes nothing.
 *
 * @throws LimbeckError `usage` for a batch or a count below 1; its chunks, for a bad step number or jitter.
 */
export function createChunkMaker(source: ChunkSource): MakeChunk {
	const { split, sampleShape, batch, seed } = source;
	requireNatural("data loader", "samples a batch", batch, 1);
	const view = viewOf(source);
	const order = createOrder(seed, split.count);
	const size = sampleShape.reduce((product, dim) => product * dim, 1);
	return (firstStep, steps) => {
		requireNatural("data loader", "a first step", firstStep, 0);
		requireNatural("data loader", "steps in a chunk", steps, 1);
		const position = firstStep * batch;
		const length = steps * batch;
		if (length * size > largestChunk) {
			// Asked for more, some versions of Node end the thread instead of throwing.
			const where = "data loader: a chunk's samples";
			throw new LimbeckError("usage", {
				where,
				expected: `at most ${largestChunk} elements`,
				got: String(length * size),
			});
		}
		const indices = order.indices(position, length);
		const samples = allocate(split.samples, length * size);
		view(position, indices, samples);
		return { samples, indices };
	};
}

/** Copies samples in the view that they are seen in at their positions of the stream. */
type View = (position: number, indices: Uint32Array, out: SampleData) => void;

function viewOf({ split, sampleShape, seed, jitter }: ChunkSource): View {
	if (jitter === 0) {
		const reader = openSamples(split, sampleShape);
		return (_, indices, out) => {
			reader.read(indices, out);
		};
	}
	const { images, imageShape } = imagesOf(split, sampleShape);
	return (position, indices, out) => {
		const offsets = jitterOffsets(seed, position, indices.length, jitter);
		gatherImages(images, imageShape, indices, offsets, out);
	};
}
