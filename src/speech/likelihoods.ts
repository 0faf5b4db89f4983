/** What a net's answers say of frames, as hidden Markov models need it. */
import { logSoftmaxRow } from "../metrics/softmax.js";

/**
 * ln of the share of frames that each state has, with one frame more for each state.
 *
 * @param paths - of each utterance the state of every frame.
 */
export function statePriors(paths: readonly Int32Array[], states: number): Float64Array {
	const counts = new Float64Array(states).fill(1);
	for (const path of paths) for (const state of path) counts[state] = (counts[state] ?? 0) + 1;
	const all = counts.reduce((sum, count) => sum + count, 0);
	return counts.map((count) => Math.log(count / all));
}

/**
 * Scaled likelihoods: ln p(state | frame) − ln p(state), which is ln p(frame | state) up to a constant for each frame.
 *
 * @param logits - `[frames, states]`.
 * @param priors - `[states]`, ln.
 * @returns `[frames, states]`.
 */
export function scaledLikelihoods(logits: Float32Array, priors: Float64Array): Float64Array {
	const states = priors.length;
	const out = new Float64Array(logits.length);
	for (let start = 0; start < logits.length; start += states) {
		const posteriors = logSoftmaxRow(logits.subarray(start, start + states));
		for (let s = 0; s < states; s++) out[start + s] = (posteriors[s] ?? 0) - (priors[s] ?? 0);
	}
	return out;
}
