/** Samples that belong together, such as those of one patient: no part has some of them and another the others. */
import { LimbeckError } from "../../errors.js";
import type { Notice } from "../../notices.js";
import { shortList } from "./classes.js";
import { partitionGroups } from "./group-partition.js";
import { canonicalLabel } from "./labels.js";
import type { Shares } from "./partition.js";
import { type CellCollector, type CellTrouble, collectTexts, type Labels, type Source } from "./source.js";

/**
 * Which part each sample falls into, no group in two.
 *
 * @param labels - `[samples]`, indices into the classes.
 * @returns `[samples]`, indices into `splitNames`.
 * @throws LimbeckError `data` for a class that too few groups have samples of.
 */
export function partitionByGroup(
	labels: Int32Array,
	classes: readonly string[],
	{ ids }: Labels,
	shares: Shares,
	where: string,
): Uint8Array {
	const found = partitionGroups({ labels, classes: classes.length, groups: ids, shares });
	if ("parts" in found) return found.parts;
	throw new LimbeckError("data", {
		where: `${where}: data.group`,
		expected: `at least ${String(found.needed)} groups with samples of every class, to train, to validate and to test`,
		got: `${String(found.groups)} with class ${JSON.stringify(classes[found.lacking])}`,
		hint: "Set samples apart for the test, or leave data.group out.",
	});
}

/** Tells of groups that the user's own files split between the samples to train on and others. */
export function groupsInBoth(train: Labels, others: Labels, { where }: Source): readonly Notice[] {
	const known = new Set(train.values);
	const both = others.values.filter((value) => known.has(value));
	if (both.length === 0) return [];
	const names = shortList(both.map((name) => JSON.stringify(name)));
	const text = `${String(both.length)} groups of data.group are in ${where} and among the samples to train on: ${names}.`;
	return [{ code: "groups-in-two-parts", text, hint: "Keep each group in one of the two." }];
}

/** A collector of groups, from whatever a format holds. */
export function collectGroups(): CellCollector {
	const texts = collectTexts();
	return {
		add(cell) {
			const name = groupName(cell);
			if (typeof name !== "string") return name;
			texts.add(name);
			return undefined;
		},
		count: () => texts.count(),
		finish: () => texts.finish(),
	};
}

/**
 * A group's name, from whatever a format holds, in one spelling: see {@link canonicalLabel}.
 *
 * @throws LimbeckError `data` for a cell that is empty or holds something else.
 */
export function groupText(cell: unknown, where: () => string): string {
	const name = groupName(cell);
	if (typeof name === "string") return name;
	throw new LimbeckError("data", { where: where(), ...name });
}

function groupName(cell: unknown): string | CellTrouble {
	const known = cell instanceof Date ? cell.toISOString() : cell;
	const isText = ["string", "number", "bigint", "boolean"].includes(typeof known);
	const text = isText ? canonicalLabel(String(known)) : "";
	if (text !== "") return text;
	return {
		expected: "the name or number of a group (data.group)",
		got: cell === null || cell === undefined || isText ? "an empty cell" : `a ${typeof cell}`,
		hint: "Give samples that belong to no other a group of their own.",
	};
}
