import { alignTable } from "./text.js";

/** One column of a table about several things: its heading, and the cell of each of them. */
export interface Column<Row> {
	readonly heading: string;
	readonly cell: (row: Row) => string;
}

/** A table's lines, the headings first. */
export type Cells = readonly (readonly string[])[];

/** A line for each row, below headings. */
export function cellsOf<Row>(
	rows: readonly (readonly [label: string, row: Row, ...others: readonly unknown[]])[],
	columns: readonly Column<Row>[],
): Cells {
	return [
		["", ...columns.map(({ heading }) => heading)],
		...rows.map(([label, row]) => [label, ...columns.map(({ cell }) => cell(row))]),
	];
}

/** A line for each row where there is room, otherwise a column for each. */
export function columnTable<Row>(
	rows: readonly (readonly [label: string, row: Row, ...others: readonly unknown[]])[],
	columns: readonly Column<Row>[],
	width: number,
): readonly string[] {
	const across = cellsOf(rows, columns);
	const wide = alignTable(across);
	return wide.every((line) => line.length <= width) ? wide : alignTable(transpose(across));
}

function transpose(table: Cells): Cells {
	return (table[0] ?? []).map((_, column) => table.map((row) => row[column] ?? ""));
}

/** Networks of one sort, which can stand in one table. */
export interface NetworkSort<Row> {
	/** What messages call them. */
	readonly name: string;
	// Methods, so that a sort whose row's type is forgotten is still one.
	/** What is told of each, below headings. @param unequal - whether classes are so unequal that accuracy misleads. */
	table(rows: readonly (readonly [label: string, network: Row])[], unequal: boolean): Cells;
	/** Errors by the size of the file, where that is told. */
	sized?(network: Row): Sized | undefined;
}

/** A network by the size of its file and its errors. */
export interface Sized {
	readonly bytes: number;
	readonly errors: number;
	/** Deviation over the seeds. */
	readonly std: number | undefined;
}
