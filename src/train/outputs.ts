/** What a classifier's numbers are, and what becomes of them: logits, probabilities or log-probabilities. */
import { z } from "zod";
import { LimbeckError } from "../errors.js";
import { int } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";

/** What a row of a classifier's numbers is. */
export type OutputForm = "logits" | "probabilities" | "log-probabilities";

/** What a classifier's outputs are, told or to be found out. */
export type OutputsOption = OutputForm | "auto";

/** The option that says so. */
export const outputsOption = z
	.enum(["auto", "logits", "probabilities", "log-probabilities"] as const satisfies readonly OutputsOption[])
	.default("auto")
	.describe("what the numbers are; auto: as the last operator or the values on some training samples say");

/**
 * The least probability that becomes a logit: log 10⁻¹² = −27.6. Files that round store 0 for what is merely small, and
 * log 0 would be no target.
 */
export const leastProbability = 1e-12;

/** How far the sum of a row of probabilities may be from 1. */
const tolerance = 1e-3;
/** How far it may be before rows are no probabilities at all. */
const doubtful = 0.1;

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
}

/**
 * What rows of numbers are: probabilities where none is negative and every row sums to one, log-probabilities where the
 * exponentials of every row do, else logits.
 *
 * @throws LimbeckError (`model`) for numbers that are not finite, and for rows that are nearly probabilities.
 */
export function formOfValues(answers: Answers): FoundForm {
	checkFinite(answers, true);
	const sums = rowSums(answers, (value) => value);
	const rows = `${String(sums.length)} samples`;
	if (answers.data.every((value) => value >= 0)) {
		const apart = furthest(sums);
		if (Math.abs(apart - 1) <= tolerance) return { form: "probabilities", reason: `rows of ${rows} sum to one` };
		if (Math.abs(apart - 1) <= doubtful) throw doubtfulSum(answers, apart);
	}
	if (Math.abs(furthest(rowSums(answers, Math.exp)) - 1) <= tolerance) {
		return { form: "log-probabilities", reason: `the exponentials of rows of ${rows} sum to one` };
	}
	checkFinite(answers, false);
	return { form: "logits", reason: `rows of ${rows} are neither probabilities nor their logarithms` };
}

/**
 * Refuses rows that are not what they should be.
 *
 * @throws LimbeckError (`model`) that names the sample: for numbers that are not finite (−∞ is the logarithm of 0), and
 * for probabilities that are negative or do not sum to 1 ± 0.001.
 */
export function checkAnswers(answers: Answers, form: OutputForm): void {
	checkFinite(answers, form === "log-probabilities");
	if (form === "logits") return;
	const { data, width } = answers;
	const sums = rowSums(answers, form === "probabilities" ? (value) => value : Math.exp);
	const negative = form === "probabilities" ? data.findIndex((value) => value < 0) : -1;
	const wrong = negative === -1 ? sums.findIndex((sum) => Math.abs(sum - 1) > tolerance) : Math.floor(negative / width);
	if (wrong === -1) return;
	throw new LimbeckError("model", {
		where: placeOf(answers, wrong),
		expected: `${form} of ${String(width)} classes that sum to 1 ± ${String(tolerance)}`,
		got: negative === -1 ? `a sum of ${(sums[wrong] ?? 0).toPrecision(4)}` : String(data[negative]),
		hint: 'If they are logits, set outputs to "logits"; else divide each row by its sum.',
	});
}

function checkFinite(answers: Answers, logarithms: boolean): void {
	const { data, width } = answers;
	const wrong = data.findIndex((value) => !Number.isFinite(value) && !(logarithms && value === -Infinity));
	if (wrong === -1) return;
	throw new LimbeckError("model", {
		where: placeOf(answers, Math.floor(wrong / width)),
		expected: "finite numbers",
		got: `${String(data[wrong])} for class ${String(wrong % width)}`,
		hint: "Check the model's weights, and its preprocessing: input.mean, std, scale and size.",
	});
}

