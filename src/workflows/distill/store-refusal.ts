/** Whether a recipe's teacher can answer from a store. */

import { networkRefusal, refusal } from "../../distill/store-fit.js";
import type { LimbeckError } from "../../errors.js";
import { looksInside } from "../../train/objective.js";
import type { RunRecipe } from "./recipe.js";

/** Why answers cannot be stored for a recipe, by the field that is in the way; `undefined` where they can. */
export function storeRefusal({ teacher, distillation, chain, student }: RunRecipe): LimbeckError | undefined {
	if (teacher.family === "targets") {
		return refusal("teacher", "a teacher that answers", `soft targets in ${teacher.file}, which are stored already`);
	}
	if (looksInside(distillation)) {
		const expected = "an objective on the teacher's outputs";
		return refusal("distillation", expected, "one that looks inside the teacher, which a store cannot answer");
	}
	const learners = [
		...chain.map((network, k) => [`chain.${String(k)}`, network] as const),
		["student", student] as const,
	];
	return learners.map(([path, network]) => networkRefusal(path, network)).find((error) => error !== undefined);
}
