import { LimbeckError } from "../../errors.js";
import { comparedName } from "../../names.js";
import type { Notice } from "../../notices.js";
import { nearest } from "../../options.js";
import { settingText } from "../../settings.js";
import type { TaskName } from "../../tasks/names.js";
import { shortList } from "./classes.js";

/** Which columns of a table are what. */
export interface ColumnChoice {
	readonly label: string | readonly string[];
	/** What is learned from the labels. */
	readonly task?: TaskName | undefined;
	/** What separates the names of labels in a cell. */
	readonly separator?: string | undefined;
	/** Whether rows have no labels: the column need not be there, and is no feature where it is. */
	readonly unlabelled?: boolean;
	/** The column with the group of each row, which is no feature; of a file of which another has set the features, if it is there. */
	readonly group?: string | undefined;
	/** Columns that are neither features nor label. */
	readonly ignore: readonly string[];
	/** Columns that are features although they look as if they named rows. */
	readonly keep?: readonly string[] | undefined;
	/** Names of the classes, where the user gave them. */
	readonly classes?: readonly string[] | undefined;
	/** The features in their order, where another file has set it; all other columns are left out. */
	readonly features?: readonly string[];
}

/** The columns that are read, and what should be known of the others. */
export interface Columns {
	readonly features: readonly string[];
	readonly notices: readonly Notice[];
}

/** Whether a table has no labels; one with the test samples, whose features another has set, always has them. */
export function lacksLabels({ unlabelled = false, features }: ColumnChoice): boolean {
	return unlabelled && features === undefined;
}

/** What the user chose, with names of columns as they are compared. */
export function comparedChoice<Choice extends ColumnChoice>(choice: Choice): Choice {
	const { label, group, ignore, keep, features } = choice;
	return {
		...choice,
		label: typeof label === "string" ? comparedName(label) : label.map(comparedName),
		...(group === undefined ? {} : { group: comparedName(group) }),
		ignore: ignore.map(comparedName),
		...(keep === undefined ? {} : { keep: keep.map(comparedName) }),
		...(features === undefined ? {} : { features: features.map(comparedName) }),
	};
}

/**
 * The names of the columns that may be features: those that another file has set, or all but the label and what the user
 * leaves out.
 *
 * @throws LimbeckError `usage` for a label and for columns in options that the table does not have, `data` for a missing
 * feature.
 */
export function candidateColumns(columns: readonly string[], choice: ColumnChoice, where: string): readonly string[] {
	const { label, group, ignore, keep = [], features } = choice;
	const labels = [label].flat();
	for (const name of lacksLabels(choice) ? [] : labels) requireColumn(name, "data.label", columns, where);
	if (features !== undefined) {
		const missing = features.filter((name) => !columns.includes(name));
		if (missing.length === 0) return features;
		const expected = `the columns that the samples to train on have, ${namesOf(missing)} among them`;
		throw new LimbeckError("data", { where, expected, got: `columns ${shortList(columns)}` });
	}
	for (const name of ignore) requireColumn(name, "data.ignore", columns, where);
	for (const name of keep) requireColumn(name, "data.keep", columns, where);
	if (group !== undefined) requireColumn(group, "data.group", columns, where);
	return columns.filter((name) => !labels.includes(name) && name !== group && !ignore.includes(name));
}

/**
 * The feature columns: the candidates that do not name rows, unless the user keeps them.
 *
 * @param all - the table's columns.
 * @param rowNames - why columns are taken for names of rows.
 * @throws LimbeckError `data` where no feature is left.
 */
export function featureColumns(
	all: readonly string[],
	candidates: readonly string[],
	rowNames: ReadonlyMap<string, string>,
	choice: ColumnChoice,
	where: string,
): Columns {
	const { label, group, ignore, keep = [], features } = choice;
	if (features !== undefined) {
		const others = all.filter(
			(name) => name !== group && ![label, ignore, features].flat().includes(name) && !namesNothing(name),
		);
		return { features, notices: others.length === 0 ? [] : [extra(others, where)] };
	}
	const passed = candidates.filter((name) => rowNames.has(name) && !keep.includes(name));
	const left = candidates.filter((name) => !passed.includes(name));
	if (left.length > 0)
		return { features: left, notices: passed.length === 0 ? [] : [passedOver(passed, rowNames, where)] };
	throw new LimbeckError("data", {
		where,
		expected: "columns of features",
		got: `columns ${shortList(all)}`,
		...(passed.length === 0
			? {}
			: { hint: `To use columns that seem to name rows: ${settingText("data.keep", passed)}.` }),
	});
}

/** Whether a column has no name of its own, as the index has that pandas or R write beside the columns. */
export function namesNothing(name: string): boolean {
	return /^(Unnamed: \d+(\.\d+|_level_\d+)?|__index_level_\d+__|\.\.\.\d+)$/.test(name);
}

/** Whether a column is called as those are that name rows. */
export function soundsLikeName(name: string): boolean {
	return (
		/^(id|idx|index|level_0|uuid|guid|key|row|rownames?|row[ _.-]?(id|nr|no|num|number|names?|index)|nr|no)$/i.test(
			name,
		) ||
		/[ _.-](id|idx|uuid|guid|index)$/i.test(name) ||
		/[a-z](Id|ID|Uuid|UUID|Guid|GUID|Index)$/.test(name)
	);
}

const namesOf = (names: readonly string[]): string => shortList(names.map((name) => JSON.stringify(name)));

function passedOver(names: readonly string[], reasons: ReadonlyMap<string, string>, where: string): Notice {
	const each = names.map((name) => `${JSON.stringify(name)} (${reasons.get(name) ?? ""})`);
	return {
		code: "passed-over",
		text: `${where}: left out as features, because they seem to name rows: columns ${shortList(each)}.`,
		hint: `To use them as features: ${settingText("data.keep", names)}.`,
	};
}

function extra(names: readonly string[], where: string): Notice {
	const text = `${where}: left out, because the samples to train on have no such features: columns ${namesOf(names)}.`;
	return { code: "passed-over", text };
}

function requireColumn(name: string, option: string, columns: readonly string[], where: string): void {
	if (columns.includes(name)) return;
	const near = nearest(name, columns);
	throw new LimbeckError("usage", {
		where: option,
		expected: `a column of ${where}: ${shortList(columns)}`,
		got: JSON.stringify(name),
		hint: near === undefined ? `Name it: --set ${option}=COLUMN` : `Did you mean ${JSON.stringify(near)}?`,
	});
}
