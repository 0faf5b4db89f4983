import { z } from "zod";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { defineLoss, meanOfAll, weightedSum } from "./loss.js";
import { meanSquaredError, squares } from "./squared-error.js";

const options = z.strictObject({
	name: z.literal("teacher-values").describe("the teacher's numbers"),
	hardWeight: z.number().min(0).max(1).default(0.5).describe("weight of the true numbers; the teacher's get the rest"),
	bounded: z
		.boolean()
		.default(false)
		.describe("whether the true numbers count only where the student is further from them than the teacher"),
	certainty: z
		.boolean()
		.default(true)
		.describe("whether answers count less where the teacher is unsure, as an ensemble is where its members differ"),
});

/**
 * A regression that learns from a teacher's values v, with variances s² where it gives any, and the labels y, all in units
 * of the labels' deviation:
 *
 * (1 − w) mean (z − v)² / (1 + s²) + w H, with H = mean (z − y)².
 *
 * With `bounded`, H counts only where the student's error is larger than the teacher's (Chen et al. 2017, "Learning
 * efficient object detection models with knowledge distillation", §3.3, margin 0): the teacher bounds what is asked.
 */
export const teacherValues = defineLoss({
	role: "teacher",
	tasks: ["regression"],
	options,
	labelWeight: "hardWeight",
	needs: ({ hardWeight, certainty }) => [
		"student",
		"teacher",
		...(hardWeight === 0 ? [] : (["labels"] as const)),
		...(certainty ? (["variance"] as const) : []),
	],
	build(g, { student, teacher, labels, variance }, { hardWeight, bounded, certainty }) {
		const soft = (): Value => {
			const errors = squares(g, student, teacher);
			if (!certainty) return meanOfAll(g, errors);
			return meanOfAll(g, g.op("Div", [errors, g.op("Add", [variance, g.scalar(1, variance)])]));
		};
		const hard = (): Value =>
			bounded ? boundedError(g, student, teacher, labels) : meanSquaredError(g, student, labels);
		return weightedSum(g, [
			[1 - hardWeight, soft],
			[hardWeight, hard],
		]);
	},
});

/** Mean of the student's squared errors where they are larger than the teacher's. */
function boundedError(g: Graph, student: Value, teacher: Value, labels: Value): Value {
	const own = squares(g, student, labels);
	const above = g.op("Greater", [own, squares(g, teacher, labels)]);
	return meanOfAll(g, g.op("Where", [above, own, g.op("Mul", [own, g.scalar(0, own)])]));
}
