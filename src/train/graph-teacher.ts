/** A teacher inside the training graph. */

import { LimbeckError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { type PlacedModel, placeModel, placeWeights } from "../models/apply.js";
import { combineMembers, type Joining, type OpenMember } from "./ensemble.js";
import { logitsOf } from "./outputs.js";
import type { Preprocessing } from "./preprocess.js";

/** Members that the training graph can hold: their models have passed importModel. */
export interface GraphTeacher extends Joining {
	readonly members: readonly Pick<OpenMember, "model" | "classifier" | "form" | "select" | "pair">[];
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
 * @returns its answers `[batch, answerWidth]`, logits of classes, and what is inside, where it is one model alone.
 */
export function placeTeacher(
	g: Graph,
	{ members, ...ensemble }: GraphTeacher,
	weights: readonly ReadonlyMap<string, Value>[],
	viewFor: (preprocessing: Preprocessing) => Value,
): PlacedModel {
	const placed = members.map((member, k) => {
		const parameters = weights[k];
		const input = viewFor(member.classifier.normalization);
		const { output, inner } = placeModel(g, member.model, {
			input,
			...(parameters === undefined ? {} : { parameters }),
		});
		return { logits: logitsOf(g, output, member), inner };
	});
	const logits = placed.map((one) => one.logits);
	const [only, ...others] = placed;
	return {
		output: combineMembers(g, logits, members, ensemble),
		inner(name, where) {
			if (only !== undefined && others.length === 0) return only.inner(name, where);
			throw lookInsideSeveral(where, placed.length);
		},
	};
}

/** What is said where several models are to be looked into. */
export function lookInsideSeveral(where: string, models: number): LimbeckError {
	return new LimbeckError("usage", {
		where,
		expected: "a teacher of one model, to look inside it",
		got: `an ensemble of ${String(models)}`,
		hint: "Leave hints and attention-transfer out of the objective, or use one model.",
	});
}
