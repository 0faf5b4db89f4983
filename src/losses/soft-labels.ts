import { z } from "zod";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { scaled } from "../ops/rules.js";
import { hardBinaryCrossEntropy, softplus } from "./binary-cross-entropy.js";
import { defineLoss, meanOfAll, weightedSum } from "./loss.js";

const options = z.strictObject({
	name: z.literal("soft-labels").describe("the teacher's softened probability of each label"),
	temperature: z.number().gt(0).max(1000).default(2).describe("T of both sigmoids; higher is softer"),
	hardWeight: z
		.number()
		.min(0)
		.max(1)
		.default(0.5)
		.describe("weight of the true labels; the teacher's probabilities get the rest"),
});

/**
 * Soft targets of labels that each hold or do not: those of Hinton et al. 2015, §2, with a sigmoid for each label in place
 * of the softmax over classes:
 *
 * (1 − w) T² mean KL(p ‖ q) + w BCE(z, y), with p = σ(v / T) the teacher's and q = σ(z / T) the student's probability of a
 * label, KL that of the two distributions (p, 1 − p) and (q, 1 − q), and means over batch and labels.
 *
 * ∂KL/∂z = (q − p) / T, so with the factor T² the gradient is T (q − p), which for high T tends to (z − v) / 4: its size
 * does not fall with T, and the weights mean the same at every temperature.
 */
export const softLabels = defineLoss({
	role: "teacher",
	tasks: ["multi-label"],
	options,
	labelWeight: "hardWeight",
	needs: ({ hardWeight }) => (hardWeight === 0 ? ["student", "teacher"] : ["student", "teacher", "labels"]),
	temperatures: ({ temperature }) => [temperature],
	build(g, { student, teacher, labels }, { temperature, hardWeight }) {
		return weightedSum(g, [
			[(1 - hardWeight) * temperature ** 2, () => binaryDivergence(g, teacher, student, temperature)],
			[hardWeight, () => hardBinaryCrossEntropy(g, student, labels)],
		]);
	},
});

/** mean KL(p ‖ q), with p = σ(v / T) and q = σ(z / T): [log(1 + exp b) − p b] − [log(1 + exp a) − p a] for a = v / T, b = z / T. */
function binaryDivergence(g: Graph, teacher: Value, student: Value, temperature: number): Value {
	const soften = (logits: Value): Value => (temperature === 1 ? logits : scaled(g, logits, 1 / temperature));
	const [a, b] = [soften(teacher), soften(student)];
	const p = g.op("Sigmoid", [a]);
	const apart = g.op("Mul", [p, g.op("Sub", [a, b])]);
	const normalizers = g.op("Sub", [softplus(g, b), softplus(g, a)]);
	return meanOfAll(g, g.op("Add", [normalizers, apart]));
}
