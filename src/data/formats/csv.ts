import { extname } from "node:path";
import { Readable } from "node:stream";
import { CsvError, type Options, parse } from "csv-parse";
import { LimbeckError } from "../../errors.js";
import { fileError } from "../../files.js";
import { type ByteSource, fileSource } from "./bytes.js";
import { columnNames } from "./column-names.js";
import { type Dialect, guessDialect } from "./dialect.js";
import { textBytes } from "./text.js";

/** How a text file holds a table. */
export interface CsvFormat {
	/** What stands between cells; one character. Guessed from the start of the file where absent. */
	readonly delimiter?: string | undefined;
	/** Whether the first line names the columns; where it does not, they are named 1, 2, 3, … */
	readonly header: boolean;
}

/** A table of text. */
export interface CsvTable {
	/** As {@link columnNames} makes them. */
	readonly columns: readonly string[];
	readonly dialect: Dialect;
	/** Its rows, in lots; every row has a cell for each column. */
	rows(): AsyncGenerator<readonly (readonly string[])[], void, undefined>;
	/** The line of the file on which a row, counted from 0, ends. */
	lineOf(row: number): Promise<number>;
}

const rowsInLot = 1000;
/** A quote that is never closed must not swallow the file. */
const longestRow = 2 ** 24;

/** Bytes at the start of a file that separators are guessed from. */
const guessedFrom = 2 ** 18;

/**
 * Opens a file of comma-separated values (RFC 4180; another delimiter if asked, or found): UTF-8, or UTF-16 with a byte
 * order mark; cells in quotes where they hold delimiters, quotes or line breaks. Empty lines are skipped.
 *
 * @throws LimbeckError `data` if there is no such file, it is empty, it is no text, or columns share a name; its rows, for
 * a row with more or fewer cells than the first and for a quote out of place, with the line.
 */
export async function openCsv(path: string, { delimiter, header }: CsvFormat): Promise<CsvTable> {
	const source = await fileSource(path);
	const dialect = delimiter === undefined ? await guessed(source) : { delimiter, skippedLines: 0 };
	const file: CsvFile = {
		source,
		options: {
			delimiter: dialect.delimiter,
			from_line: 1 + dialect.skippedLines,
			skip_empty_lines: true,
			max_record_size: longestRow,
		},
	};
	const first = await firstRow(file);
	const hint = "Rename one of them; if the first line holds data, --set data.header=false.";
	const columns = header
		? columnNames(first, `${path}: line ${String(1 + dialect.skippedLines)}`, hint)
		: first.map((_, i) => String(i + 1));
	const skipped = header ? 1 : 0;
	return {
		columns,
		dialect,
		rows: () => lots(file, skipped),
		lineOf: (row) => findLine(file, row + skipped),
	};
}

async function guessed(source: ByteSource): Promise<Dialect> {
	const parts: Uint8Array[] = [];
	let length = 0;
	for await (const part of textBytes(source)) {
		parts.push(part);
		length += part.length;
		if (length >= guessedFrom) break;
	}
	const start = Buffer.concat(parts).toString("utf8", 0, guessedFrom);
	return guessDialect(start, length < guessedFrom, extname(source.where).toLowerCase() === ".tsv" ? "\t" : ",");
}

/** A file, and how it is parsed. */
interface CsvFile {
	readonly source: ByteSource;
	readonly options: Options;
}

async function firstRow(file: CsvFile): Promise<readonly string[]> {
	for await (const row of records(file)) return row;
	throw new LimbeckError("data", { where: file.source.where, expected: "a table", got: "an empty file" });
}

async function* lots(file: CsvFile, skip: number): AsyncGenerator<(readonly string[])[], void, undefined> {
	let lot: (readonly string[])[] = [];
	let left = skip;
	for await (const row of records(file)) {
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

async function* records(file: CsvFile): AsyncGenerator<readonly string[], void, undefined> {
	try {
		// The options ask for nothing but cells of text.
		yield* parseFile(file) as AsyncIterable<string[]>;
	} catch (error) {
		throw csvError(error, file.source.where);
	}
}

/** Reads up to a row once more: the parser counts lines at a cost, which nobody pays until there is an error. */
async function findLine(file: CsvFile, row: number): Promise<number> {
	let at = 0;
	let countedTwice = 0;
	// With `info`, the parser puts each record beside what it knows of it.
	const found = parseFile({ ...file, options: { ...file.options, info: true } }) as AsyncIterable<Informed>;
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

function parseFile({ source, options }: CsvFile): ReturnType<typeof parse> {
	const text = Readable.from(textBytes(source), { objectMode: false });
	const parser = parse(options);
	text.on("error", (error) => parser.destroy(error));
	parser.on("close", () => text.destroy());
	return text.pipe(parser);
}

function csvError(error: unknown, path: string): LimbeckError {
	if (!(error instanceof CsvError)) return fileError(error, path);
	const where = `${path}: line ${String(error["lines"])}`;
	const known = expectations[error.code] ?? { expected: "a row of cells" };
	const record: unknown = error["record"];
	// The parser says in words how many cells the first row has.
	const width = Number(/expect (\d+)/.exec(error.message)?.[1]);
	const hint = error.code === ragged && Array.isArray(record) ? raggedHint(record.map(String), width) : undefined;
	return new LimbeckError("data", {
		where,
		...known,
		got: error.message,
		...(hint === undefined ? {} : { hint }),
		cause: error,
	});
}

/** What a row of another length may come from. @param width - cells of the first row. */
function raggedHint(row: readonly string[], width: number): string {
	if (row[0]?.startsWith("#") === true) return "Lines that begin with # are no comments here: take them out.";
	if (row.length === width + 1 && row.at(-1) === "") {
		return "The row ends in a separator and the first line does not: take it out.";
	}
	if (row.length === width + 1) {
		return "If every row has a cell more than the first line, R wrote names of rows: write it with row.names=FALSE.";
	}
	if (width === 1)
		return "If the file begins with remarks, take them out; if its separator is another: --set data.delimiter=CHARACTER.";
	return "Put cells that contain the separator in quotes; if the separator is another: --set data.delimiter=CHARACTER.";
}

const quotes = {
	expected: "cells whose quotes are closed, and doubled within",
	hint: "Put cells that hold a quote into quotes, and double it within; if the separator is another: --set data.delimiter=CHARACTER.",
};

const ragged = "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH";

/** What the parser's complaints mean. */
const expectations: Partial<Record<string, { readonly expected: string; readonly hint?: string }>> = {
	[ragged]: { expected: "as many cells as in the first line" },
	CSV_QUOTE_NOT_CLOSED: quotes,
	CSV_INVALID_CLOSING_QUOTE: quotes,
	INVALID_OPENING_QUOTE: quotes,
	CSV_MAX_RECORD_SIZE: { ...quotes, expected: `rows of at most ${String(longestRow)} characters` },
};
