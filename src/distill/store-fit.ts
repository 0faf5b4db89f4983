/** Whether a recipe's teacher can answer from a store. */
import { mixupOf, showsAsStored } from "../data/transforms/index.js";
import { LimbeckError } from "../errors.js";
import { looksInside } from "../train/objective.js";
import type { NetworkOptions } from "./networks.js";
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

/** {@link storeRefusal} for a network that learns, at that path of its recipe. */
export function networkRefusal(path: string, network: NetworkOptions): LimbeckError | undefined {
	if (mixupOf(network) !== undefined) {
		return refusal(
			`${path}.augment`,
			"samples whose answers can be stored",
			"mixup, which mixes batches anew every time",
		);
	}
	if (showsAsStored(network) || network.views !== undefined) return undefined;
	return refusal(
		`${path}.views`,
		"a number of views, to store the answers to each",
		"a fresh view of each sample every epoch",
		`Add --set ${path}.views=8, or leave targets.keep out.`,
	);
}

function refusal(where: string, expected: string, got: string, hint = "Leave targets.keep out."): LimbeckError {
	return new LimbeckError("usage", { where: `targets.keep: ${where}`, expected, got, hint });
}
