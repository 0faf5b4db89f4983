import { z } from "zod";
import { LimbeckError } from "../errors.js";
import { int } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { cast } from "../ops/index.js";
import { scaled } from "../ops/rules.js";
import { hardCrossEntropy, oneHot } from "./cross-entropy.js";
import { defineLoss, divergence, weightedSum } from "./loss.js";

const options = z.strictObject({
	name: z.literal("dkd").describe("soft targets, with the true class and the others weighted apart"),
	alpha: z.number().min(0).default(1).describe("weight of the true class against all others"),
	beta: z.number().min(0).default(8).describe("weight of the other classes among themselves"),
	temperature: z.number().gt(0).max(1000).default(4).describe("T of all softmaxes"),
	hardWeight: z.number().min(0).default(1).describe("weight of the true labels, beside the rest"),
	warmup: z
		.number()
		.min(0)
		.lt(1)
		.default(0.08)
		.describe("share of the run in which what the teacher says grows from 0 to its weight (20 of 240 epochs)"),
});

/**
 * Decoupled knowledge distillation (Zhao et al. 2022, §3, with the labels' weight and the warm-up of the paper's code):
 *
 * h CE(z, y) + min(progress / warmup, 1) T² (α KL(b_p ‖ b_q) + β KL(p̂ ‖ q̂)), where b = (softmax(z / T)_y, the rest) is
 * the true class against all others, and p̂, q̂ are softmaxes at T over the others alone. With α = 1 and
 * β = 1 − p_y, per sample, this is the KL of soft targets.
 */
export const dkd = defineLoss({
	role: "teacher",
	tasks: ["classification"],
	options,
	needs: ({ warmup }) => ["student", "teacher", "labels", ...(warmup === 0 ? [] : (["progress"] as const))],
	temperatures: ({ temperature }) => [temperature],
	build(g, { student, teacher, labels, progress }, { alpha, beta, temperature, hardWeight, warmup }) {
		refuse(student.dims[1] ?? 0, alpha + beta);
		const isTrue = cast(g, oneHot(g, labels, student), "bool");
		const p = decoupled(g, scaled(g, teacher, 1 / temperature), isTrue);
		const q = decoupled(g, scaled(g, student, 1 / temperature), isTrue);
		const full = weightedSum(g, [
			[alpha * temperature ** 2, () => divergence(g, p.trueOrNot, q.trueOrNot)],
			[beta * temperature ** 2, () => divergence(g, p.others, q.others)],
		]);
		const risen = (): Value => g.op("Min", [scaled(g, cast(g, progress, full.type), 1 / warmup), g.scalar(1, full)]);
		const soft = warmup === 0 ? full : g.op("Mul", [full, risen()]);
		return weightedSum(g, [
			[1, () => soft],
			[hardWeight, () => hardCrossEntropy(g, student, labels)],
		]);
	},
});

/** In the place of a logit whose class is left out: its exponential is 0, and so is its part of a sum. */
const leftOut = -1e30;

/** The logarithms of a softmax in its two parts, for logits x `[batch, classes]`. */
interface Decoupled {
	/** The true class and all others, `[batch, 2]`. */
	readonly trueOrNot: Value;
	/** The others alone, `[batch, classes]`, with no probability for the true class. */
	readonly others: Value;
}

function decoupled(g: Graph, x: Value, isTrue: Value): Decoupled {
	const others = g.op("Where", [isTrue, g.scalar(leftOut, x), x]);
	const own = g.op("Where", [isTrue, x, g.scalar(0, x)]);
	const [rest, one] = [
		g.op("ReduceLogSumExp", [others, g.integers([-1])], { keepdims: int(1) }),
		g.op("ReduceSum", [own, g.integers([-1])], { keepdims: int(1) }),
	];
	const logSoftmaxOf = (logits: Value): Value => g.op("LogSoftmax", [logits], { axis: int(-1) });
	return {
		trueOrNot: logSoftmaxOf(g.op("Concat", [one, rest], { axis: int(1) })),
		others: logSoftmaxOf(others),
	};
}

function refuse(classes: number, weight: number): void {
	if (classes < 3) {
		throw new LimbeckError("usage", {
			where: "objective dkd",
			expected: "3 classes or more",
			got: String(classes),
			hint:
				"Its second part compares the classes other than the true one: of 2 classes there is one, which is always " +
				"certain. Use soft-targets.",
		});
	}
	if (weight === 0) {
		const expected = "alpha or beta above 0, for the teacher to count";
		throw new LimbeckError("usage", { where: "objective dkd", expected, got: "0 for both" });
	}
}
