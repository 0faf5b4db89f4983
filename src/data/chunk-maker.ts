import { LimbeckError } from "../errors.js";
import { elementCount } from "../onnx/tensor.js";
import type { Chunk, ChunkMaker, ChunkSource } from "./chunk.js";
import type { SampleSet } from "./data-set.js";
import { createOrder, createTurns, epochLength, requireNatural } from "./order.js";
import { allocate, type OpenSamples, openMemory, type SampleData } from "./samples.js";
import { fixedViews } from "./transforms/index.js";
import { openViews, viewCounter, viewsAt } from "./views.js";

/** Elements that one chunk may hold. */
const largestChunk = 2 ** 29;

/**
 * The chunks of a run. A chunk depends on the options and the step numbers alone; how steps are cut into chunks
 * changes nothing.
 *
 * @param openSamples - opens the split; in memory only where absent.
 * @throws LimbeckError `usage` for a batch or a count below 1, or augmentation that does not fit; its chunks, for a bad
 * step number.
 */
export function createChunkMaker(source: ChunkSource, openSamples: OpenSamples = openMemory): ChunkMaker {
	const { count, split, settings, seed, sampling, ...shape } = source;
	const { batch } = settings;
	requireNatural("data loader", "samples a batch", batch, 1);
	const order = sampling === undefined ? createOrder(seed, count) : createTurns(seed, sampling);
	const epoch = epochLength(count, sampling);
	const size = elementCount(shape.sampleShape);
	const view = split === undefined ? undefined : openViews({ ...settings, ...shape, seed }, split, openSamples);
	const fixed = fixedViews(settings);
	const make: ChunkMaker["make"] = (firstStep, steps, spent) => {
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
		if (split === undefined || view === undefined) return { indices };
		const samples = roomFor(split, length * size, spent);
		if (fixed === undefined) {
			view.write(indices, (i) => position + i, samples);
			return { samples, indices };
		}
		const views = viewsAt(position, length, epoch, fixed);
		view.write(indices, (i) => viewCounter(indices[i] ?? 0, views[i] ?? 0), samples);
		return { samples, indices, views };
	};
	return { make, close: () => view?.close() };
}

/** The spent chunk's memory where it is large enough: fresh memory costs a page fault every 4 KiB. */
function roomFor({ samples }: SampleSet, length: number, spent: Chunk | undefined): SampleData {
	const memory = spent?.samples?.buffer;
	const bytes = samples.type === "uint8" ? length : 4 * length;
	if (memory === undefined || memory.byteLength < bytes) return allocate(samples, length);
	return samples.type === "uint8" ? new Uint8Array(memory, 0, length) : new Float32Array(memory, 0, length);
}
