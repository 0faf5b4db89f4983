/** Probabilities of several multi-label classifiers as one. */
import type { Graph } from "../../graph/graph.js";
import type { Value } from "../../graph/value.js";
import { added, type Combination, shares, weightedAnswers } from "../combination.js";

/** The least probability that becomes a logit, as of outputs that are probabilities. */
const least = 1e-12;

/**
 * The logits `[batch, labels]` of an ensemble. With p_k = σ(z_k):
 *
 * - arithmetic: the logit of Σ_k w_k p_k;
 * - geometric: Σ_k w_k z_k, the logit of the normalised geometric mean of p_k and 1 − p_k;
 * - sum: Σ_k w_k z_k with the weights as they are.
 */
export function combineScores(
	g: Graph,
	members: readonly Value[],
	weights: readonly number[],
	combination: Combination,
): Value {
	if (combination === "sum") return weightedAnswers(g, members, weights);
	const parts = shares(members, weights);
	if (combination === "geometric") return weightedAnswers(g, members, parts);
	const mean = (of: (z: Value) => Value): Value =>
		added(
			g,
			members.map((logits, k) => g.op("Mul", [g.op("Sigmoid", [of(logits)]), g.scalar(parts[k] ?? 1)])),
		);
	const log = (p: Value): Value => g.op("Log", [g.op("Max", [p, g.scalar(least)])]);
	// 1 − p as σ(−z) keeps the digits of probabilities near 1.
	return g.op("Sub", [log(mean((z) => z)), log(mean((z) => g.op("Neg", [z])))]);
}
