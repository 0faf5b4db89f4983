import { LimbeckError } from "../errors.js";
import { canonicalName } from "../names.js";
import type { OnnxModel } from "../onnx/model.js";
import { classesKey, classNamesOf } from "../predict/metadata.js";

/**
 * How a model's class names are to those of the data: the same; others, which says nothing since anybody may name
 * classes as they like; or none.
 */
export type ClassNames = "same" | "other" | "absent";

/**
 * Compares the class names in a model's metadata with those of the data.
 *
 * @param where - the model's file, for messages.
 * @throws LimbeckError (`model`) where they are the same names in another order, since every figure would be wrong; for
 * metadata that is not what we write.
 */
export function compareClassNames(model: OnnxModel, ofData: readonly string[], where: string): ClassNames {
	const classes = ofData.map(canonicalName);
	const names = classNamesOf(model, where)?.map(canonicalName);
	if (names === undefined) return "absent";
	const differs = names.findIndex((name, index) => name !== classes[index]);
	if (names.length === classes.length && differs === -1) return "same";
	if (names.toSorted().join("\n") !== classes.toSorted().join("\n")) return "other";
	const order = classes.map((name) => names.indexOf(name));
	throw new LimbeckError("model", {
		where: `${where}: metadata ${classesKey}`,
		expected: `the data's classes in their order, ${listed(classes, differs)}`,
		got: `the same classes in another, ${listed(names, differs)}`,
		hint:
			"Evaluate on the data that the model was trained on, or put its outputs into the data's order: a Gather over " +
			`their last axis with the indices ${listed(order, 0)}, and ${classesKey} to match.`,
	});
}

/** The most entries of a list that a message shows. */
const mostListed = 12;

/** A list for a message; of a long one the part from the given index on. */
function listed(values: readonly (string | number)[], from: number): string {
	const start = values.length <= mostListed ? 0 : from;
	const part = values.slice(start, start + mostListed).map((value) => JSON.stringify(value));
	const [before, after] = [start > 0 ? ["…"] : [], start + mostListed < values.length ? ["…"] : []];
	return `[${[...before, ...part, ...after].join(", ")}]`;
}
