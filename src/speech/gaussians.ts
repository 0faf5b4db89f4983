/** A Gaussian with a diagonal covariance for each state, in float64. */
import type { Frames } from "./filterbank.js";

/** One Gaussian for each state. */
export interface Gaussians {
	readonly size: number;
	/** `[states, size]`. */
	readonly mean: Float64Array;
	/** `[states, size]`. */
	readonly variance: Float64Array;
}

/** No variance is less than this share of that of all frames. */
const leastShare = 0.01;

/**
 * The Gaussians of aligned frames. A state with no frames has those of all.
 *
 * @param paths - of each utterance the state of every frame.
 */
export function fitGaussians(frames: readonly Frames[], paths: readonly Int32Array[], states: number): Gaussians {
	const size = frames[0]?.size ?? 0;
	// The last row sums up all frames.
	const count = new Float64Array(states + 1);
	const [sum, squares] = [new Float64Array((states + 1) * size), new Float64Array((states + 1) * size)];
	const add = (row: number, data: Float32Array): void => {
		count[row] = (count[row] ?? 0) + 1;
		for (let d = 0; d < size; d++) {
			const [at, value] = [row * size + d, data[d] ?? 0];
			sum[at] = (sum[at] ?? 0) + value;
			squares[at] = (squares[at] ?? 0) + value * value;
		}
	};
	for (const [i, { data }] of frames.entries()) {
		for (const [t, state] of (paths[i] ?? new Int32Array()).entries()) {
			const frame = data.subarray(t * size, (t + 1) * size);
			add(state, frame);
			add(states, frame);
		}
	}
	const [mean, variance] = [new Float64Array(states * size), new Float64Array(states * size)];
	for (let i = 0; i < mean.length; i++) {
		const [state, d] = [Math.floor(i / size), i % size];
		const of = (row: number): readonly [number, number] => {
			const [n, at] = [count[row] ?? 1, row * size + d];
			const average = (sum[at] ?? 0) / n;
			return [average, Math.max(0, (squares[at] ?? 0) / n - average * average)];
		};
		const [, whole] = of(states);
		const [average, own] = of(count[state] === 0 ? states : state);
		mean[i] = average;
		variance[i] = Math.max(own, leastShare * whole, Number.MIN_VALUE * 2 ** 60);
	}
	return { size, mean, variance };
}

/** ln of the densities of an utterance's frames: `[frames, states]`. */
export function gaussianScores({ size, mean, variance }: Gaussians, { count, data }: Frames): Float64Array {
	const states = mean.length / size;
	const precision = variance.map((value) => 0.5 / value);
	const constant = new Float64Array(states);
	for (const [i, value] of variance.entries()) {
		const state = Math.floor(i / size);
		constant[state] = (constant[state] ?? 0) - 0.5 * Math.log(2 * Math.PI * value);
	}
	const scores = new Float64Array(count * states);
	for (let t = 0; t < count; t++) {
		for (let state = 0; state < states; state++) {
			let score = constant[state] ?? 0;
			for (let d = 0; d < size; d++) {
				const off = (data[t * size + d] ?? 0) - (mean[state * size + d] ?? 0);
				score -= off * off * (precision[state * size + d] ?? 0);
			}
			scores[t * states + state] = score;
		}
	}
	return scores;
}
