import { z } from "zod";
import { LimbeckError } from "../errors.js";
import { int } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { scaled } from "../ops/rules.js";
import { hardCrossEntropy } from "./cross-entropy.js";
import { defineLoss, weightedSum } from "./loss.js";

const options = z.strictObject({
	name: z.literal("dist").describe("correlation with the teacher's probabilities, of samples and of classes"),
	beta: z.number().min(0).default(1).describe("weight of the correlation over the classes of each sample"),
	gamma: z.number().min(0).default(1).describe("weight of the correlation over the samples of each class"),
	temperature: z.number().gt(0).max(1000).default(4).describe("T of both softmaxes; 1 suits many classes"),
	hardWeight: z.number().min(0).default(1).describe("weight of the true labels, beside the rest"),
});

/**
 * Knowledge distillation from a stronger teacher (Huang et al. 2022, §3, with the factor T² of the paper's code):
 *
 * h CE(z, y) + T² (β mean_samples (1 − ρ(p_b·, q_b·)) + γ mean_classes (1 − ρ(p_·c, q_·c))), with ρ Pearson's
 * correlation, p = softmax(v / T) the teacher's and q = softmax(z / T) the student's probabilities.
 */
export const dist = defineLoss({
	role: "teacher",
	tasks: ["classification"],
	options,
	needs: ({ hardWeight }) => (hardWeight === 0 ? ["student", "teacher"] : ["student", "teacher", "labels"]),
	temperatures: ({ temperature }) => [temperature],
	labelWeight: "hardWeight",
	build(g, { student, teacher, labels }, { beta, gamma, temperature, hardWeight }) {
		refuse(student.dims[0] ?? 0, beta, gamma);
		const [q, p] = [student, teacher].map((logits) => softmax(g, logits, temperature)) as [Value, Value];
		return weightedSum(g, [
			[beta * temperature ** 2, () => distance(g, p, q, 1)],
			[gamma * temperature ** 2, () => distance(g, p, q, 0)],
			[hardWeight, () => hardCrossEntropy(g, student, labels)],
		]);
	},
});

const softmax = (g: Graph, logits: Value, temperature: number): Value =>
	g.op("Softmax", [scaled(g, logits, 1 / temperature)], { axis: int(-1) });

/**
 * Deviations below this share of 1 / classes count as that much: the correlation of what is almost constant goes to 0,
 * and its gradient stays of a size that a network with equal logits can start from. The paper's code adds 1e-8 to the
 * product of norms for this.
 */
const leastDeviation = 1e-3;

/** 1 − mean ρ of matrices `[batch, classes]`: ρ over `axis`, the mean over the other. */
function distance(g: Graph, p: Value, q: Value, axis: number): Value {
	const mean = (x: Value): Value => g.op("ReduceMean", [x, g.integers([axis])], { keepdims: int(1) });
	const centred = (x: Value): Value => g.op("Sub", [x, mean(x)]);
	const covariance = (a: Value, b: Value): Value => mean(g.op("Mul", [a, b]));
	const least = g.scalar((leastDeviation / (p.dims[1] ?? 1)) ** 2, p);
	const deviation = (a: Value): Value => g.op("Sqrt", [g.op("Max", [covariance(a, a), least])]);
	const [a, b] = [centred(p), centred(q)];
	// Roots before the product, which float32 would not hold.
	const correlations = g.op("Div", [covariance(a, b), g.op("Mul", [deviation(a), deviation(b)])]);
	return g.op("Sub", [g.scalar(1, p), g.op("ReduceMean", [correlations], { keepdims: int(0) })]);
}

function refuse(batch: number, beta: number, gamma: number): void {
	if (gamma > 0 && batch < 2) {
		throw new LimbeckError("usage", {
			where: "objective dist",
			expected: "2 samples a batch or more, to correlate over samples",
			got: String(batch),
			hint: "Use a larger batch, or set gamma to 0.",
		});
	}
	if (beta + gamma === 0) {
		const expected = "beta or gamma above 0, for the teacher to count";
		throw new LimbeckError("usage", { where: "objective dist", expected, got: "0 for both" });
	}
}
