import { z } from "zod";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { cast } from "../ops/index.js";
import { batchMean, type Loss, logSoftmax } from "./loss.js";

const options = z.strictObject({ name: z.literal("cross-entropy") });

/** Cross entropy with the true labels at T = 1: −mean_batch log softmax(z)_y. Training without a teacher. */
export const crossEntropy: Loss<typeof options, "student" | "labels"> = {
	options,
	needs: ["student", "labels"],
	build: (g, { student, labels }) => hardCrossEntropy(g, student, labels),
};

/** −mean_batch log softmax(z)_y, for logits z `[batch, classes]` and labels y `[batch]`. */
export function hardCrossEntropy(g: Graph, student: Value, labels: Value): Value {
	const classes = g.scalar(student.dims[1] ?? 0, { type: "int64" });
	const offOn = cast(g, g.integers([0, 1]), "float");
	// ONNX Runtime has no OneHot of doubles.
	const target = cast(g, g.op("OneHot", [labels, classes, offOn]), student.type);
	return g.op("Neg", [batchMean(g, g.op("Mul", [target, logSoftmax(g, student)]))]);
}
