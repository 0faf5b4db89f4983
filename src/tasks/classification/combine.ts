/** Distributions of several classifiers as one. */
import { int } from "../../graph/attributes.js";
import type { Graph } from "../../graph/graph.js";
import type { Value } from "../../graph/value.js";
import { added, type Combination, shares, weightedAnswers } from "../combination.js";

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
	if (combination === "sum") return weightedAnswers(g, members, weights);
	const parts = shares(members, weights);
	const distributions = members.map((logits, k) => {
		const logP = g.op("LogSoftmax", [logits], { axis: int(-1) });
		const share = parts[k] ?? 1;
		return combination === "arithmetic"
			? g.op("Add", [logP, g.scalar(Math.log(share))])
			: g.op("Mul", [logP, g.scalar(share)]);
	});
	if (combination === "geometric") {
		return g.op("LogSoftmax", [added(g, distributions)], { axis: int(-1) });
	}
	const stacked = g.op(
		"Concat",
		distributions.map((one) => g.op("Unsqueeze", [one, g.integers([2])])),
		{ axis: int(2) },
	);
	return g.op("ReduceLogSumExp", [stacked, g.integers([2])], { keepdims: int(0) });
}
