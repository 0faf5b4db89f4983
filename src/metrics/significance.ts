import { LimbeckError } from "../errors.js";
import type { Interval } from "./bootstrap.js";

/** The outcome of McNemar's test on two classifiers. */
export interface McnemarResult {
	/** The number of samples that A alone has right. */
	readonly onlyA: number;
	/** The number of samples that B alone has right. */
	readonly onlyB: number;
	/** The two-sided p-value, in (0, 1]: how likely a split at least this uneven is if both err equally often. */
	readonly p: number;
}

/** The same measurement over several runs, such as seeds. */
export interface Summary {
	readonly values: readonly number[];
	readonly mean: number;
	/** The sample standard deviation (divisor n − 1). Absent for a single value, which has no spread to tell. */
	readonly std?: number;
}

/**
 * McNemar's exact test: do two classifiers, tried on the same samples, err equally often? Only the samples that
 * exactly one of them has right say anything; under the hypothesis, onlyA is binomial (onlyA + onlyB, ½). Without
 * such samples p is 1. A p too small for a double is given as the smallest one, `Number.MIN_VALUE`.
 *
 * Source: McNemar 1947; Dietterich 1998, "Approximate statistical tests", section 3.1, in its exact form.
 *
 * @param correctA - `[count]`, whether A has each sample right: true or 1, false or 0.
 * @param correctB - `[count]`, the same for B.
 * @throws LimbeckError `usage` when the lengths differ, there is no sample, or a value is none of those.
 */
export function mcnemar(correctA: ArrayLike<boolean | number>, correctB: ArrayLike<boolean | number>): McnemarResult {
	if (correctA.length === 0 || correctA.length !== correctB.length) {
		throw new LimbeckError("usage", {
			where: "mcnemar",
			expected: "two arrays of the same length, 1 or more",
			got: `${String(correctA.length)} and ${String(correctB.length)} values`,
			hint: "Pass both classifiers' outcomes on the same samples.",
		});
	}
	let onlyA = 0;
	let onlyB = 0;
	for (let sample = 0; sample < correctA.length; sample++) {
		const a = outcomeAt("correctA", correctA, sample);
		const b = outcomeAt("correctB", correctB, sample);
		if (a && !b) onlyA += 1;
		if (b && !a) onlyB += 1;
	}
	return mcnemarOfCounts(onlyA, onlyB);
}

/** {@link mcnemar} of samples that were counted before. @param onlyA - whole, as is `onlyB`. */
export function mcnemarOfCounts(onlyA: number, onlyB: number): McnemarResult {
	return { onlyA, onlyB, p: fairBinomialTest(Math.min(onlyA, onlyB), onlyA + onlyB) };
}

/**
 * About how many samples McNemar's test needs to show a difference of this size, in 80 % of trials at a level of 5 %:
 * n = (1.96 + 0.84)² · d / δ², with the share d of samples that exactly one of the two has right, and the difference δ
 * of their accuracies.
 *
 * Source: Miettinen 1968, "The matched pairs design in the case of all-or-none responses".
 *
 * @param samples - those that were counted.
 * @returns infinity where there is no difference.
 */
export function samplesToShow({ onlyA, onlyB }: Pick<McnemarResult, "onlyA" | "onlyB">, samples: number): number {
	return ((1.96 + 0.84) ** 2 * (onlyA + onlyB) * samples) / (onlyA - onlyB) ** 2;
}

function outcomeAt(name: string, outcomes: ArrayLike<boolean | number>, sample: number): boolean {
	const outcome = outcomes[sample];
	if (outcome === true || outcome === 1) return true;
	if (outcome === false || outcome === 0) return false;
	throw new LimbeckError("usage", {
		where: `mcnemar, ${name}`,
		expected: "true, false, 1 or 0",
		got: `${String(outcome)} at sample ${String(sample)}`,
		hint: "Pass whether each prediction is right, not the predicted class.",
	});
}

/**
 * `min(1, 2 · P(X ≤ k))` for X binomial (n, ½) and k ≤ n / 2. The largest term is computed as a logarithm, because
 * 2⁻ⁿ alone underflows; the others follow from it by their ratios.
 */
function fairBinomialTest(k: number, n: number): number {
	// P(X = k) = 2⁻ⁿ · Π_{j=1..k} (n − k + j) / j
	let logTerm = -n * Math.LN2;
	for (let j = 1; j <= k; j++) logTerm += Math.log((n - k + j) / j);
	// P(X = i − 1) = P(X = i) · i / (n − i + 1)
	let terms = 0;
	let ratio = 1;
	for (let i = k; i >= 0; i--) {
		terms += ratio;
		ratio *= i / (n - i + 1);
	}
	return Math.max(Number.MIN_VALUE, Math.min(1, 2 * terms * Math.exp(logTerm)));
}

