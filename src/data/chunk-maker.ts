import { LimbeckError } from "../errors.js";
import { elementCount } from "../onnx/tensor.js";
import type { Chunk, ChunkMaker, ChunkSource } from "./chunk.js";
import type { SampleSet } from "./data-set.js";
import { openSamples } from "./open-samples.js";
import { createOrder, requireNatural } from "./order.js";
import { allocate, type SampleData } from "./samples.js";
import { prepareViews } from "./transforms/index.js";

/** Elements that one chunk may hold. */
const largestChunk = 2 ** 29;

/**
 * The chunks of a run. A chunk depends on the options and the step numbers alone; how steps are cut into chunks
 * changes nothing.
 *
 * @throws LimbeckError `usage` for a batch or a count below 1, or augmentation that does not fit; its chunks, for a bad
 * step number.
 */
export function createChunkMaker(source: ChunkSource): ChunkMaker {
	const { count, split, sampleShape, batch, seed } = source;
	requireNatural("data loader", "samples a batch", batch, 1);
	const order = createOrder(seed, count);
	const size = elementCount(sampleShape);
	const view = split === undefined ? undefined : viewer(source, split);
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
		view.write(position, indices, samples);
		return { samples, indices };
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

/** Copies samples in the views in which they are seen at their positions of the stream. */
interface Viewer {
	readonly write: (position: number, indices: Uint32Array, out: SampleData) => void;
	readonly close: () => void;
}

function viewer(options: ChunkSource, split: SampleSet): Viewer {
	const { sampleShape } = options;
	const { samples } = split;
	const size = elementCount(sampleShape);
	const makeView = prepareViews({ ...options, type: samples.type });
	const reader = openSamples(split, sampleShape);
	const close = (): void => {
		reader.close();
	};
	if (makeView === undefined) {
		return {
			close,
			write: (_, indices, out) => {
				reader.read(indices, out);
			},
		};
	}
	// Places are made once and moved along: small networks wait for every object.
	const read = allocate(samples, samples.kind === "memory" ? 0 : size);
	const source = { data: samples.kind === "memory" ? samples.data : read, at: 0 };
	const write: Viewer["write"] = (position, indices, out) => {
		const target = { data: out, at: 0 };
		for (let i = 0; i < indices.length; i++) {
			if (samples.kind === "memory") source.at = (indices[i] ?? 0) * size;
			else reader.read(indices.subarray(i, i + 1), read);
			target.at = i * size;
			makeView(position + i, source, target);
		}
	};
	return { close, write };
}
