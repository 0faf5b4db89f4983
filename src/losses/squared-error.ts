import { z } from "zod";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { defineLoss, meanOfAll } from "./loss.js";

const options = z.strictObject({ name: z.literal("squared-error").describe("the true numbers") });

/**
 * Mean squared error: mean over batch and numbers of (z − y)², in units of the deviation of the labels. Training of a
 * regression without a teacher.
 */
export const squaredError = defineLoss({
	role: "labels",
	tasks: ["regression"],
	options,
	needs: () => ["student", "labels"],
	build: (g, { student, labels }) => meanSquaredError(g, student, labels),
});

/** Mean over batch and numbers of (a − b)². */
export function meanSquaredError(g: Graph, a: Value, b: Value): Value {
	return meanOfAll(g, squares(g, a, b));
}

/** (a − b)², `[batch, numbers]`. */
export function squares(g: Graph, a: Value, b: Value): Value {
	const apart = g.op("Sub", [a, b]);
	return g.op("Mul", [apart, apart]);
}
