import { LimbeckError } from "../errors.js";
import { boundedInteger, randomStream } from "../random.js";
import { percentile } from "./timing.js";

/** How often samples are drawn anew, and from which seed. */
export interface BootstrapOptions {
	/** Resamples, 1 or more; 2,000 where absent. */
	readonly resamples?: number;
	/** An integer in [0, 2³²); 1 where absent. The same seed gives the same interval, on every machine. */
	readonly seed?: number;
}

/** An interval that holds a measurement's true value in about 95 of 100 cases. */
export interface Interval {
	readonly low: number;
	readonly high: number;
}

/**
 * The mean of each row over samples drawn with replacement, again and again. All rows are resampled alike, so that the
 * difference of two rows' means is a paired one.
 *
 * Source: Efron 1979, "Bootstrap methods: another look at the jackknife"; Philox draws, counter = resample.
 *
 * @param rows - `[rows][count]`, a number for each sample, such as 1 where a classifier is right and 0 where it is not.
 * @returns `[rows][resamples]`.
 * @throws LimbeckError `usage` when rows differ in length or hold no sample, or there is no resample.
 */
export function resampledMeans(
	rows: readonly ArrayLike<number>[],
	{ resamples = 2000, seed = 1 }: BootstrapOptions = {},
): readonly Float64Array[] {
	const count = rows[0]?.length ?? 0;
	checkRows(rows, count, resamples);
	const stream = randomStream(seed, "bootstrap");
	const words = new Uint32Array(count);
	const means = rows.map(() => new Float64Array(resamples));
	for (let resample = 0; resample < resamples; resample++) {
		stream.words(resample, words);
		for (let i = 0; i < count; i++) words[i] = boundedInteger(words[i] ?? 0, count);
		for (const [r, row] of rows.entries()) {
			let sum = 0;
			for (let i = 0; i < count; i++) sum += row[words[i] ?? 0] ?? 0;
			const out = means[r];
			if (out !== undefined) out[resample] = sum / count;
		}
	}
	return means;
}

function checkRows(rows: readonly ArrayLike<number>[], count: number, resamples: number): void {
	if (count > 0 && rows.every(({ length }) => length === count) && Number.isInteger(resamples) && resamples > 0) return;
	throw new LimbeckError("usage", {
		where: "resampledMeans",
		expected: "rows of the same length, 1 or more, and 1 or more resamples",
		got: `rows of ${rows.map(({ length }) => length).join(", ")} values and ${resamples} resamples`,
		hint: "Pass a number for each sample, of the same samples in every row.",
	});
}

/**
 * The 95 % percentile interval of resampled values: from their 2.5th to their 97.5th percentile.
 *
 * Source: Efron and Tibshirani 1993, "An introduction to the bootstrap", section 13.3.
 *
 * @param values - 1 or more, in any order.
 * @throws LimbeckError `usage` when there is none.
 */
export function percentileInterval(values: ArrayLike<number>): Interval {
	const sorted = Float64Array.from(values).sort();
	return { low: percentile(sorted, 2.5), high: percentile(sorted, 97.5) };
}
