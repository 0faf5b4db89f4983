/** Numbers as reports write them. */
import type { Interval } from "../metrics/index.js";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A count with its thousands apart. */
export const count = (value: number): string => whole.format(value);

/** A share as a percentage. */
export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** A mean with its deviation over seeds, where there are several; a dash where it is not known. */
export function spread(value: number | undefined, deviation: number | undefined, digits: number): string {
	if (value === undefined) return "–";
	return deviation === undefined ? value.toFixed(digits) : `${value.toFixed(digits)} ± ${deviation.toFixed(digits)}`;
}

/** {@link spread} of a share, as a percentage. */
export function percentSpread(share: number | undefined, deviation: number | undefined): string {
	if (share === undefined) return "–";
	return `${spread(100 * share, deviation === undefined ? undefined : 100 * deviation, 2)} %`;
}

/** An interval of shares, in per cent. */
export const percentInterval = ({ low, high }: Interval): string =>
	`${(100 * low).toFixed(2)} to ${(100 * high).toFixed(2)} %`;

/** A p-value, with the sign before it. */
export const pValue = (p: number): string => (p < 1e-4 ? "< 0.0001" : `= ${p.toPrecision(2)}`);

/** A number of multiply-adds, in the unit that suits it; "unknown" where it is not known. */
export function operations(value: number | null | undefined): string {
	if (value === null || value === undefined) return "unknown";
	const units = [
		[1e9, " G"],
		[1e6, " M"],
		[1e3, " k"],
	] as const;
	const [size, unit] = units.find(([least]) => value >= least) ?? [1, ""];
	return `${size === 1 ? String(value) : (value / size).toPrecision(3)}${unit}`;
}

/** A number of seconds in its natural unit. */
export function duration(seconds: number): string {
	if (seconds < 90) return `${String(Math.ceil(seconds))} s`;
	if (seconds < 5400) return `${String(Math.ceil(seconds / 60))} min`;
	return `${(seconds / 3600).toFixed(1)} h`;
}
