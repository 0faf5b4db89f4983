import { z } from "zod";
import { LimbeckError } from "../errors.js";
import { int } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { hardCrossEntropy } from "./cross-entropy.js";
import { defineLoss, divergence, logSoftmax, weightedSum } from "./loss.js";

const options = z.strictObject({
	name: z.literal("soft-targets").describe("the teacher's softened probabilities"),
	// Above 1,000 the float32 gradient loses its digits; logit matching is the limit.
	temperature: z.number().gt(0).max(1000).default(4).describe("T of both softmaxes; higher is softer"),
	hardWeight: z
		.number()
		.min(0)
		.max(1)
		.default(0.1)
		.describe("weight of the true labels; the soft targets get the rest"),
	standardize: z
		.boolean()
		.default(false)
		.describe("whether each sample's logits are made of mean 0 and deviation 1 first, the teacher's as well"),
	classes: z
		.array(z.int().min(0))
		.min(2)
		.optional()
		.describe("classes, counted from 0, that the soft targets are over, without the others; all where absent"),
});

/**
 * Soft targets at a temperature (Hinton et al. 2015, §2):
 *
 * (1 − w) T² KL(p ‖ q) + w CE(z, y), with p = softmax(v / T) the teacher's and q = softmax(z / T) the student's
 * distribution, w the hard weight, and the cross entropy with the labels y at T = 1.
 *
 * KL differs from the paper's cross entropy by the teacher's entropy, which is constant, so the gradient is the same:
 * with the factor T², ∂/∂z_i = (1 − w) T (q_i − p_i) + …, per sample.
 *
 * With `standardize` v and z stand for their z-scores over the classes (Sun et al. 2024, "Logit standardization in
 * knowledge distillation", §4): the student need not match the size of the teacher's logits. The labels see z itself.
 *
 * With `classes` p and q are over these alone, each made to sum to 1; labels still choose among all. So a specialist
 * keeps what the generalist knows of the classes that are not its own (Hinton et al. 2015, §6.1).
 */
export const softTargets = defineLoss({
	role: "teacher",
	tasks: ["classification"],
	options,
	needs: ({ hardWeight }) => (hardWeight === 0 ? ["student", "teacher"] : ["student", "teacher", "labels"]),
	temperatures: ({ temperature }) => [temperature],
	labelWeight: "hardWeight",
	overClasses: (written, classes) => ({ ...written, classes: [...classes] }),
	build(g, { student, teacher, labels }, { temperature, hardWeight, standardize, classes }) {
		const over = (logits: Value): Value => (classes === undefined ? logits : columnsOf(g, logits, classes));
		const soft = (): Value => {
			const [own, theirs] = [over(student), over(teacher)];
			const [z, v] = standardize ? [zScores(g, own), zScores(g, theirs)] : [own, theirs];
			return divergence(g, logSoftmax(g, v, temperature), logSoftmax(g, z, temperature));
		};
		return weightedSum(g, [
			[(1 - hardWeight) * temperature ** 2, soft],
			[hardWeight, () => hardCrossEntropy(g, student, labels)],
		]);
	},
});

/** The logits of some classes. @throws LimbeckError (`usage`) for a class that there is not. */
function columnsOf(g: Graph, logits: Value, classes: readonly number[]): Value {
	const count = logits.dims[1] ?? 0;
	const wrong = classes.find((c) => c >= count);
	if (wrong === undefined) return g.op("Gather", [logits, g.integers(classes)], { axis: int(1) });
	throw new LimbeckError("usage", {
		where: "objective soft-targets: classes",
		expected: `classes below ${String(count)}, of which there are so many`,
		got: String(wrong),
	});
}

/**
 * Added to variances: below a deviation of 1e-4 logits count as equal. A network that starts with equal logits then
 * has a gradient that float32 can hold.
 */
const leastVariance = 1e-8;

/** (z − mean) / deviation over the classes, with n − 1 in the variance as in the paper's code. */
function zScores(g: Graph, logits: Value): Value {
	const over = (opType: string, x: Value): Value => g.op(opType, [x, g.integers([-1])], { keepdims: int(1) });
	const centred = g.op("Sub", [logits, over("ReduceMean", logits)]);
	const perDegree = g.scalar(1 / Math.max(1, (logits.dims[1] ?? 1) - 1), logits);
	const variance = g.op("Mul", [over("ReduceSumSquare", centred), perDegree]);
	return g.op("Div", [centred, g.op("Sqrt", [g.op("Add", [variance, g.scalar(leastVariance, logits)])])]);
}
