import { LimbeckError } from "../../errors.js";
import { byBytes } from "../../names.js";
import { canonicalLabel } from "./labels.js";
import type { Labels } from "./source.js";

/**
 * Sorted by value where all are numbers, else by their bytes.
 *
 * @param isNumber - what counts as a number.
 */
export function sortClasses(values: readonly string[], isNumber = isNumeric): readonly string[] {
	const sorted = values.toSorted(byBytes);
	return values.every(isNumber) ? sorted.sort((a, b) => Number(a) - Number(b)) : sorted;
}

const isNumeric = (value: string): boolean => value.trim() !== "" && Number.isFinite(Number(value));

/**
 * Labels as indices into `classes`; names that are not there to the letter are looked up by {@link canonicalLabel}.
 *
 * @throws LimbeckError `data` for a label that is none of them.
 */
export function classIndices({ ids, values }: Labels, classes: readonly string[], where: string): Int32Array {
	const indexOf = new Map(classes.map((name, index) => [name, index]));
	const canonical = classes.map(canonicalLabel);
	// Of names that only their spelling tells apart, none is meant by a third spelling.
	const byCanonical = new Map(
		canonical.flatMap((name, index) =>
			canonical.indexOf(name) === canonical.lastIndexOf(name) ? [[name, index] as const] : [],
		),
	);
	const indices = values.map((value) => {
		const index = indexOf.get(value) ?? byCanonical.get(canonicalLabel(value));
		if (index !== undefined) return index;
		throw new LimbeckError("data", {
			where,
			expected: `labels that are classes of the data (${shortList(classes)})`,
			got: JSON.stringify(value),
			hint: "Every class needs samples to train on; without labels, data.classes names them in the teacher's order.",
		});
	});
	return ids.map((id) => indices[id] ?? 0);
}

/** The first few names, and how many more there are. */
export function shortList(names: readonly string[], most = 10): string {
	const shown = names.slice(0, most).join(", ");
	return names.length > most ? `${shown}, … (${String(names.length)} in all)` : shown;
}
