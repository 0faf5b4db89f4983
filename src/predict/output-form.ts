/** What a classifier's numbers are: the one place where that is decided. */
import { LimbeckError } from "../errors.js";
import { inOptions, type Setting } from "./setting.js";

/**
 * The least probability that becomes a logit: log 10⁻¹² = −27.6. Files that round store 0 for what is merely small, and
 * log 0 would be no target.
 */
export const leastProbability = 1e-12;

/** In the place of −∞: so low that no temperature in use brings it back, and finite in all that follows. */
export const lowestFinite = -1000;

/** How far the sum of a row of probabilities may be from 1: float16 and three decimals round so much. */
const tolerance = 1e-3;
/** How far it may be before rows are no probabilities at all. */
const doubtful = 0.1;

/** A form of a classifier's numbers. */
interface FormEntry {
	/** The logit of a number; a softmax of a row's logits is the distribution that is meant. */
	readonly logit: (value: number) => number;
	/** The share of a row that a number is, where rows are distributions: they sum to 1. */
	readonly share?: (value: number) => number;
	/** Between what numbers lie; beyond no bound where absent. */
	readonly range?: readonly [least: number, most: number];
	/** Whether −∞ is a number of this form: the logarithm of 0. */
	readonly logarithms?: true;
}

const logOf = (share: number): number => Math.log(Math.max(share, leastProbability));

/** Every form: how its numbers are read, and what they must be. */
export const outputForms = {
	logits: { logit: (value) => value },
	probabilities: { logit: logOf, share: (value) => value, range: [0, Infinity] },
	percentages: { logit: (value) => logOf(value / 100), share: (value) => value / 100, range: [0, Infinity] },
	"log-probabilities": { logit: (value) => Math.max(value, lowestFinite), share: Math.exp, logarithms: true },
	// Each class by itself: the logit is log p − log (1 − p).
	sigmoid: { logit: (value) => logOf(value) - logOf(1 - value), range: [0, 1] },
} as const satisfies Record<string, FormEntry>;

/** What a row of a classifier's numbers is. */
export type OutputForm = keyof typeof outputForms;

/** The entry of a form, with its own type forgotten. */
function entryOf(form: OutputForm): FormEntry {
	return outputForms[form];
}

/** The forms, by their names. */
// Object.keys widens the keys of the table to string.
export const formNames = Object.keys(outputForms) as [OutputForm, ...OutputForm[]];

/** What a classifier's outputs are, set or to be found out. */
export type OutputsOption = OutputForm | "auto";

/** The form of rows of so many numbers: one probability a row is the score of the second of two classes. */
export function formAt(width: number, form: OutputForm): OutputForm {
	return width === 1 && form === "probabilities" ? "sigmoid" : form;
}

/** A form, and how it is known. */
export interface FoundForm {
	readonly form: OutputForm;
	readonly reason: string;
}

/** Rows of a classifier's numbers, `[rows, width]`. */
export interface Answers {
	readonly data: Float32Array;
	readonly width: number;
	/** Where they come from, for messages. */
	readonly where: string;
	/** The number of the first row, for messages; 0 where absent. */
	readonly first?: number;
	/** How it is set what they are, for hints; none where nobody can. */
	readonly setting?: Setting | undefined;
}

/**
 * What rows of numbers are: probabilities where none is negative and every row sums to one, percentages where it sums to
 * 100, log-probabilities where the exponentials of every row sum to one, scores of a sigmoid where all are between 0 and
 * 1, else logits. One number a row is the score of a sigmoid or its logit.
 *
 * @param own - whether they come from a file as Limbeck writes it: logits, which may all be between 0 and 1.
 * @throws LimbeckError (`model`) for numbers that are not finite, and for rows that are nearly probabilities.
 */
export function formOfValues(answers: Answers, own = false): FoundForm {
	checkFinite(answers, true);
	const found = likelyForm(answers);
	if (found.form === "probabilities" && found.apart > tolerance) throw doubtfulSum(answers, found.apart);
	checkFinite(answers, found.form === "log-probabilities");
	const { form, reason } = found;
	return own && form === "sigmoid" ? { form: "logits", reason: "its metadata are Limbeck's" } : { form, reason };
}

/**
 * What rows of independent scores are: probabilities where all are between 0 and 1, else logits.
 *
 * @param own - as {@link formOfValues} takes it.
 * @throws LimbeckError (`model`) for numbers that are not finite.
 */
export function formOfScores(answers: Answers, own = false): FoundForm {
	checkFinite(answers, false);
	if (own) return { form: "logits", reason: "its metadata are Limbeck's" };
	if (isWithin(answers.data, "sigmoid")) return { form: "sigmoid", reason: "all its values are between 0 and 1" };
	return { form: "logits", reason: "some of its values are not between 0 and 1" };
}

/** Rows that are numbers as they are. @throws LimbeckError (`model`) for numbers that are not finite. */
export function formOfNumbers(answers: Answers): FoundForm {
	checkFinite(answers, false);
	return { form: "logits", reason: "they are numbers" };
}

/**
 * What rows look like that are said to be of another form, and by which that form would be a mistake: logits may be
 * log-probabilities, but no probabilities. `undefined` where they are as they are said to be.
 */
export function formUnlike(answers: Answers, form: OutputForm): FoundForm | undefined {
	if (answers.data.some((value) => Number.isNaN(value) || value === Infinity)) return undefined;
	const { form: found, reason } = likelyForm(answers);
	const fits = found === form || (form === "logits" && found === "log-probabilities");
	return fits ? undefined : { form: found, reason };
}

