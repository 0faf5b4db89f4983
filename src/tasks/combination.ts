/** How the answers of several teachers become one. */
import { z } from "zod";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";

/** How the answers of several teachers become one. */
export type Combination = "arithmetic" | "geometric" | "sum";

/** The option that says so. */
export const combinationOption = z
	.enum(["arithmetic", "geometric", "sum"] as const satisfies readonly Combination[])
	.default("arithmetic")
	.describe(
		"mean of the members' probabilities, or of their logarithms: the latter is the mean of logits; or the sum of logits, each times its weight",
	);

/** The sum of values of one shape. */
export function added(g: Graph, values: readonly Value[]): Value {
	return values.reduce((left, right) => g.op("Add", [left, right]));
}

/** Σ_k w_k x_k as it is, the stages of an additive model. */
export function weightedAnswers(g: Graph, members: readonly Value[], weights: readonly number[]): Value {
	return added(
		g,
		members.map((answer, k) => g.op("Mul", [answer, g.scalar(weights[k] ?? 1)])),
	);
}

/** Weights that add up to 1. */
export function shares(members: readonly Value[], weights: readonly number[]): readonly number[] {
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	return members.map((_, k) => (weights[k] ?? 1) / total);
}
