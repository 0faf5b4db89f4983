/** A classifier's numbers as logits in a graph, and the logits of several as one. */
import { z } from "zod";
import { int } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { formNames, leastProbability, lowestFinite, type OutputForm } from "../predict/output-form.js";

/** The option that says what a classifier's outputs are. */
export const outputsOption = z
	.enum(["auto", ...formNames])
	.default("auto")
	.describe("what the numbers are; auto: as the last operator or the values on some training samples say");

/** How a classifier's numbers are read. */
export interface Reading {
	readonly form: OutputForm;
	/** Which of its outputs are the data's classes, in their order; all in order where absent. */
	readonly select?: readonly number[];
	/** Whether it gives one number for two classes: the logit of the second against the first. */
	readonly pair?: true;
}

/** The logits of a classifier's numbers, in a graph. */
const readers: Readonly<Record<OutputForm, (g: Graph, answer: Value) => Value>> = {
	logits: (_, answer) => answer,
	// log max(p, 10⁻¹²).
	probabilities: logarithm,
	percentages: (g, answer) => logarithm(g, g.op("Mul", [answer, g.scalar(0.01)])),
	"log-probabilities": (g, answer) => g.op("Max", [answer, g.scalar(lowestFinite)]),
	// log p − log (1 − p).
	sigmoid: (g, answer) => g.op("Sub", [logarithm(g, answer), logarithm(g, g.op("Sub", [g.scalar(1), answer]))]),
};

function logarithm(g: Graph, answer: Value): Value {
	return g.op("Log", [g.op("Max", [answer, g.scalar(leastProbability)])]);
}

/**
 * A classifier's numbers as logits `[batch, classes]` in a graph: log max(p, 10⁻¹²) of probabilities; logits and
 * log-probabilities, which are logits, no lower than −1000 where they were −∞. One number z for two classes becomes 0
 * and z. Outputs that are not chosen are left out; a softmax distributes their share over the others.
 */
export function logitsOf(g: Graph, answer: Value, { form, select, pair }: Reading): Value {
	const own = readers[form](g, answer);
	const logits = pair === true ? g.op("Concat", [g.op("Mul", [own, g.scalar(0)]), own], { axis: int(1) }) : own;
	return select === undefined ? logits : g.op("Gather", [logits, g.integers(select)], { axis: int(1) });
}

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
