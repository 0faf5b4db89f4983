/** What objectives that look inside both models share: pairs of values, of shapes that can be compared. */
import { z } from "zod";
import { LimbeckError } from "../errors.js";
import { ints } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import { describeType, type Value } from "../graph/value.js";
import type { InnerActivations } from "./loss.js";

const valueName = z.string().min(1);

/** The names of two values, one in each model. */
const pairOptions = z.strictObject({
	student: valueName.describe("a value inside the student"),
	teacher: valueName.describe("the value inside the teacher that it should be like"),
});

/** The field of the objectives' options. */
export const pairsField = z
	.array(pairOptions)
	.min(1)
	.describe("names of values inside the two models that are compared: {student: layer2.0, teacher: layer2.0}");

/** Two values to compare, and what to call them in errors. */
export interface InnerPair {
	readonly student: Value;
	readonly teacher: Value;
	readonly where: string;
}

/**
 * The values of the pairs.
 *
 * @param ranks - the numbers of axes that will do.
 * @throws LimbeckError (`usage`) for a name that is not there, for another rank, and where the two do not have as many
 * rows or do not have the same rank.
 */
export function innerPairs(
	objective: string,
	pairs: z.infer<typeof pairsField>,
	inner: InnerActivations,
	ranks: readonly number[],
): readonly InnerPair[] {
	return pairs.map((names) => {
		const where = `objective ${objective}: ${names.student} and ${names.teacher}`;
		const [student, teacher] = [inner.student(names.student), inner.teacher(names.teacher)];
		const [rank, rows] = [student.dims.length, student.dims[0]];
		if (ranks.includes(rank) && rank === teacher.dims.length && rows === teacher.dims[0]) {
			return { student, teacher, where };
		}
		throw new LimbeckError("usage", {
			where,
			expected: `two values of ${ranks.map((rank) => `${String(rank)} axes`).join(" or two of ")}, with as many rows`,
			got: `${describeType(student)} and ${describeType(teacher)}`,
		});
	});
}

/**
 * A pair of images, the larger made as small as the other by the mean over windows; matrices as they are.
 *
 * @throws LimbeckError (`usage`) where the larger side is no multiple of the smaller.
 */
export function sameSize(g: Graph, { student, teacher, where }: InnerPair): readonly [student: Value, teacher: Value] {
	const smaller = student.dims.slice(2).map((side, axis) => Math.min(side, teacher.dims[axis + 2] ?? side));
	const pooled = (x: Value): Value => {
		const window = x.dims.slice(2).map((side, axis) => side / (smaller[axis] ?? 1));
		if (window.every((side) => side === 1)) return x;
		if (window.every(Number.isInteger)) {
			return g.op("AveragePool", [x], { kernel_shape: ints(window), strides: ints(window) });
		}
		throw new LimbeckError("usage", {
			where,
			expected: "sides that are equal, or multiples of the smaller ones",
			got: `${describeType(student)} and ${describeType(teacher)}`,
		});
	};
	return [pooled(student), pooled(teacher)];
}
