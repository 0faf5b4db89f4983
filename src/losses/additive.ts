import { z } from "zod";
import { hardCrossEntropy } from "./cross-entropy.js";
import { defineLoss } from "./loss.js";

const options = z.strictObject({
	name: z.literal("additive").describe("what is to be added to the teacher's logits for the true labels"),
});

/**
 * A stage of additive modelling (Friedman, Hastie & Tibshirani 2000; Friedman 2001): cross entropy of the labels with
 * softmax(v + z), with v the logits of the model so far, the teacher, and z those that are learned, to be added to them.
 *
 * At z = 0 the gradient is ∂/∂z = softmax(v) − y: its negative is what gradient boosting fits, the functional gradient of
 * the loss at v.
 */
export const additive = defineLoss({
	role: "internal",
	tasks: ["classification"],
	options,
	needs: () => ["student", "teacher", "labels"],
	build: (g, { student, teacher, labels }) => hardCrossEntropy(g, g.op("Add", [teacher, student]), labels),
});
