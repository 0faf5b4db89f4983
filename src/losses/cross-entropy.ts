import { z } from "zod";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { cast } from "../ops/index.js";
import { scaled } from "../ops/rules.js";
import { batchMean, defineLoss, logSoftmax } from "./loss.js";

const options = z.strictObject({ name: z.literal("cross-entropy").describe("the true labels") });

/** Cross entropy with the true labels at T = 1: −mean_batch log softmax(z)_y. Training without a teacher. */
export const crossEntropy = defineLoss({
	role: "labels",
	tasks: ["classification"],
	options,
	needs: () => ["student", "labels"],
	build: (g, { student, labels }) => hardCrossEntropy(g, student, labels),
});

/**
 * −mean_batch Σ_i t_i log softmax(z)_i, for logits z `[batch, classes]` and labels y `[batch]`.
 *
 * @param smoothing - ε of t_i = (1 − ε) [i = y] + ε / classes.
 */
export function hardCrossEntropy(g: Graph, student: Value, labels: Value, smoothing = 0): Value {
	const sharp = scaled(g, oneHot(g, labels, student), 1 - smoothing);
	const uniform = g.scalar(smoothing / (student.dims[1] ?? 1), student);
	const target = smoothing === 0 ? sharp : g.op("Add", [sharp, uniform]);
	return g.op("Neg", [batchMean(g, g.op("Mul", [target, logSoftmax(g, student)]))]);
}

/** 1 in the place of the label, else 0: of the shape and type of the logits. */
export function oneHot(g: Graph, labels: Value, logits: Value): Value {
	const classes = g.scalar(logits.dims[1] ?? 0, { type: "int64" });
	// ONNX Runtime has no OneHot of doubles.
	return cast(g, g.op("OneHot", [labels, classes, cast(g, g.integers([0, 1]), "float")]), logits.type);
}
