/** Cells that should hold numbers and do not: what they hold, and what helps. */

import { LimbeckError } from "../../errors.js";
import { settingText } from "../../settings.js";
import { type DecimalMark, looksGrouped } from "../formats/numbers.js";
import { shortList } from "./classes.js";
import { isMissing } from "./labels.js";

/** A cell that is no number: the first of its column. */
export interface BadCell {
	readonly column: string;
	/** Counted from 0. */
	readonly row: number;
	readonly cell: string;
}

interface CellKind {
	readonly is: (cell: string) => boolean;
	/** What helps, in the imperative. */
	readonly advice: string;
}

/** Kinds of cells that are no numbers; the first that a cell is of counts. */
const kinds: readonly CellKind[] = [
	{ is: isMissing, advice: "Fill such cells in or drop their rows" },
	{ is: (cell) => /^\s*[+-]?inf(inity)?\s*$/i.test(cell), advice: "Write a number in place of what is infinite" },
	{ is: (cell) => /%\s*$/.test(cell), advice: "Write percentages as numbers, without the sign" },
	{
		is: (cell) => /^\s*\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{1,2}:\d{2}/.test(cell),
		advice: "Write dates and times as numbers, such as days or seconds",
	},
	{ is: (cell) => /^\s*(true|false|yes|no)\s*$/i.test(cell), advice: "Write 1 and 0 for yes and no" },
	{
		is: (cell) => looksGrouped(cell, ",") || /^\s*[+-]?\d{1,3}([.,'’ \u00a0\u202f]\d{3})+([.,]\d+)?\s*$/.test(cell),
		advice: "Write numbers without separators between thousands",
	},
	{ is: (cell) => /^\s*[+-]?\d*[.,]\d+\s*$/.test(cell), advice: "Write all numbers with the same decimal mark" },
];

/**
 * Says that cells are no numbers: the first of them, which other columns have such, and how to go on.
 *
 * @param bad - the first such cell of each column that has one; not empty.
 * @param about - `ignore`: columns that are left out as it is; `otherMark`: the decimal mark by which all are numbers, if
 * there is one.
 */
export function notNumeric(
	bad: readonly BadCell[],
	about: {
		readonly where: string;
		readonly ignore: readonly string[];
		readonly header: boolean;
		readonly otherMark?: DecimalMark | undefined;
	},
): LimbeckError {
	const { where, ignore, header, otherMark } = about;
	const [first, ...others] = bad.toSorted((a, b) => a.row - b.row);
	const { cell, row } = first ?? { cell: "", row: 0 };
	const also = others.map(({ column, cell: one }) => `${JSON.stringify(column)} (${shown(one)})`);
	const setting = settingText("data.ignore", [...ignore, ...bad.map(({ column }) => column)]);
	const known = kinds.find(({ is }) => is(cell))?.advice ?? "Write it as a number";
	const advice =
		otherMark === undefined ? known : `If decimal marks are "${otherMark}": ${settingText("data.decimal", otherMark)}`;
	const heading = !header && row === 0 ? " If the first line names the columns, leave data.header=false out." : "";
	return new LimbeckError("data", {
		where,
		expected: "a number",
		got: also.length === 0 ? shown(cell) : `${shown(cell)}; other columns have such cells too: ${shortList(also)}`,
		hint: `${advice}; or leave ${bad.length > 1 ? "the columns" : "the column"} out: ${setting}.${heading}`,
	});
}

const shown = (cell: string): string => (cell.trim() === "" ? "an empty cell" : JSON.stringify(cell.slice(0, 80)));
