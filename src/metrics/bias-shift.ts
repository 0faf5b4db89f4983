/** A number added to the logits of classes that a student never saw: Hinton et al. 2015, §3. */
import { checkLabels } from "./labels.js";
import { checkLogits, logitsRow } from "./logits.js";

/** A labelled sample as a shift sees it: its prediction is `omitted` where the shift exceeds `margin`, else `seen`. */
interface Case {
	readonly margin: number;
	/** The most probable class of those that are shifted, and of the others. */
	readonly omitted: number;
	readonly seen: number;
	readonly label: number;
}

/** What a classifier does with its shift. */
export interface ShiftedErrors {
	readonly errors: number;
	/** Errors on samples of the omitted classes. */
	readonly omittedErrors: number;
}

/** A range of shifts that predict alike, from just above `low` to `high`. */
interface Range {
	readonly low: number;
	readonly high: number;
}

/** Labelled logits and the classes whose logits are shifted together. */
export interface ShiftInput {
	/** `[count, classes]`. */
	readonly logits: Float32Array;
	/** `[count]`. */
	readonly labels: ArrayLike<number>;
	readonly classes: number;
	/** Some of the classes, not all. */
	readonly omitted: readonly number[];
}

/**
 * The shift of the omitted classes with the fewest errors; of equal ones the nearest to 0.
 *
 * @throws LimbeckError as `classificationMetrics`.
 */
export function leastErrorsShift(input: ShiftInput): number {
	const cases = casesOf(input);
	let errors = cases.filter(({ seen, label }) => seen !== label).length;
	let best = { errors: Infinity, shift: 0 };
	for (const { range, passed } of ranges(cases)) {
		for (const { omitted, seen, label } of passed) errors += Number(seen === label) - Number(omitted === label);
		const shift = insideOf(range);
		if (errors < best.errors || (errors === best.errors && Math.abs(shift) < Math.abs(best.shift))) {
			best = { errors, shift };
		}
	}
	return best.shift;
}

/**
 * The largest shift at which no omitted class is predicted wrongly more often, on average, than a seen class is: it is
 * found on samples of the seen classes alone, whatever others are given, so that it can be known without one sample of
 * the omitted classes.
 *
 * @throws LimbeckError as `classificationMetrics`.
 */
export function falseAlarmShift(input: ShiftInput): number {
	const omitted = new Set(input.omitted);
	const cases = casesOf(input).filter(({ label }) => !omitted.has(label));
	const seenClasses = input.classes - omitted.size;
	let [alarms, others] = [0, cases.filter(({ seen, label }) => seen !== label).length];
	let shift = 0;
	for (const { range, passed } of ranges(cases)) {
		for (const { seen, label } of passed) {
			alarms += 1;
			others -= Number(seen !== label);
		}
		if (alarms / omitted.size > others / seenClasses || range.high === Infinity) break;
		shift = range.high;
	}
	return shift;
}

/** The errors of a classifier whose omitted classes are shifted. */
export function shiftedErrors(input: ShiftInput, shift: number): ShiftedErrors {
	const omitted = new Set(input.omitted);
	const wrong = casesOf(input).filter((one) => (shift > one.margin ? one.omitted : one.seen) !== one.label);
	return { errors: wrong.length, omittedErrors: wrong.filter(({ label }) => omitted.has(label)).length };
}

function casesOf({ logits, labels, classes, omitted }: ShiftInput): readonly Case[] {
	const count = checkLogits("bias shift, logits", logits, classes);
	checkLabels("bias shift, labels", labels, count, classes);
	const shifted = new Set(omitted);
	const all = Array.from({ length: classes }, (_, c) => c);
	const [others, own] = [all.filter((c) => !shifted.has(c)), all.filter((c) => shifted.has(c))];
	return Array.from({ length: count }, (_, sample) => {
		const row = logitsRow(logits, sample, classes);
		const [seen, best] = [topOf(row, others), topOf(row, own)];
		return { margin: (row[seen] ?? 0) - (row[best] ?? 0), omitted: best, seen, label: labels[sample] ?? 0 };
	});
}

function topOf(row: ArrayLike<number>, classes: readonly number[]): number {
	return classes.reduce((best, c) => ((row[c] ?? 0) > (row[best] ?? 0) ? c : best), classes[0] ?? 0);
}

/** The ranges of shifts in rising order, each with the cases that become `omitted` at its beginning. */
function ranges(cases: readonly Case[]): readonly { readonly range: Range; readonly passed: readonly Case[] }[] {
	const byMargin = new Map<number, Case[]>();
	for (const one of cases) {
		const equal = byMargin.get(one.margin);
		if (equal === undefined) byMargin.set(one.margin, [one]);
		else equal.push(one);
	}
	const rising = [...byMargin.keys()].sort((a, b) => a - b);
	const ends = [-Infinity, ...rising];
	return ends.map((low, k) => ({ range: { low, high: rising[k] ?? Infinity }, passed: byMargin.get(low) ?? [] }));
}

/** 0 where it lies in a range, else the middle; of an endless range a point 1 from its end. */
function insideOf({ low, high }: Range): number {
	if (low < 0 && high >= 0) return 0;
	if (low === -Infinity) return high - 1;
	return high === Infinity ? low + 1 : (low + high) / 2;
}
