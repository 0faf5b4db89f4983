/** Whether a classifier is better than chance. */
import type { ClassCounts } from "./by-class.js";

/** Above it, a share of right answers may be chance. */
export const chanceLevel = 0.05;

/**
 * How likely a classifier is right on as many samples by chance: one that predicts each class as often and knows nothing of
 * the samples. With n_c samples of class c of N and m_c predictions of it, the number right then has the mean
 * Σ n_c m_c / N and the variance Σ n_c m_k d² / (N − 1), d = [c = k] − (n_k + m_c) / N + Σ n_c m_c / N², and is about
 * normal. 1 for a classifier that predicts one class alone, and for samples of one class.
 *
 * Source: Hoeffding 1951, "A combinatorial central limit theorem", theorem 2; it is the null distribution of Cohen's κ.
 *
 * @param right - samples that it has right.
 */
export function byChanceOf(right: number, { samples, predicted }: Pick<ClassCounts, "samples" | "predicted">): number {
	const classes = Array.from(samples, (_, c) => c);
	const count = classes.reduce((sum, c) => sum + (samples[c] ?? 0), 0);
	const mean = classes.reduce((sum, c) => sum + (samples[c] ?? 0) * (predicted[c] ?? 0), 0) / count;
	let squares = 0;
	for (const c of classes) {
		for (const k of classes) {
			const same = c === k ? 1 : 0;
			const apart = same - ((samples[k] ?? 0) + (predicted[c] ?? 0)) / count + mean / count;
			squares += (samples[c] ?? 0) * (predicted[k] ?? 0) * apart ** 2;
		}
	}
	const variance = squares / (count - 1);
	return variance > 1e-9 ? upperTail((right - mean) / Math.sqrt(variance)) : 1;
}

/** Whether there are enough samples, and classes, to show that whoever has them all right is better than chance. */
export function canShowSkill(samples: readonly number[]): boolean {
	const count = samples.reduce((sum, one) => sum + one, 0);
	return byChanceOf(count, { samples, predicted: samples }) <= chanceLevel;
}

/**
 * P(Z > z) of a standard normal Z, to 1.5 · 10⁻⁷.
 *
 * Source: Abramowitz & Stegun 1964, 7.1.26.
 */
function upperTail(z: number): number {
	const t = 1 / (1 + (0.3275911 * Math.abs(z)) / Math.SQRT2);
	const terms = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429];
	const tail = (Math.exp(-(z ** 2) / 2) * terms.reduceRight((sum, term) => (sum + term) * t, 0)) / 2;
	return z >= 0 ? tail : 1 - tail;
}