function doubtfulSum(answers: Answers, sum: number): LimbeckError {
	return new LimbeckError("model", {
		where: answers.where,
		expected: `probabilities that sum to 1 ± ${String(tolerance)}, or else logits`,
		got: `numbers that are not negative, with a row that sums to ${sum.toPrecision(4)}`,
		hint: 'Say what they are: set outputs to "logits" or "probabilities".',
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

/** The sum that is furthest from 1. */
function furthest(sums: readonly number[]): number {
	return sums.reduce((worst, sum) => (Math.abs(sum - 1) > Math.abs(worst - 1) ? sum : worst), 1);
}

/** How a classifier's numbers are read. */
export interface Reading {
	readonly form: OutputForm;
	/** Which of its outputs are the data's classes, in their order; all in order where absent. */
	readonly select?: readonly number[];
}

/**
 * A classifier's numbers as logits `[batch, classes]` in a graph: log max(p, 10⁻¹²) of probabilities; logits and
 * log-probabilities, which are logits, no lower than log 10⁻¹² where they were −∞. Outputs that are not chosen are left
 * out; a softmax distributes their share over the others.
 */
export function logitsOf(g: Graph, answer: Value, { form, select }: Reading): Value {
	const chosen = select === undefined ? answer : g.op("Gather", [answer, g.integers(select)], { axis: int(1) });
	if (form === "logits") return chosen;
	if (form === "log-probabilities") return g.op("Max", [chosen, g.scalar(lowestFinite)]);
	return g.op("Log", [g.op("Max", [chosen, g.scalar(leastProbability)])]);
}

/** In the place of −∞: so low that no temperature in use brings it back, and finite in all that follows. */
const lowestFinite = -1000;

/** How the distributions of several teachers become one. */
export type Combination = "arithmetic" | "geometric" | "sum";

/** The option that says so. */
export const combinationOption = z
	.enum(["arithmetic", "geometric", "sum"] as const satisfies readonly Combination[])
	.default("arithmetic")
	.describe(
		"mean of the members' probabilities, or of their logarithms: the latter is the mean of logits; or the sum of logits, each times its weight",
	);

/**
 * The logits `[batch, classes]` of an ensemble, which are its log-probabilities (Hinton et al. 2015, §2: an ensemble's
 * soft target is the arithmetic or the geometric mean of its members' distributions). With log p_k = log softmax(z_k):
 *
 * - arithmetic: log Σ_k w_k p_k, as the stable log Σ_k exp(log p_k + log w_k);
 * - geometric: Σ_k w_k log p_k, which is Σ_k w_k z_k and a constant, made a distribution again.
 * - sum: Σ_k w_k z_k as it is, the stages of an additive model.
 *
 * The first two are means at T = 1. A temperature is applied to the result: softmax(log p̄ / T).
 *
 * @param weights - one for each member; of means only their ratios count.
 */
export function combineLogits(
	g: Graph,
	members: readonly Value[],
	weights: readonly number[],
	combination: Combination,
): Value {
	const added = (values: readonly Value[]): Value => values.reduce((left, right) => g.op("Add", [left, right]));
	if (combination === "sum") {
		return added(members.map((logits, k) => g.op("Mul", [logits, g.scalar(weights[k] ?? 1)])));
	}
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	const distributions = members.map((logits, k) => {
		const logP = g.op("LogSoftmax", [logits], { axis: int(-1) });
		const share = (weights[k] ?? 1) / total;
		return combination === "arithmetic"
			? g.op("Add", [logP, g.scalar(Math.log(share))])
			: g.op("Mul", [logP, g.scalar(share)]);
	});
	if (combination === "geometric") {
		return g.op("LogSoftmax", [added(distributions)], { axis: int(-1) });
	}
	const stacked = g.op(
		"Concat",
		distributions.map((one) => g.op("Unsqueeze", [one, g.integers([2])])),
		{ axis: int(2) },
	);
	return g.op("ReduceLogSumExp", [stacked, g.integers([2])], { keepdims: int(0) });
}
