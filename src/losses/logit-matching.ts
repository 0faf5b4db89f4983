import { z } from "zod";
import { int } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { scaled } from "../ops/rules.js";
import { batchMean, defineLoss } from "./loss.js";

const options = z.strictObject({
	name: z.literal("logit-matching").describe("the teacher's logits"),
});

/**
 * Matching logits (Bucilă et al. 2006; Ba & Caruana 2014), the limit of soft targets at high temperature
 * (Hinton et al. 2015, §2.1): mean_batch ½ mean_i (z_i − v_i)², with both logit vectors made zero-mean per sample.
 *
 * The mean, not the sum, over the N classes: then ∂/∂z_i = (z_i − v_i) / N, the limit of T (q_i − p_i).
 */
export const logitMatching = defineLoss({
	role: "teacher",
	tasks: ["classification"],
	options,
	needs: () => ["student", "teacher"],
	build(g, { student, teacher }) {
		const difference = g.op("Sub", [zeroMean(g, student), zeroMean(g, teacher)]);
		return scaled(g, batchMean(g, g.op("Mul", [difference, difference])), 0.5 / (student.dims[1] ?? 1));
	},
});

/** Logits less their mean over the classes. */
function zeroMean(g: Graph, logits: Value): Value {
	return g.op("Sub", [logits, g.op("ReduceMean", [logits, g.integers([-1])], { keepdims: int(1) })]);
}
