import { LimbeckError } from "../../errors.js";
import { openParquet, type ParquetTable, type RowRange } from "../formats/parquet.js";
import { type ColumnChoice, featureColumns, lacksLabels } from "./columns.js";
import type { TableSource } from "./csv-source.js";
import { groupText } from "./groups.js";
import { sampleShapeOf } from "./shape.js";
import { collectLabels, type Labels, labelText, noLabels, type Source } from "./source.js";

/** How samples lie in a Parquet file. */
export interface ParquetOptions extends ColumnChoice {
	readonly shape?: readonly number[] | undefined;
}

/**
 * The rows of a Parquet file as samples of float32, a row group at a time.
 *
 * @throws LimbeckError as {@link openParquet} and {@link featureColumns} do, and `data` for a feature column that does
 * not hold numbers; its samples, `data` for an empty cell.
 */
export async function parquetSource(path: string, options: ParquetOptions): Promise<TableSource> {
	const table = await openParquet(path);
	const features = featureColumns(
		table.columns.map(({ name }) => name),
		options,
		path,
	);
	for (const name of features) checkNumeric(table, name, path);
	const { group } = options;
	const placeOf = (row: number, element: number): string =>
		`${path}: row ${String(row + 1)}, column ${features[element] ?? ""}`;
	const source: Source = {
		where: path,
		type: "float",
		sampleShape: sampleShapeOf([features.length], options.shape, path),
		features,
		labels: () =>
			lacksLabels(options)
				? Promise.resolve(noLabels(table.groups.at(-1)?.rowEnd ?? 0))
				: readColumn(table, options.label, path, labelText),
		...(group === undefined || !table.columns.some(({ name }) => name === group)
			? {}
			: { groups: () => readColumn(table, group, path, groupText) }),
		async *blocks() {
			for (const group of table.groups) {
				const data = await readGroup(table, features, group, placeOf);
				yield { first: group.rowStart, data };
			}
		},
		placeOf: (row, element) => Promise.resolve(placeOf(row, element)),
		close: () => undefined,
	};
	return { source, features };
}

function checkNumeric({ columns }: ParquetTable, name: string, path: string): void {
	const kind = columns.find((column) => column.name === name)?.kind;
	if (kind === "number" || kind === "boolean") return;
	throw new LimbeckError("data", {
		where: `${path}: column ${name}`,
		expected: "numbers",
		got: kind === "text" ? "text" : "dates, lists, bytes or something else that is no number",
		hint: `Store numbers, or leave the column out: --set data.ignore='["${name}"]'.`,
	});
}

async function readGroup(
	table: ParquetTable,
	features: readonly string[],
	group: RowRange,
	placeOf: (row: number, element: number) => string,
): Promise<Float32Array> {
	const rows = group.rowEnd - group.rowStart;
	const width = features.length;
	const data = new Float32Array(rows * width);
	for (const [element, name] of features.entries()) {
		const cells = await table.read(name, group);
		for (let row = 0; row < rows; row++) {
			const cell = cells[row];
			if (cell === null || cell === undefined) throw emptyCell(placeOf(group.rowStart + row, element));
			data[row * width + element] = Number(cell);
		}
	}
	return data;
}

/** @param textOf - what a cell says. */
async function readColumn(
	table: ParquetTable,
	column: string,
	path: string,
	textOf: (cell: unknown, where: () => string) => string,
): Promise<Labels> {
	const collector = collectLabels();
	for (const group of table.groups) {
		const cells = await table.read(column, group);
		for (let row = 0; row < cells.length; row++) {
			collector.add(textOf(cells[row], () => `${path}: row ${String(group.rowStart + row + 1)}, column ${column}`));
		}
	}
	return collector.finish();
}

function emptyCell(where: string): LimbeckError {
	const hint = "Fill such cells in, or leave out their rows or columns.";
	return new LimbeckError("data", { where, expected: "a number", got: "an empty cell", hint });
}
