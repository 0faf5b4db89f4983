import { LimbeckError } from "../errors.js";
import { permutation, randomStream, type Stream } from "../random.js";

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
	return ordered(randomStream(seed, "order"), count);
}

/** How samples are drawn where an epoch does not show each once: from groups in turn. Plain data. */
export interface Sampling {
	/** Which samples each group has; none is empty. An epoch shows the first group once, and as many of each other. */
	readonly groups: readonly Uint32Array[];
}

/**
 * The stream of samples that are taken from groups in turn: position p shows one of group p mod G. Each group is an
 * endless stream of its own, one permutation of its samples after the other, so that one that is larger than the first
 * shows others in the next epoch, and one that is smaller begins again.
 *
 * @throws LimbeckError `usage` if a group has no sample.
 */
export function createTurns(seed: number, { groups }: Sampling): Order {
	const orders = groups.map(({ length }, k) => ordered(randomStream(seed, `order/group/${String(k)}`), length));
	return {
		indices(firstPosition, length) {
			requireNatural("sample order", "a position", firstPosition, 0);
			const out = new Uint32Array(length);
			for (const [k, order] of orders.entries()) {
				const skipped = (((k - firstPosition) % groups.length) + groups.length) % groups.length;
				if (skipped >= length) continue;
				const turns = Math.ceil((length - skipped) / groups.length);
				const chosen = order.indices((firstPosition + skipped - k) / groups.length, turns);
				for (const [turn, at] of chosen.entries()) out[skipped + turn * groups.length] = groups[k]?.[at] ?? 0;
			}
			return out;
		},
	};
}

/** How many positions of the stream of samples an epoch has. */
export function epochLength(count: number, sampling: Sampling | undefined): number {
	return sampling === undefined ? count : sampling.groups.length * (sampling.groups[0]?.length ?? 0);
}

function ordered(stream: Stream, count: number): Order {
	requireNatural("sample order", "samples", count, 1);
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
