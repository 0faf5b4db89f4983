import { z } from "zod";
import { hardCrossEntropy } from "./cross-entropy.js";
import { batchMean, type Loss, logSoftmax } from "./loss.js";

const options = z.strictObject({
	name: z.literal("soft-targets"),
	// Above 1,000 the float32 gradient loses its digits; logit matching is the limit.
	temperature: z.number().gt(0).max(1000).default(4).describe("T of both softmaxes; higher is softer"),
	hardWeight: z
		.number()
		.min(0)
		.max(1)
		.default(0.1)
		.describe("weight of the true labels; the soft targets get the rest"),
});

/**
 * Soft targets at a temperature (Hinton et al. 2015, §2):
 *
 * (1 − w) T² KL(p ‖ q) + w CE(z, y), with p = softmax(v / T) the teacher's and q = softmax(z / T) the student's
 * distribution, w the hard weight, and the cross entropy with the labels y at T = 1.
 *
 * KL differs from the paper's cross entropy by the teacher's entropy, which is constant, so the gradient is the same:
 * with the factor T², ∂/∂z_i = (1 − w) T (q_i − p_i) + …, per sample.
 */
export const softTargets: Loss<typeof options> = {
	options,
	needs: ["student", "teacher", "labels"],
	build(g, { student, teacher, labels }, { temperature, hardWeight }) {
		const logP = logSoftmax(g, teacher, temperature);
		const difference = g.op("Sub", [logP, logSoftmax(g, student, temperature)]);
		const divergence = batchMean(g, g.op("Mul", [g.op("Exp", [logP]), difference]));
		const soft = g.op("Mul", [divergence, g.scalar((1 - hardWeight) * temperature ** 2, student)]);
		if (hardWeight === 0) return soft;
		const hard = hardCrossEntropy(g, student, labels);
		return g.op("Add", [soft, g.op("Mul", [hard, g.scalar(hardWeight, student)])]);
	},
};
