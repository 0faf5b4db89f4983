import { LimbeckError } from "../../errors.js";
import { settingText } from "../../settings.js";
import { openParquet, type ParquetColumn, type ParquetTable } from "../formats/parquet.js";
import { shortList } from "./classes.js";
import {
	type ColumnChoice,
	candidateColumns,
	comparedChoice,
	featureColumns,
	lacksLabels,
	namesNothing,
	soundsLikeName,
} from "./columns.js";
import type { TableSource } from "./csv-source.js";
import { collectGroups } from "./groups.js";
import { labelReader } from "./label-readers.js";
import { createRowNameFinder, type RowNameFinder } from "./row-names.js";
import { sampleShapeOf } from "./shape.js";
import { type CellCollector, type Labels, noLabels, type Source } from "./source.js";

/** How samples lie in a Parquet file. */
export interface ParquetOptions extends ColumnChoice {
	readonly shape?: readonly number[] | undefined;
}

/**
 * The rows of a Parquet file as samples, a row group at a time. Columns that seem to name rows are read once before.
 *
 * @throws LimbeckError as {@link openParquet} and {@link featureColumns} do, and `data` for a feature column that does
 * not hold numbers; its samples, `data` for an empty cell.
 */
export async function parquetSource(path: string, choice: ParquetOptions): Promise<TableSource> {
	const options = comparedChoice(choice);
	const table = await openParquet(path);
	const names = table.columns.map(({ name }) => name);
	const candidates = candidateColumns(names, options, path);
	const finder = createRowNameFinder(candidates, table.index);
	await showSuspects(table, candidates, finder);
	const { features, notices } = featureColumns(names, candidates, finder.rowNames(), options, path);
	checkNumeric(table, features, options.ignore, path);
	const { label, group, task } = options;
	const placeOf = (row: number, element: number): string =>
		`${path}: row ${String(row + 1)}, column ${features[element] ?? ""}`;
	let rowsShown = 0;
	const source: Source = {
		where: path,
		type: "float",
		sampleShape: sampleShapeOf([features.length], options.shape, path),
		features,
		labels: () =>
			lacksLabels(options)
				? Promise.resolve(noLabels(table.count))
				: readColumn(table, label, path, labelReader(task).collector(options)),
		...(group === undefined || !names.includes(group)
			? {}
			: { groups: () => readColumn(table, group, path, collectGroups()) }),
		async *blocks() {
			for (const group of table.groups) {
				const data = new Float64Array((group.rowEnd - group.rowStart) * features.length);
				for (const [element, name] of features.entries()) {
					const cells = await table.read(name, group);
					const empty = fillColumn(cells, data, element, features.length);
					if (empty !== -1) throw emptyCell(placeOf(group.rowStart + empty, element));
					// Suspects were shown before; a second reading of the file shows nothing new.
					if (!isSuspect(name) && group.rowStart === rowsShown) showCells(finder, candidates.indexOf(name), cells);
				}
				rowsShown = Math.max(rowsShown, group.rowEnd);
				yield { first: group.rowStart, data };
			}
		},
		placeOf: (row, element) => Promise.resolve(placeOf(row, element)),
		notices: () => [...notices, ...(options.features === undefined ? finder.notices(features, path) : [])],
		close: () => undefined,
	};
	return { source, features };
}

const isSuspect = (name: string): boolean => soundsLikeName(name) || namesNothing(name);

/** Shows the finder the columns that may name rows, before it is known which are features. */
async function showSuspects(table: ParquetTable, candidates: readonly string[], finder: RowNameFinder): Promise<void> {
	for (const [at, name] of candidates.entries()) {
		const kind = table.columns.find((column) => column.name === name)?.kind;
		if (!isSuspect(name) || kind === "other") continue;
		for (const group of table.groups) {
			if (finder.open.has(at)) showCells(finder, at, await table.read(name, group));
		}
	}
}

function showCells(finder: RowNameFinder, at: number, cells: ArrayLike<unknown>): void {
	for (let row = 0; row < cells.length && finder.open.has(at); row++) finder.add(at, cells[row]);
}

const kindNames: Readonly<Record<ParquetColumn["kind"], string>> = {
	number: "numbers",
	boolean: "booleans",
	text: "text",
	other: "dates, lists, bytes, nothing at all or something else that is no number",
};

function checkNumeric(
	{ columns }: ParquetTable,
	features: readonly string[],
	ignore: readonly string[],
	path: string,
): void {
	const bad = columns.filter(({ name, kind }) => features.includes(name) && (kind === "text" || kind === "other"));
	const [first] = bad;
	if (first === undefined) return;
	const others = bad.slice(1).map(({ name }) => JSON.stringify(name));
	const left = settingText("data.ignore", [...ignore, ...bad.map(({ name }) => name)]);
	throw new LimbeckError("data", {
		where: `${path}: column ${first.name}`,
		expected: "numbers",
		got: `${kindNames[first.kind]}${others.length === 0 ? "" : `; so in columns ${shortList(others)}`}`,
		hint: `Store numbers, or leave ${bad.length > 1 ? "the columns" : "the column"} out: ${left}.`,
	});
}

/** Writes a column's cells to their place in rows. @returns the first cell that is empty; −1 where none is. */
function fillColumn(cells: ArrayLike<unknown>, rows: Float64Array, element: number, width: number): number {
	for (let row = 0; row < cells.length; row++) {
		const cell = cells[row];
		if (cell === null || cell === undefined) return row;
		rows[row * width + element] = Number(cell);
	}
	return -1;
}

async function readColumn(
	table: ParquetTable,
	column: string | readonly string[],
	path: string,
	collector: CellCollector,
): Promise<Labels> {
	for (const group of table.groups) {
		const columns: ArrayLike<unknown>[] = [];
		for (const name of [column].flat()) columns.push(await table.read(name, group));
		const [first = []] = columns;
		for (let row = 0; row < first.length; row++) {
			const trouble = collector.add(typeof column === "string" ? first[row] : columns.map((cells) => cells[row]));
			if (trouble === undefined) continue;
			throw new LimbeckError("data", {
				where: `${path}: row ${String(group.rowStart + row + 1)}, column ${[column].flat().join(", ")}`,
				...trouble,
			});
		}
	}
	return collector.finish();
}

function emptyCell(where: string): LimbeckError {
	const hint = "Fill such cells in, or leave out their rows, or their columns with data.ignore.";
	return new LimbeckError("data", { where, expected: "a number", got: "an empty cell", hint });
}
