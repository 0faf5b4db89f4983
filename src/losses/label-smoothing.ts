import { z } from "zod";
import { hardCrossEntropy } from "./cross-entropy.js";
import { defineLoss } from "./loss.js";

const options = z.strictObject({
	name: z.literal("label-smoothing").describe("the true labels, less certain"),
	smoothing: z.number().gt(0).lt(1).default(0.1).describe("ε, the share of a target that is spread over all classes"),
});

/**
 * Label smoothing (Szegedy et al. 2016, "Rethinking the Inception architecture", §7): cross entropy with the targets
 * (1 − ε) [i = y] + ε / classes, at T = 1. No teacher.
 */
export const labelSmoothing = defineLoss({
	role: "labels",
	tasks: ["classification"],
	options,
	needs: () => ["student", "labels"],
	build: (g, { student, labels }, { smoothing }) => hardCrossEntropy(g, student, labels, smoothing),
});
