/** Whether the first line of a text table names its columns, although it holds numbers. */
import { LimbeckError } from "../../errors.js";
import { firstFew } from "../../names.js";
import type { CsvTable } from "../formats/csv.js";
import { numberIn } from "../formats/numbers.js";
import type { ColumnChoice } from "./columns.js";

/** Fewer numbers in order are a coincidence, unless the rows below look otherwise. */
const fewestInOrder = 3;
/** Years that may name columns. */
const years = { first: 1900, last: 2100 };

/**
 * Refuses a first line of numbers as names, unless something says that it is none of data: the label is in it beside others
 * that are no numbers, the user names a column of it, or the numbers count the columns or years.
 *
 * @throws LimbeckError `data` for a first line that looks like data.
 */
export async function checkHeader(
	table: CsvTable,
	choice: ColumnChoice & { readonly header: boolean },
	path: string,
): Promise<void> {
	const { columns, dialect } = table;
	const numbers = columns.map((name) => numberIn(name, ".")).filter((value) => !Number.isNaN(value));
	if (!choice.header || numbers.length === 0) return;
	const labels = [choice.label].flat();
	const labelled = labels.every((name) => columns.includes(name));
	if (numbers.length < columns.length && (choice.unlabelled === true || labelled)) return;
	// Without a header columns are called by their places.
	const isPlace = (name: string): boolean =>
		Number.isInteger(Number(name)) && Number(name) >= 1 && Number(name) <= columns.length;
	if (labelled && !labels.every(isPlace)) return;
	if (await namesInOrder(numbers, table)) return;
	throw new LimbeckError("data", {
		where: `${path}: line ${String(1 + dialect.skippedLines)}`,
		expected: "names of the columns",
		got: `what looks like data: ${firstFew(
			columns.map((name) => JSON.stringify(name)),
			5,
		)}`,
		hint: "If it is data: --set data.header=false; columns are then 1, 2, 3, …, and data.label says which has the class.",
	});
}

/** Whether numbers count columns from 0 or 1, or years. */
async function namesInOrder(numbers: readonly number[], table: CsvTable): Promise<boolean> {
	const [first = 0] = numbers;
	const last = first + numbers.length - 1;
	const known = first === 0 || first === 1 || (first >= years.first && last <= years.last);
	if (!known || numbers.some((value, i) => value !== first + i)) return false;
	return numbers.length >= fewestInOrder || holdsOthers(table);
}

/** Whether the first rows hold cells that are no whole numbers. */
async function holdsOthers(table: CsvTable): Promise<boolean> {
	for await (const rows of table.rows()) {
		return rows.some((row) => row.some((cell) => !Number.isInteger(numberIn(cell, "."))));
	}
	return false;
}
