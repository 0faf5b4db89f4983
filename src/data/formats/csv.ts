import { createReadStream } from "node:fs";
import { CsvError, type Options, parse } from "csv-parse";
import { LimbeckError } from "../../errors.js";
import { fileError } from "../../files.js";
import { fileSource } from "./bytes.js";

/** How a text file holds a table. */
export interface CsvFormat {
	/** What stands between cells; one character. */
	readonly delimiter: string;
	/** Whether the first line names the columns; where it does not, they are named 1, 2, 3, … */
	readonly header: boolean;
}

/** A table of text. */
export interface CsvTable {
	readonly columns: readonly string[];
	/** Its rows, in lots; every row has a cell for each column. */
	rows(): AsyncGenerator<readonly (readonly string[])[], void, undefined>;
	/** The line of the file on which a row, counted from 0, ends. */
	lineOf(row: number): Promise<number>;
}

const rowsInLot = 1000;
/** A quote that is never closed must not swallow the file. */
const longestRow = 2 ** 24;

/**
 * Opens a file of comma-separated values (RFC 4180; another delimiter if asked): UTF-8, cells in quotes where they hold
 * delimiters, quotes or line breaks. Empty lines are skipped.
 *
 * @throws LimbeckError `data` if there is no such file, it is empty, or columns share a name; its rows, for a row with
 * more or fewer cells than the first and for a quote out of place, with the line.
 */
export async function openCsv(path: string, { delimiter, header }: CsvFormat): Promise<CsvTable> {
	await fileSource(path);
	const options: Options = { bom: true, delimiter, skip_empty_lines: true, max_record_size: longestRow };
	const first = await firstRow(path, options);
	const columns = header ? first.map((name) => name.trim()) : first.map((_, i) => String(i + 1));
	const twice = columns.find((name, i) => columns.indexOf(name) !== i);
	if (twice !== undefined) {
		const expected = "a name of its own for every column";
		const hint = header ? "If the first line holds data, set data.header=false." : undefined;
		throw new LimbeckError("data", {
			where: `${path}: line 1`,
			expected,
			got: `${JSON.stringify(twice)} twice`,
			...(hint === undefined ? {} : { hint }),
		});
	}
	const skipped = header ? 1 : 0;
	return {
		columns,
		rows: () => lots(path, options, skipped),
		lineOf: (row) => findLine(path, options, row + skipped),
	};
}

async function firstRow(path: string, options: Options): Promise<readonly string[]> {
	for await (const row of records(path, options)) return row;
	throw new LimbeckError("data", { where: path, expected: "a table", got: "an empty file" });
}

async function* lots(
	path: string,
	options: Options,
	skip: number,
): AsyncGenerator<(readonly string[])[], void, undefined> {
	let lot: (readonly string[])[] = [];
	let left = skip;
	for await (const row of records(path, options)) {
		if (left > 0) {
			left--;
			continue;
		}
		lot.push(row);
		if (lot.length < rowsInLot) continue;
		yield lot;
		lot = [];
	}
	if (lot.length > 0) yield lot;
}

async function* records(path: string, options: Options): AsyncGenerator<readonly string[], void, undefined> {
	try {
		// The options ask for nothing but cells of text.
		yield* parseFile(path, options) as AsyncIterable<string[]>;
	} catch (error) {
		throw csvError(error, path);
	}
}

/** Reads up to a row once more: the parser counts lines at a cost, which nobody pays until there is an error. */
async function findLine(path: string, options: Options, row: number): Promise<number> {
	let at = 0;
	let countedTwice = 0;
	// With `info`, the parser puts each record beside what it knows of it.
	const found = parseFile(path, { ...options, info: true }) as AsyncIterable<Informed>;
	for await (const { info, record } of found) {
		// Within quotes, the parser counts a line break of two characters as two.
		for (const cell of record) countedTwice += cell.split("\r\n").length - 1;
		if (at === row) return info.lines - countedTwice;
		at++;
	}
	return at;
}

interface Informed {
	readonly info: { readonly lines: number };
	readonly record: readonly string[];
}

function parseFile(path: string, options: Options): ReturnType<typeof parse> {
	const file = createReadStream(path, { highWaterMark: 2 ** 18 });
	const parser = parse(options);
	file.on("error", (error) => parser.destroy(error));
	parser.on("close", () => file.destroy());
	return file.pipe(parser);
}

function csvError(error: unknown, path: string): LimbeckError {
	if (!(error instanceof CsvError)) return fileError(error, path);
	const where = `${path}: line ${String(error["lines"])}`;
	const got = error.message;
	return new LimbeckError("data", {
		where,
		...(expectations[error.code] ?? { expected: "a row of cells" }),
		got,
		cause: error,
	});
}

const quotes = {
	expected: "cells whose quotes are closed, and doubled within",
	hint: "If quotes mean nothing in this file, or the delimiter is another, set data.delimiter.",
};

/** What the parser's complaints mean. */
const expectations: Partial<Record<string, { readonly expected: string; readonly hint?: string }>> = {
	CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: { expected: "as many cells as in the first line" },
	CSV_QUOTE_NOT_CLOSED: quotes,
	CSV_INVALID_CLOSING_QUOTE: quotes,
	INVALID_OPENING_QUOTE: quotes,
	CSV_MAX_RECORD_SIZE: { ...quotes, expected: `rows of at most ${String(longestRow)} characters` },
};
