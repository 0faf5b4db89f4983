/** Where a difference of logits is below it, four terms of exp's series have all digits that matter. */
const small = 0.02;

/** Measures KL(p ‖ q) in nats, where p and q are the softmax of two rows of logits divided by a temperature. */
export type Divergence = (p: Float32Array, atP: number, q: Float32Array, atQ: number, temperature: number) => number;

/**
 * A measure for rows of so many classes.
 *
 * With the differences δ = (log q − log p) up to a constant and their mean δ̄ under p, KL = log Σ p exp(δ − δ̄): nothing
 * cancels when p and q are close, as they are after rounding.
 */
export function divergenceOf(classes: number): Divergence {
	const scaled = new Float64Array(classes);
	return (p, atP, q, atQ, temperature) => {
		let max = Number.NEGATIVE_INFINITY;
		for (let c = 0; c < classes; c++) max = Math.max(max, p[atP + c] ?? 0);
		let sum = 0;
		let weighted = 0;
		for (let c = 0; c < classes; c++) {
			const logit = p[atP + c] ?? 0;
			const weight = Math.exp((logit - max) / temperature);
			scaled[c] = weight;
			sum += weight;
			weighted += (weight * ((q[atQ + c] ?? 0) - logit)) / temperature;
		}
		const [logSum, mean] = [Math.log(sum), weighted / sum];
		let excess = 0;
		for (let c = 0; c < classes; c++) {
			const logit = p[atP + c] ?? 0;
			const weight = (scaled[c] ?? 0) / sum;
			const x = ((q[atQ + c] ?? 0) - logit) / temperature - mean;
			excess +=
				Math.abs(x) < small
					? weight * x * (1 + (x / 2) * (1 + (x / 3) * (1 + x / 4)))
					: // Together: where p is zero, exp(x) may be infinite.
						Math.exp((logit - max) / temperature - logSum + x) - weight;
		}
		return Math.max(0, Math.log1p(excess));
	};
}
