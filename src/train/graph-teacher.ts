/** A teacher inside the training graph. */
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { applyModel, placeWeights } from "../models/apply.js";
import { combineMembers, type OpenMember } from "./ensemble.js";
import { type Combination, logitsOf } from "./outputs.js";
import type { Preprocessing } from "./preprocess.js";

/** Members that the training graph can hold: their models have passed importModel. */
export interface GraphTeacher {
	readonly members: readonly Pick<OpenMember, "model" | "classifier" | "form" | "select">[];
	readonly combine: Combination;
}

/** A teacher's large constants as values of `g`, for each member, to give wherever it is placed in its bodies. */
export function placeTeacherWeights(g: Graph, { members }: GraphTeacher): readonly ReadonlyMap<string, Value>[] {
	return members.map(({ model }, k) => placeWeights(g, model, `teacher/${String(k)}/`));
}

/**
 * Places a teacher in a graph.
 *
 * @param weights - what {@link placeTeacherWeights} gave.
 * @param viewFor - the samples, preprocessed as a member wants them.
 * @returns its logits `[batch, classes]`.
 */
export function placeTeacher(
	g: Graph,
	{ members, combine }: GraphTeacher,
	weights: readonly ReadonlyMap<string, Value>[],
	viewFor: (preprocessing: Preprocessing) => Value,
): Value {
	const logits = members.map((member, k) => {
		const input = viewFor(member.classifier.normalization);
		const parameters = weights[k];
		const answer = applyModel(g, member.model, { input, ...(parameters === undefined ? {} : { parameters }) });
		return logitsOf(g, answer, member);
	});
	return combineMembers(g, logits, members, combine);
}