/**
 * Holm's correction for several tests at once: p-values that can be compared with one level as if each stood alone. In
 * rising order, the i-th of m (from 0) is multiplied by m − i; none falls below the one before it, none exceeds 1.
 *
 * Source: Holm 1979, "A simple sequentially rejective multiple test procedure".
 *
 * @param ps - p-values in any order.
 * @returns the corrected ones in the same order.
 */
export function holm(ps: readonly number[]): readonly number[] {
	const rising = ps.map((_, index) => index).sort((a, b) => (ps[a] ?? 0) - (ps[b] ?? 0));
	const corrected = Array.from(ps);
	let before = 0;
	for (const [rank, index] of rising.entries()) {
		before = Math.max(before, Math.min(1, (ps.length - rank) * (ps[index] ?? 0)));
		corrected[index] = before;
	}
	return corrected;
}

/**
 * Mean and sample standard deviation of one measurement over several runs.
 *
 * @param values - 1 or more finite numbers.
 * @throws LimbeckError `usage` when there is no value or one is not finite.
 */
export function summary(values: readonly number[]): Summary {
	const [first] = values;
	if (first === undefined || !values.every(Number.isFinite)) {
		throw new LimbeckError("usage", {
			where: "summary",
			expected: "1 or more finite values",
			got: `[${values.join(", ")}]`,
			hint: "Leave out runs that failed.",
		});
	}
	const count = values.length;
	// Measured from the first value, so that equal values have exactly that mean and a deviation of exactly 0.
	const mean = first + values.reduce((sum, value) => sum + (value - first), 0) / count;
	if (count === 1) return { values: [...values], mean };
	const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
	return { values: [...values], mean, std: Math.sqrt(squares / (count - 1)) };
}

/** A mean difference of paired measurements. */
export interface PairedDifference {
	readonly value: number;
	/** 95 % interval of the mean, by Student's t; absent for a single pair. */
	readonly interval?: Interval;
}

/**
 * The mean of a − b over pairs, such as two networks from the same seeds, with its 95 % interval by Student's t with
 * n − 1 degrees of freedom (Student 1908): what other seeds would give, on the same test samples.
 *
 * @param a - 1 or more finite numbers.
 * @param b - as many.
 * @throws LimbeckError `usage` when the lengths differ, there is no value or one is not finite.
 */
export function pairedDifference(a: readonly number[], b: readonly number[]): PairedDifference {
	if (a.length !== b.length) {
		const [expected, got] = ["two lists of the same length", `${String(a.length)} and ${String(b.length)} values`];
		throw new LimbeckError("usage", { where: "pairedDifference", expected, got, hint: "Pair values by their seeds." });
	}
	const { mean, std } = summary(a.map((value, k) => value - (b[k] ?? Number.NaN)));
	if (std === undefined) return { value: mean };
	const half = (studentQuantile(a.length - 1) * std) / Math.sqrt(a.length);
	return { value: mean, interval: { low: mean - half, high: mean + half } };
}

/** The t that |T| stays below with a probability of 95 %, by bisection. @param freedom - degrees, 1 or more. */
function studentQuantile(freedom: number): number {
	let [low, high] = [0, Math.PI / 2];
	// Each halving gives a bit; a double has 53.
	for (let bit = 0; bit < 53; bit++) {
		const middle = (low + high) / 2;
		if (studentCoverage(middle, freedom) < 0.95) low = middle;
		else high = middle;
	}
	return Math.sqrt(freedom) * Math.tan(low);
}

/**
 * P(|T| < t) with θ = atan(t / √ν), for whole ν: a finite sum of powers of cos θ (Abramowitz & Stegun 1964, 26.7.3 and
 * 26.7.4).
 */
function studentCoverage(angle: number, freedom: number): number {
	const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
	const odd = freedom % 2 === 1;
	let term = odd ? cosine : 1;
	let sum = freedom === 1 ? 0 : term;
	// Odd: cos θ + ⅔ cos³ θ + …; even: 1 + ½ cos² θ + …, the last power ν − 2.
	for (let power = odd ? 3 : 2; power <= freedom - 2; power += 2) {
		term *= ((power - 1) / power) * cosine ** 2;
		sum += term;
	}
	return odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}
