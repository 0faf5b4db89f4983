import { LimbeckError } from "../errors.js";
import { permutation, randomStream } from "../random.js";

/**
 * The endless stream of samples of a run: one permutation of all samples for each epoch, one after the other. Batches
 * are cut from it without regard to epochs, so that every batch is full.
 */
export interface Order {
	/**
	 * The samples at positions `firstPosition` … `firstPosition + length − 1` of the stream.
	 *
	 * @throws LimbeckError `usage` if a position is not a whole number.
	 */
	indices(firstPosition: number, length: number): Uint32Array<ArrayBuffer>;
}

/**
 * The stream of `count` samples that `seed` gives. Any position can be asked for alone; the permutation of the epoch
 * last used is kept, since neighbours mostly share it.
 *
 * @throws LimbeckError `usage` if there is no sample.
 */
export function createOrder(seed: number, count: number): Order {
	requireNatural("sample order", "samples", count, 1);
	const stream = randomStream(seed, "order");
	let cached: { readonly epoch: number; readonly samples: Uint32Array } | undefined;
	const epochOrder = (epoch: number): Uint32Array => {
		if (cached?.epoch !== epoch) cached = { epoch, samples: permutation(stream, epoch, count) };
		return cached.samples;
	};
	return {
		indices(firstPosition, length) {
			requireNatural("sample order", "a position", firstPosition, 0);
			const out = new Uint32Array(length);
			for (let done = 0; done < length; ) {
				const position = firstPosition + done;
				const start = position % count;
				const run = epochOrder(Math.floor(position / count)).subarray(start, start + length - done);
				out.set(run, done);
				done += run.length;
			}
			return out;
		},
	};
}

/** {@link Order.indices} once, with nothing kept. */
export function sampleIndices(
	seed: number,
	count: number,
	firstPosition: number,
	length: number,
): Uint32Array<ArrayBuffer> {
	return createOrder(seed, count).indices(firstPosition, length);
}

/** The steps after which `epochs` passes over `count` samples are complete, in batches of `batch`. */
export function stepsForEpochs(count: number, batch: number, epochs: number): number {
	return Math.ceil((epochs * count) / batch);
}

/** @throws LimbeckError `usage` unless `value` is a whole number of at least `minimum`. */
export function requireNatural(where: string, what: string, value: number, minimum: number): void {
	if (Number.isSafeInteger(value) && value >= minimum) return;
	throw new LimbeckError("usage", {
		where,
		expected: `${what}: a whole number of at least ${String(minimum)}`,
		got: String(value),
	});
}
