/** Guessing what separates the cells of a text table, from its start. */
import { parse } from "csv-parse/sync";
import { readsAsNumber } from "./numbers.js";

/** What is known of how a table is written before its rows are read. */
export interface Dialect {
	readonly delimiter: string;
	/** Lines before the table: 1 where the first one is Excel's `sep=;`. */
	readonly skippedLines: number;
}

/** What separates cells in files that people have; the first that serves wins a draw. */
const candidates = [",", ";", "\t", "|", " "];
/** Rows that are looked at. */
const looked = 50;

/**
 * The separator under which all rows of a table's start have equally many cells, two or more. Of several the one with
 * the larger share of cells that are numbers; in a draw the usual one, and a space last.
 *
 * @param start - the file's first lines; the last may be cut off, unless `whole`.
 * @param usual - the separator that the name of the file suggests; it stays where no other serves.
 */
export function guessDialect(start: string, whole: boolean, usual: string): Dialect {
	const named = /^"?sep=(.)"?\r?\n/i.exec(start);
	if (named?.[1] !== undefined) return { delimiter: named[1], skippedLines: 1 };
	const text = whole ? start : start.slice(0, start.lastIndexOf("\n") + 1);
	const order = [usual, ...candidates.filter((one) => one !== usual)];
	const scored = order.map((delimiter) => ({ delimiter, score: scoreOf(text, delimiter) }));
	const best = Math.max(...scored.map(({ score }) => score));
	const chosen = best < 0 ? undefined : scored.find(({ score }) => score === best);
	return { delimiter: chosen?.delimiter ?? usual, skippedLines: 0 };
}

/** The share of cells below the first line that are numbers; −1 where the rows are no table of this separator. */
function scoreOf(text: string, delimiter: string): number {
	const rows = rowsOf(text, delimiter);
	const [header] = rows;
	if (header === undefined || header.length < 2 || rows.some(({ length }) => length !== header.length)) return -1;
	const cells = (rows.length > 1 ? rows.slice(1) : rows).flat();
	return cells.filter((cell) => readsAsNumber(cell, ".") || readsAsNumber(cell, ",")).length / cells.length;
}

function rowsOf(text: string, delimiter: string): readonly (readonly string[])[] {
	try {
		// The options ask for nothing but cells of text.
		return parse(text, { delimiter, skip_empty_lines: true, relax_column_count: true, to: looked });
	} catch {
		return []; // Quotes that are not closed: another separator explains them, or the reader says what is wrong.
	}
}
