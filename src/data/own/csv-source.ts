import { LimbeckError } from "../../errors.js";
import { type CsvFormat, type CsvTable, openCsv } from "../formats/csv.js";
import { type ColumnChoice, featureColumns, lacksLabels } from "./columns.js";
import { groupText } from "./groups.js";
import { sampleShapeOf } from "./shape.js";
import { collectLabels, emptyLabel, type Labels, noLabels, type Source } from "./source.js";

/** How samples lie in a table of text. */
export interface CsvOptions extends CsvFormat, ColumnChoice {
	readonly shape?: readonly number[] | undefined;
}

/** A source, and its features' names. */
export interface TableSource {
	readonly source: Source;
	readonly features: readonly string[];
}

/**
 * The rows of a text file as samples of float32.
 *
 * @throws LimbeckError as {@link openCsv} and {@link featureColumns} do; its samples, `data` for a cell that is no
 * number, with line and column.
 */
export async function csvSource(path: string, options: CsvOptions): Promise<TableSource> {
	const table = await openCsv(path, options);
	const features = featureColumns(table.columns, options, path);
	const columns = features.map((name) => table.columns.indexOf(name));
	const placeOf = async (row: number, element: number): Promise<string> =>
		`${path}: line ${String(await table.lineOf(row))}, column ${features[element] ?? ""}`;
	const source: Source = {
		where: path,
		type: "float",
		sampleShape: sampleShapeOf([features.length], options.shape, path),
		...(options.header ? { features } : {}),
		labels: async () =>
			lacksLabels(options)
				? noLabels(await countRows(table))
				: readLabels(table, table.columns.indexOf(options.label), path),
		...(options.group === undefined || !table.columns.includes(options.group)
			? {}
			: { groups: () => readGroups(table, table.columns.indexOf(options.group ?? ""), path) }),
		async *blocks() {
			let first = 0;
			for await (const rows of table.rows()) {
				const data = new Float32Array(rows.length * columns.length);
				for (const [i, row] of rows.entries()) {
					const wrong = parseRow(row, columns, data, i * columns.length);
					if (wrong !== -1) throw notNumeric(await placeOf(first + i, wrong), row[columns[wrong] ?? 0] ?? "");
				}
				yield { first, data };
				first += rows.length;
			}
		},
		placeOf,
		close: () => undefined,
	};
	return { source, features };
}

/** Parses a row's cells. @returns which of them is no number; −1 where all are. */
function parseRow(row: readonly string[], columns: readonly number[], out: Float32Array, at: number): number {
	for (let i = 0; i < columns.length; i++) {
		const cell = row[columns[i] ?? 0] ?? "";
		const value = Number(cell);
		if (!Number.isFinite(value) || cell === "" || cell.trim() === "") return i;
		out[at + i] = value;
	}
	return -1;
}

async function readLabels(table: CsvTable, column: number, path: string): ReturnType<Source["labels"]> {
	const collector = collectLabels();
	for await (const rows of table.rows()) {
		for (const row of rows) {
			const cell = row[column] ?? "";
			if (cell.trim() === "") {
				const line = await table.lineOf(collector.count());
				throw emptyLabel(`${path}: line ${String(line)}, column ${table.columns[column] ?? ""}`);
			}
			collector.add(cell);
		}
	}
	return collector.finish();
}

async function readGroups(table: CsvTable, column: number, path: string): Promise<Labels> {
	const collector = collectLabels();
	const name = `${path}: column ${table.columns[column] ?? ""}`;
	for await (const rows of table.rows()) {
		for (const row of rows)
			collector.add(groupText(row[column], () => `${name}, row ${String(collector.count() + 1)}`));
	}
	return collector.finish();
}

async function countRows(table: CsvTable): Promise<number> {
	let count = 0;
	for await (const rows of table.rows()) count += rows.length;
	return count;
}

function notNumeric(where: string, cell: string): LimbeckError {
	const empty = cell.trim() === "";
	return new LimbeckError("data", {
		where,
		expected: "a number",
		got: empty ? "an empty cell" : JSON.stringify(cell.slice(0, 80)),
		hint: empty
			? "Fill such cells in or drop their rows; or leave the column out: --set data.ignore='[\"COLUMN\"]'."
			: "Write it as a number, or leave the column out: --set data.ignore='[\"COLUMN\"]'.",
	});
}
