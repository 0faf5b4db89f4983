import { alignTable } from "./text.js";

/** One column of a table about several things: its heading, and the cell of each of them. */
export interface Column<Row> {
	readonly heading: string;
	readonly cell: (row: Row) => string;
}

/** A line for each row where there is room, otherwise a column for each. */
export function columnTable<Row>(
	rows: readonly (readonly [label: string, row: Row, ...others: readonly unknown[]])[],
	columns: readonly Column<Row>[],
	width: number,
): readonly string[] {
	const across = [
		["", ...columns.map(({ heading }) => heading)],
		...rows.map(([label, row]) => [label, ...columns.map(({ cell }) => cell(row))]),
	];
	const wide = alignTable(across);
	return wide.every((line) => line.length <= width) ? wide : alignTable(transpose(across));
}

function transpose(table: readonly (readonly string[])[]): readonly (readonly string[])[] {
	return (table[0] ?? []).map((_, column) => table.map((row) => row[column] ?? ""));
}