/** The form that rows look like, and how far a sum of their shares is from 1 at most. */
function likelyForm(answers: Answers): FoundForm & { readonly apart: number } {
	const { data, width } = answers;
	const rows = `rows of ${String(data.length / width)} samples`;
	const reasons = {
		probabilities: `${rows} sum to one`,
		percentages: `${rows} sum to 100`,
		"log-probabilities": `the exponentials of ${rows} sum to one`,
	} as const;
	for (const form of ["probabilities", "percentages", "log-probabilities"] as const) {
		if (width === 1 || !isWithin(data, form)) continue;
		const apart = furthestSum(answers, form);
		const most = form === "probabilities" ? doubtful : tolerance;
		if (apart <= most) return { form, reason: reasons[form], apart };
	}
	if (isWithin(data, "sigmoid")) {
		return { form: "sigmoid", reason: `${rows} are between 0 and 1 and do not sum to one`, apart: 0 };
	}
	return { form: "logits", reason: `${rows} are neither probabilities nor their logarithms`, apart: 0 };
}

/**
 * Refuses rows that are not what they should be.
 *
 * @param lenient - whether sums of 1 ± 0.1 pass, as where a person has named the form: softmax makes them one.
 * @throws LimbeckError (`model`) that names the sample: for numbers that are not finite (−∞ is the logarithm of 0), and
 * for probabilities that are negative or do not sum to 1 ± 0.001.
 */
export function checkAnswers(answers: Answers, form: OutputForm, lenient = false): void {
	const { share, range, logarithms = false } = entryOf(form);
	checkFinite(answers, logarithms);
	if (share === undefined && range === undefined) return;
	const { data, width } = answers;
	const most = lenient ? doubtful : tolerance;
	const sums = share === undefined || width === 1 ? [] : rowSums(answers, share);
	const outside = range === undefined ? -1 : data.findIndex((value) => value < range[0] || value > range[1]);
	const wrong = outside === -1 ? sums.findIndex((sum) => Math.abs(sum - 1) > most) : Math.floor(outside / width);
	if (wrong === -1) return;
	const whole = share === undefined ? "between 0 and 1" : `that sum to 1 ± ${String(most)}`;
	throw new LimbeckError("model", {
		where: placeOf(answers, wrong),
		expected: `${form} of ${String(width)} classes ${whole}`,
		got: outside === -1 ? `a sum of ${(sums[wrong] ?? 0).toPrecision(4)}` : String(data[outside]),
		...hintFor(answers, form),
	});
}

/** What can be done about rows that are not of a form. */
function hintFor(answers: Answers, form: OutputForm): { readonly hint?: string } {
	const { setting } = answers;
	if (setting === undefined) return {};
	const found = formUnlike(answers, form)?.form ?? "logits";
	const sum = found === "logits" ? "; else divide each row by its sum" : "";
	return { hint: `If they are ${found}: ${setting("outputs", found)}${sum}.` };
}

/**
 * Rows as logits, a row for each of a classifier's samples. One number a row is of the second of two classes: its logits
 * are 0 and the number's own.
 */
export function logitsOfRows({ data, width }: Pick<Answers, "data" | "width">, form: OutputForm): Float32Array {
	const { logit } = entryOf(form);
	if (width > 1) return form === "logits" ? data : Float32Array.from(data, logit);
	return Float32Array.from({ length: 2 * data.length }, (_, at) => (at % 2 === 0 ? 0 : logit(data[at >> 1] ?? 0)));
}

function isWithin(data: Float32Array, form: OutputForm): boolean {
	const [least, most] = entryOf(form).range ?? [-Infinity, Infinity];
	return data.every((value) => value >= least && value <= most);
}

function checkFinite(answers: Answers, logarithms: boolean): void {
	const { data, width, setting } = answers;
	const wrong = data.findIndex((value) => !Number.isFinite(value) && !(logarithms && value === -Infinity));
	if (wrong === -1) return;
	throw new LimbeckError("model", {
		where: placeOf(answers, Math.floor(wrong / width)),
		expected: "finite numbers",
		got: `${String(data[wrong])} for class ${String(wrong % width)}`,
		hint: `Check the model's weights${setting === undefined || setting === inOptions ? "" : `, and how it wants its samples: ${setting("input", "{…}")}`}.`,
	});
}

function doubtfulSum(answers: Answers, apart: number): LimbeckError {
	const sum = rowSums(answers, (value) => value).find((one) => Math.abs(one - 1) === apart) ?? 1;
	const { setting } = answers;
	const hint =
		setting && `Say what they are: ${setting("outputs", "logits")} or ${setting("outputs", "probabilities")}.`;
	return new LimbeckError("model", {
		where: answers.where,
		expected: `probabilities that sum to 1 ± ${String(tolerance)}, or else logits`,
		got: `numbers that are not negative, with a row that sums to ${sum.toPrecision(4)}`,
		...(hint === undefined ? {} : { hint }),
	});
}

function placeOf({ where, first = 0 }: Answers, row: number): string {
	return `${where}: sample ${String(first + row)}`;
}

function rowSums({ data, width }: Answers, of: (value: number) => number): readonly number[] {
	const sums = new Array<number>(data.length / width).fill(0);
	for (let at = 0; at < data.length; at++) {
		const row = Math.floor(at / width);
		sums[row] = (sums[row] ?? 0) + of(data[at] ?? 0);
	}
	return sums;
}

/** How far the sum of a row's shares is from 1, at most. */
function furthestSum(answers: Answers, form: OutputForm): number {
	const { share = (value: number) => value } = entryOf(form);
	return rowSums(answers, share).reduce((most, sum) => Math.max(most, Math.abs(sum - 1)), 0);
}
