import { argmaxRow } from "./logits.js";

/**
 * The log-softmax of one sample, in float64: `x_c − log Σ_k exp(x_k)`, in nats.
 *
 * The largest logit is subtracted first, so nothing overflows, and its own term, which is exactly 1, enters through
 * log1p, so the log-probability of a near-certain class keeps its digits instead of rounding to 0.
 *
 * @param logits - `[classes]`, finite.
 * @returns `[classes]` log-probabilities.
 */
export function logSoftmaxRow(logits: ArrayLike<number>): Float64Array {
	const top = argmaxRow(logits);
	const max = logits[top] ?? 0;
	const out = new Float64Array(logits.length);
	let rest = 0;
	for (let c = 0; c < out.length; c++) {
		const shifted = (logits[c] ?? 0) - max;
		out[c] = shifted;
		if (c !== top) rest += Math.exp(shifted);
	}
	const logSum = Math.log1p(rest);
	return out.map((shifted) => shifted - logSum);
}
