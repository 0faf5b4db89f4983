/** What the rows of a text table say of its columns, found in one pass before any sample is made. */

import { LimbeckError } from "../../errors.js";
import { settingText } from "../../settings.js";
import type { CsvTable } from "../formats/csv.js";
import { type DecimalMark, looksGrouped, numberIn } from "../formats/numbers.js";
import { type BadCell, notNumeric } from "./cells.js";
import { collectGroups } from "./groups.js";
import { type LabelOptions, labelReader } from "./label-readers.js";
import { createRowNameFinder, type RowNameFinder } from "./row-names.js";
import { type CellCollector, type Labels, noLabels } from "./source.js";

/** What is looked for. */
export interface SurveyOptions {
	/** The file, for errors. */
	readonly where: string;
	/** Columns that may be features. */
	readonly candidates: readonly string[];
	/** How labels are read; absent where rows have none. */
	readonly labels?: LabelOptions | undefined;
	/** The column of groups; absent where rows have none. */
	readonly group?: string | undefined;
}

/** What was found. */
export interface Survey {
	readonly labels: Labels;
	readonly groups?: Labels | undefined;
	readonly finder: RowNameFinder;
	/** What the candidates' cells are, in their order. */
	readonly cells: readonly ColumnCells[];
}

/** What the cells of a column are. */
export interface ColumnCells {
	/** The first cell that is no number, by decimal mark. */
	readonly bad: Readonly<Record<DecimalMark, BadCell | undefined>>;
	/** Whether there are numbers with a comma, and whether one of them cannot be a number in groups of three digits. */
	readonly commas: "none" | "grouped" | "decimal";
}

interface Gathered {
	readonly column: string;
	readonly bad: Record<DecimalMark, BadCell | undefined>;
	commas: ColumnCells["commas"];
}

/**
 * Reads all rows once.
 *
 * @throws LimbeckError `data` for a row without a label, and what reading rows throws.
 */
export async function surveyCsv(table: CsvTable, options: SurveyOptions): Promise<Survey> {
	const { candidates, labels, group, where } = options;
	const places = candidates.map((name) => table.columns.indexOf(name));
	const finder = createRowNameFinder(candidates);
	const ofLabels = labels && cellsOf(table, labels.label ?? [], labelReader(labels.task).collector(labels));
	const ofGroups = group === undefined ? undefined : cellsOf(table, group, collectGroups());
	const collected = [ofLabels, ofGroups].filter((one) => one !== undefined);
	const cells = candidates.map(
		(column): Gathered => ({ column, bad: { ".": undefined, ",": undefined }, commas: "none" }),
	);
	let row = 0;
	for await (const lot of table.rows()) {
		for (const texts of lot) {
			for (const { column, collector, cellIn } of collected) {
				const trouble = collector.add(cellIn(texts));
				if (trouble === undefined) continue;
				const line = String(await table.lineOf(row));
				throw new LimbeckError("data", { where: `${where}: line ${line}, column ${column}`, ...trouble });
			}
			for (const [at, place] of places.entries()) lookAt(texts[place] ?? "", row, cells[at]);
			for (const at of finder.open) finder.add(at, valueOf(texts[places[at] ?? 0] ?? ""));
			row++;
		}
	}
	return {
		labels: ofLabels?.collector.finish() ?? noLabels(row),
		groups: ofGroups?.collector.finish(),
		finder,
		cells,
	};
}

/** A column that is gathered, or several: then a row's cells together. */
interface Collected {
	/** For messages. */
	readonly column: string;
	readonly collector: CellCollector;
	readonly cellIn: (row: readonly string[]) => unknown;
}

function cellsOf({ columns }: CsvTable, label: string | readonly string[], collector: CellCollector): Collected {
	const column = [label].flat().join(", ");
	if (typeof label === "string") {
		const place = columns.indexOf(label);
		return { column, collector, cellIn: (row) => row[place] };
	}
	const places = label.map((name) => columns.indexOf(name));
	return { column, collector, cellIn: (row) => places.map((place) => row[place]) };
}

/** A cell as a number where it is one. */
function valueOf(cell: string): number | string {
	const value = numberIn(cell, ".");
	return Number.isNaN(value) ? cell.trim() : value;
}

function lookAt(cell: string, row: number, column: Gathered | undefined): void {
	if (column === undefined) return;
	const { bad } = column;
	if (bad["."] === undefined || bad[","] === undefined) {
		if (Number.isNaN(numberIn(cell, "."))) bad["."] ??= { column: column.column, row, cell };
		else if (!cell.includes(".")) return;
		if (Number.isNaN(numberIn(cell, ","))) bad[","] ??= { column: column.column, row, cell };
	}
	if (column.commas === "decimal" || !cell.includes(",") || Number.isNaN(numberIn(cell, ","))) return;
	column.commas = looksGrouped(cell, ",") ? "grouped" : "decimal";
}

/**
 * The decimal mark by which all feature columns are numbers.
 *
 * @param given - the mark that the user says; found where absent.
 * @returns it, and whether a comma was guessed.
 * @throws LimbeckError `data` where columns are no numbers by it, or it is not clear whether commas are decimal.
 */
export async function decimalMark(
	cells: readonly ColumnCells[],
	table: CsvTable,
	about: {
		readonly where: string;
		readonly given?: DecimalMark | undefined;
		readonly ignore: readonly string[];
		readonly header: boolean;
	},
): Promise<{ readonly decimal: DecimalMark; readonly guessed: boolean }> {
	const { where, given, ...rest } = about;
	const badBy = (mark: DecimalMark): readonly BadCell[] => cells.flatMap(({ bad }) => bad[mark] ?? []);
	const commas = cells.filter((column) => column.commas !== "none");
	const decimal = given ?? (badBy(".").length > 0 && badBy(",").length === 0 ? "," : ".");
	const bad = badBy(decimal);
	const placeOf = async ({ row, column }: BadCell): Promise<string> =>
		`${where}: line ${String(await table.lineOf(row))}, column ${column}`;
	const [first] = bad.toSorted((a, b) => a.row - b.row);
	if (first !== undefined) {
		const other = decimal === "." ? "," : ".";
		const otherMark = badBy(other).length === 0 ? other : undefined;
		throw notNumeric(bad, { ...rest, otherMark, where: await placeOf(first) });
	}
	const unclear = decimal === "," && given === undefined && table.dialect.delimiter !== ";";
	const [comma] = badBy(".").toSorted((a, b) => a.row - b.row);
	if (unclear && comma !== undefined && commas.every((column) => column.commas === "grouped")) {
		throw new LimbeckError("data", {
			where: await placeOf(comma),
			expected: "numbers that can be read in one way",
			got: `${JSON.stringify(comma.cell)}, with a comma that is decimal or separates thousands`,
			hint: `If commas are decimal: ${settingText("data.decimal", ",")}. If they separate thousands, take them out.`,
		});
	}
	return { decimal, guessed: decimal === "," && given === undefined };
}
