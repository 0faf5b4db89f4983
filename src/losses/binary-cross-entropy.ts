import { z } from "zod";
import { int } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { defineLoss, meanOfAll } from "./loss.js";

const options = z.strictObject({ name: z.literal("binary-cross-entropy").describe("the true labels, each by itself") });

/**
 * Binary cross entropy with the true labels at T = 1: mean over batch and labels of log(1 + exp z) − y z, for logits z and
 * marks y. Training of a multi-label classifier without a teacher. A mean over labels, as in PyTorch's
 * `BCEWithLogitsLoss`, not a sum.
 */
export const binaryCrossEntropy = defineLoss({
	role: "labels",
	tasks: ["multi-label"],
	options,
	needs: () => ["student", "labels"],
	build: (g, { student, labels }) => hardBinaryCrossEntropy(g, student, labels),
});

/** Mean over batch and labels of the binary cross entropy of logits and marks, both `[batch, labels]`. */
export function hardBinaryCrossEntropy(g: Graph, student: Value, labels: Value): Value {
	return meanOfAll(g, g.op("Sub", [softplus(g, student), g.op("Mul", [labels, student])]));
}

/** log(1 + exp z), as log Σ exp of z and 0: finite for z of any size, with the gradient σ(z) at 0, too. */
export function softplus(g: Graph, z: Value): Value {
	const axis = g.integers([z.dims.length]);
	const zero = g.op("Mul", [z, g.scalar(0, z)]);
	const both = [z, zero].map((one) => g.op("Unsqueeze", [one, axis]));
	const stacked = g.op("Concat", both, { axis: int(z.dims.length) });
	return g.op("ReduceLogSumExp", [stacked, axis], { keepdims: int(0) });
}
