/** Mean and variance normalisation of features. */
import type { Frames } from "./filterbank.js";

/** Mean and standard deviation of each value of a frame. */
export interface Moments {
	readonly mean: Float64Array;
	readonly std: Float64Array;
}

/** The moments over all frames, of one size. A value that never changes has the deviation 1. */
export function momentsOf(utterances: readonly Frames[]): Moments {
	const size = utterances[0]?.size ?? 0;
	const count = utterances.reduce((sum, frames) => sum + frames.count, 0);
	const meanOf = (valueOf: (value: number, d: number) => number): Float64Array => {
		const sum = new Float64Array(size);
		for (const { data } of utterances) {
			for (let i = 0; i < data.length; i++) sum[i % size] = (sum[i % size] ?? 0) + valueOf(data[i] ?? 0, i % size);
		}
		return sum.map((total) => total / count);
	};
	const mean = meanOf((value) => value);
	const variance = meanOf((value, d) => (value - (mean[d] ?? 0)) ** 2);
	return { mean, std: variance.map((value) => (value > 0 ? Math.sqrt(value) : 1)) };
}

/** (value − mean) / std. */
export function normalizeFrames({ count, size, data }: Frames, { mean, std }: Moments): Frames {
	return { count, size, data: data.map((value, i) => (value - (mean[i % size] ?? 0)) / (std[i % size] ?? 1)) };
}

/**
 * The moments of each speaker's utterances; no transcript is used.
 *
 * @param speakers - whose each utterance is.
 */
export function momentsBySpeaker(
	utterances: readonly Frames[],
	speakers: readonly string[],
): ReadonlyMap<string, Moments> {
	return new Map(
		[...new Set(speakers)].map((speaker) => [speaker, momentsOf(utterances.filter((_, i) => speakers[i] === speaker))]),
	);
}
