/** How studies put numbers into words and tables: nothing is claimed that the seeds do not show. */
import { type PairedDifference, pairedDifference, summary } from "../../metrics/index.js";

/** Mean and deviation of what several seeds gave. */
export function spread(values: readonly number[], digits = 1): string {
	const { mean, std } = summary(values);
	return std === undefined ? mean.toFixed(digits) : `${mean.toFixed(digits)} ± ${std.toFixed(digits)}`;
}

/** The mean alone. */
export const meanOf = (values: readonly number[]): number => summary(values).mean;

/** A point of a figure: mean and deviation. */
export function pointOf(
	x: number | string,
	values: readonly number[],
): {
	readonly x: number | string;
	readonly y: number;
	readonly std?: number;
} {
	const { mean, std } = summary(values);
	return { x, y: mean, ...(std === undefined ? {} : { std }) };
}

/** Whether the interval of a difference leaves out zero. */
export function isTold({ interval }: PairedDifference): boolean {
	return interval !== undefined && (interval.low > 0 || interval.high < 0);
}

/**
 * A difference in errors as the predicate of a sentence: `makes 12.0 fewer errors than B (95 % interval 3.1 to 20.9)`.
 *
 * @param own - errors by seed.
 * @param other - those of what it is compared with, by the same seeds.
 */
export function comparedErrors(own: readonly number[], other: readonly number[], than: string): string {
	const fewer = pairedDifference(other, own);
	const size = oriented(fewer);
	const said =
		size.value === 0
			? `as many errors as ${than}`
			: `${size.value.toFixed(1)} ${fewer.value > 0 ? "fewer" : "more"} errors than ${than}`;
	return `makes ${said} (${certainty(size)})`;
}

/** A difference the other way round where it is negative. */
export function oriented(difference: PairedDifference): PairedDifference {
	const { value, interval } = difference;
	if (value >= 0) return difference;
	return {
		value: -value,
		...(interval === undefined ? {} : { interval: { low: -interval.high, high: -interval.low } }),
	};
}

/** How sure a difference is, over the seeds. */
export function certainty(difference: PairedDifference): string {
	const { interval } = difference;
	if (interval === undefined) return "one seed: no interval";
	const told = isTold(difference) ? "" : ", not significant";
	return `95 % interval ${signed(interval.low)} to ${signed(interval.high)}${told}`;
}

/** A number with a sign that is no hyphen. */
export function signed(value: number, digits = 1): string {
	return value.toFixed(digits).replace("-", "−");
}

/** A time in the unit that suits it. */
export function minutes(seconds: number): string {
	return seconds < 90 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`;
}
