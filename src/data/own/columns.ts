import { LimbeckError } from "../../errors.js";
import { nearest } from "../../options.js";
import { shortList } from "./classes.js";

/** Which columns of a table are what. */
export interface ColumnChoice {
	readonly label: string;
	/** Whether rows have no labels: the column need not be there, and is no feature where it is. */
	readonly unlabelled?: boolean;
	/** The column with the group of each row, which is no feature; of a file of which another has set the features, if it is there. */
	readonly group?: string | undefined;
	/** Columns that are neither features nor label. */
	readonly ignore: readonly string[];
	/** The features in their order, where another file has set it; all other columns are left out. */
	readonly features?: readonly string[];
}

/** Whether a table has no labels; one with the test samples, whose features another has set, always has them. */
export function lacksLabels({ unlabelled = false, features }: ColumnChoice): boolean {
	return unlabelled && features === undefined;
}

/**
 * The names of a table's feature columns.
 *
 * @throws LimbeckError `usage` for a label or an ignored column that the table does not have, `data` for a missing
 * feature and where no feature is left.
 */
export function featureColumns(columns: readonly string[], choice: ColumnChoice, where: string): readonly string[] {
	const { label, group, ignore, features } = choice;
	if (!lacksLabels(choice)) requireColumn(label, "data.label", columns, where);
	if (features !== undefined) {
		const missing = features.find((name) => !columns.includes(name));
		if (missing === undefined) return features;
		const expected = `a column ${JSON.stringify(missing)}, as the samples to train on have`;
		throw new LimbeckError("data", { where, expected, got: `columns ${shortList(columns)}` });
	}
	for (const name of ignore) requireColumn(name, "data.ignore", columns, where);
	if (group !== undefined) requireColumn(group, "data.group", columns, where);
	const left = columns.filter((name) => name !== label && name !== group && !ignore.includes(name));
	if (left.length > 0) return left;
	throw new LimbeckError("data", { where, expected: "columns of features", got: `columns ${shortList(columns)}` });
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
