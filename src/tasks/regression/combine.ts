/** Numbers of several regressions as one, with their variance. */
import { int } from "../../graph/attributes.js";
import type { Graph } from "../../graph/graph.js";
import type { Value } from "../../graph/value.js";
import { added, type Combination, shares, weightedAnswers } from "../combination.js";

/** A member's answer: its means and, where it gives any, their variances; 0 where it gives none. */
interface Member {
	readonly mean: Value;
	readonly variance: Value;
}

/**
 * The answer `[batch, 2 width]` of an ensemble, means and then variances. A member gives `[batch, width]`, or both itself.
 *
 * - arithmetic and geometric: m = Σ_k w_k m_k, with the variance of the mixture Σ_k w_k (v_k + (m_k − m)²), of which the
 *   second part is what the members differ by (Lakshminarayanan et al. 2017, "Simple and scalable predictive
 *   uncertainty estimation using deep ensembles", §2.4);
 * - sum: Σ_k w_k m_k as it is, with the variance Σ_k w_k² v_k.
 *
 * @param width - numbers of a sample.
 */
export function combineValues(
	g: Graph,
	answers: readonly Value[],
	weights: readonly number[],
	combination: Combination,
	width: number,
): Value {
	const members = answers.map((answer) => memberOf(g, answer, width));
	const means = members.map(({ mean }) => mean);
	const both = (mean: Value, variance: Value): Value => g.op("Concat", [mean, variance], { axis: int(1) });
	if (combination === "sum") {
		const squares = weights.map((weight) => weight ** 2);
		const variances = members.map(({ variance }) => variance);
		return both(weightedAnswers(g, means, weights), weightedAnswers(g, variances, squares));
	}
	const [only] = members;
	if (only !== undefined && members.length === 1) return both(only.mean, only.variance);
	const parts = shares(means, weights);
	const mean = weightedAnswers(g, means, parts);
	const spread = members.map(({ mean: own, variance }, k) => {
		const apart = g.op("Sub", [own, mean]);
		return g.op("Mul", [g.op("Add", [variance, g.op("Mul", [apart, apart])]), g.scalar(parts[k] ?? 1)]);
	});
	return both(mean, added(g, spread));
}

function memberOf(g: Graph, answer: Value, width: number): Member {
	if (answer.dims.at(-1) === width) return { mean: answer, variance: g.op("Mul", [answer, g.scalar(0)]) };
	return { mean: columnsOf(g, answer, 0, width), variance: columnsOf(g, answer, width, 2 * width) };
}

/** Columns `from` … `to − 1`. */
export function columnsOf(g: Graph, answer: Value, from: number, to: number): Value {
	const columns = Array.from({ length: to - from }, (_, at) => from + at);
	return g.op("Gather", [answer, g.integers(columns)], { axis: int(1) });
}
