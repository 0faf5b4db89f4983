/** Which of a classifier's outputs are the data's classes. */
import { LimbeckError } from "../errors.js";
import { canonicalName, quotedName } from "../names.js";
import type { Setting } from "../predict/setting.js";

/** What is known of the order of a classifier's outputs. */
export interface ClassOrder {
	/** Indices of its outputs, in the order of the data's classes. */
	readonly select?: readonly number[];
	/** The names of its outputs, in their order. */
	readonly names?: readonly string[];
	/** The same, as its file has them; ignored where none is the name of a class of the data. */
	readonly fileNames?: readonly string[];
}

const shownNames = 5;
const shownIndices = 12;

/**
 * Which outputs of a classifier are the data's classes, in their order: those that are set, or those of the same names; all,
 * in their order, where nothing is set and there are as many.
 *
 * @param outputs - how many outputs it has.
 * @param classes - of the data.
 * @param setting - how the order is set, for hints; none where nobody can set it.
 * @returns indices of outputs; `undefined` where they already are in order.
 * @throws LimbeckError (`model`) where nothing says which outputs are meant, with both sizes and the mend; (`usage`) for
 * an order that does not fit.
 */
export function selectOutputs(
	order: ClassOrder,
	outputs: number,
	classes: readonly string[],
	where: string,
	setting?: Setting,
): readonly number[] | undefined {
	const { select, names = namesUnlike(order, classes) ? undefined : order.fileNames } = order;
	const chosen =
		select === undefined ? byName(names, outputs, classes, where, setting) : checked(select, outputs, classes, where);
	if (chosen === undefined) {
		if (outputs === classes.length) return undefined;
		throw new LimbeckError("model", {
			where,
			expected: `an output for each of the data's ${String(classes.length)} classes`,
			got: `${String(outputs)} outputs`,
			...hintFor(setting, true),
		});
	}
	const inOrder = outputs === classes.length && chosen.every((index, at) => index === at);
	return inOrder ? undefined : chosen;
}

/** What can be done where nothing says which outputs are the classes. @param names - whether names can say it too. */
function hintFor(setting: Setting | undefined, names: boolean): { readonly hint?: string } {
	if (setting === undefined) return {};
	const indices = `${setting("select", "[…]")}, the indices of their outputs in the data's order`;
	const named = names ? `; or ${setting("classes", "[…]")}, the names of all outputs in their order` : "";
	return { hint: `Say which outputs are the classes: ${indices}${named}.` };
}

/** Whether a person has said which outputs are the classes. */
export function namesOutputs({ select, names }: ClassOrder): boolean {
	return select !== undefined || names !== undefined;
}

/** Whether none of the names in a file is the name of a class of the data. */
export function namesUnlike({ fileNames }: ClassOrder, classes: readonly string[]): boolean {
	return fileNames !== undefined && !fileNames.some((name) => placeOf(name, classes) !== -1);
}

/** Indices that were set, where they can be. */
function checked(
	select: readonly number[],
	outputs: number,
	classes: readonly string[],
	where: string,
): readonly number[] {
	const fits = select.every((index) => index < outputs) && new Set(select).size === select.length;
	if (fits && select.length === classes.length) return select;
	throw new LimbeckError("usage", {
		where: `${where}: select`,
		expected: `${String(classes.length)} different indices below ${String(outputs)}, one for each class of the data`,
		got: fits ? String(select.length) : `[${shortList(select)}], with an index twice or too large`,
	});
}

function byName(
	names: readonly string[] | undefined,
	outputs: number,
	classes: readonly string[],
	where: string,
	setting: Setting | undefined,
): readonly number[] | undefined {
	if (names === undefined) return undefined;
	if (names.length !== outputs) {
		throw new LimbeckError("usage", {
			where: `${where}: classes`,
			expected: `a name for each of ${String(outputs)} outputs`,
			got: String(names.length),
		});
	}
	const missing = classes.filter((name) => placeOf(name, names) === -1);
	if (missing.length === 0) return classes.map((name) => placeOf(name, names));
	throw new LimbeckError("model", {
		where: `${where}: classes`,
		expected: `outputs named like the data's ${String(classes.length)} classes`,
		got: `none for ${quoted(missing, names)}; its ${String(names.length)} outputs are ${quoted(names, classes)}`,
		...hintFor(setting, false),
	});
}

/** Where a name is among others, in whatever Unicode form either is written; −1 where it is not. */
function placeOf(name: string, names: readonly string[]): number {
	const exact = names.indexOf(name);
	return exact === -1 ? names.map(canonicalName).indexOf(canonicalName(name)) : exact;
}

/** The first few indices. */
function shortList(indices: readonly number[]): string {
	return `${indices.slice(0, shownIndices).join(", ")}${indices.length > shownIndices ? ", …" : ""}`;
}

function quoted(names: readonly string[], others: readonly string[]): string {
	const shown = names.slice(0, shownNames).map((name) => quotedName(name, others));
	return `${shown.join(", ")}${names.length > shownNames ? ", …" : ""}`;
}
