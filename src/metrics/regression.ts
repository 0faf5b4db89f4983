/** How far answers that are numbers are from the truth. */
import { LimbeckError } from "../errors.js";

/** Numbers and what they should be, `[count, width]`. */
export interface PairedValues {
	readonly answers: ArrayLike<number>;
	readonly values: ArrayLike<number>;
	/** Numbers of a sample. */
	readonly width: number;
}

/** Figures of one number of the answers. */
export interface ValueScores {
	/** Root of the mean squared error, in the number's units. */
	readonly rmse: number;
	/** Mean absolute error, in the number's units. */
	readonly mae: number;
	/** 1 − Σ (v − a)² / Σ (v − v̄)²: the share of the variance that is explained; at most 1. 0 where all values are equal. */
	readonly r2: number;
}

/** How well a regression does. Of several numbers a sample, means over them. */
export interface RegressionMetrics extends ValueScores {
	readonly perValue: readonly ValueScores[];
}

/**
 * Errors of answers, in float64.
 *
 * @throws LimbeckError `usage` when the shapes disagree or there is no sample, `model` for an answer that is not finite.
 */
export function regressionMetrics({ answers, values, width }: PairedValues): RegressionMetrics {
	const count = values.length / width;
	if (answers.length !== values.length || count < 1 || !Number.isInteger(count)) {
		const expected = `${String(values.length)} numbers`;
		throw new LimbeckError("usage", { where: "regressionMetrics", expected, got: String(answers.length) });
	}
	const perValue = Array.from({ length: width }, (_, at) => scoresOf(answers, values, width, at));
	const mean = (of: (scores: ValueScores) => number): number =>
		perValue.reduce((sum, scores) => sum + of(scores), 0) / width;
	return { rmse: mean(({ rmse }) => rmse), mae: mean(({ mae }) => mae), r2: mean(({ r2 }) => r2), perValue };
}

function scoresOf(answers: ArrayLike<number>, values: ArrayLike<number>, width: number, at: number): ValueScores {
	const count = values.length / width;
	let centre = 0;
	for (let row = 0; row < count; row++) centre += (values[row * width + at] ?? 0) / count;
	let [squared, absolute, spread] = [0, 0, 0];
	for (let row = 0; row < count; row++) {
		const [answer, value] = [answers[row * width + at] ?? 0, values[row * width + at] ?? 0];
		if (!Number.isFinite(answer)) {
			const where = `answers: sample ${String(row)}`;
			throw new LimbeckError("model", { where, expected: "finite numbers", got: String(answer) });
		}
		squared += (answer - value) ** 2;
		absolute += Math.abs(answer - value);
		spread += (value - centre) ** 2;
	}
	return {
		rmse: Math.sqrt(squared / count),
		mae: absolute / count,
		r2: spread === 0 ? 0 : 1 - squared / spread,
	};
}

/**
 * Half the width of an interval around answers that holds a share of the values (split conformal prediction: Vovk et al.
 * 2005; Lei et al. 2018): of n absolute errors the ⌈(n + 1) share⌉-th in rising order, the largest where that is beyond.
 *
 * @returns `[width]`, in the numbers' units.
 */
export function intervalRadii({ answers, values, width }: PairedValues, share: number): readonly number[] {
	const count = values.length / width;
	return Array.from({ length: width }, (_, at) => {
		const errors = Float64Array.from({ length: count }, (_, row) =>
			Math.abs((answers[row * width + at] ?? 0) - (values[row * width + at] ?? 0)),
		).sort();
		return errors[Math.min(count, Math.ceil((count + 1) * share)) - 1] ?? 0;
	});
}

/** The share of values that are within the radii of the answers. */
export function intervalCoverage({ answers, values, width }: PairedValues, radii: readonly number[]): number {
	let within = 0;
	for (let at = 0; at < values.length; at++) {
		if (Math.abs((answers[at] ?? 0) - (values[at] ?? 0)) <= (radii[at % width] ?? 0)) within++;
	}
	return within / values.length;
}

/** `[count]`: the mean squared error of each sample, each number in units of its deviation. */
export function squaredErrors({ answers, values, width }: PairedValues, deviations: readonly number[]): Float64Array {
	return Float64Array.from({ length: values.length / width }, (_, row) => {
		let sum = 0;
		for (let at = 0; at < width; at++) {
			const error = (answers[row * width + at] ?? 0) - (values[row * width + at] ?? 0);
			sum += (error / (deviations[at] ?? 1)) ** 2;
		}
		return sum / width;
	});
}
