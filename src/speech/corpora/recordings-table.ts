/** The table of a user's recordings, and the folder that it lies in. */
import { readdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { openCsv } from "../../data/formats/csv.js";
import { LimbeckError } from "../../errors.js";
import { fileError, isWithin } from "../../files.js";
import { canonicalName } from "../../names.js";
import { randomParts, type SpeechPart } from "../corpus.js";
import type { SpeechOptionsOf } from "./options.js";

type Options = SpeechOptionsOf<"recordings">;

const partNames: readonly string[] = ["train", "validation", "test"] satisfies readonly SpeechPart[];

/** A row of the table. */
export interface Row {
	readonly file: string;
	readonly words: readonly string[];
	readonly speaker: string;
	readonly part: SpeechPart;
	/** The table and its line, for messages. */
	readonly where: () => Promise<string>;
}

/** The files of a folder. */
export interface Files {
	readonly paths: readonly string[];
	/** The path of a file as it is on the disk. */
	readonly find: (path: string) => string;
}

/**
 * The files that a user's recordings are read from, the table and those that it names; and the names of all that the folder
 * holds.
 *
 * @throws LimbeckError (`data`, `file`) for a table or a folder that cannot be read.
 */
export async function recordingFiles(
	options: Options,
): Promise<{ readonly read: readonly string[]; readonly names: readonly string[] }> {
	const { directory, transcripts } = options;
	const table = join(directory, transcripts);
	const { rows } = await readRows(table, options);
	const files = await filesOf(directory);
	const named = rows.map(({ file }) => resolve(directory, file)).filter((path) => isWithin(directory, path));
	const names = files.paths.map((path) => relative(directory, path)).sort();
	return { read: [...new Set([table, ...named.map(files.find)])], names };
}

interface Rows {
	readonly rows: readonly Row[];
	/** Columns that nothing is read from. */
	readonly unused: readonly string[];
}

/**
 * The rows of the table.
 *
 * @throws LimbeckError (`data`, `file`) for a table that cannot be read, and for a row without a transcript or of another part.
 */
export async function readRows(where: string, { testFraction, validationFraction }: Options): Promise<Rows> {
	const table = await openCsv(where, { delimiter: ",", header: true });
	const columns = table.columns.map((name) => name.toLowerCase());
	const column = (name: string): number => columns.indexOf(name);
	for (const name of ["file", "transcript"]) {
		if (column(name) !== -1) continue;
		throw new LimbeckError("data", { where, expected: `a column ${name}`, got: table.columns.join(", ") });
	}
	const cells: (readonly string[])[] = [];
	for await (const rows of table.rows()) cells.push(...rows);
	const drawn = randomParts(cells.length, { test: testFraction, validation: validationFraction });
	const rows: Row[] = [];
	for (const [i, row] of cells.entries()) {
		const line = async (): Promise<string> => `${where}: line ${String(await table.lineOf(i))}`;
		const cell = (name: string): string => row[column(name)]?.trim() ?? "";
		const words = cell("transcript")
			.split(/\s+/)
			.filter((word) => word !== "");
		const part = column("split") === -1 ? drawn[i] : cell("split");
		if (words.length === 0) {
			throw new LimbeckError("data", { where: await line(), expected: "a transcript", got: "none" });
		}
		if (!isPart(part)) {
			const expected = `a split: ${partNames.join(", ")}`;
			throw new LimbeckError("data", { where: await line(), expected, got: JSON.stringify(part) });
		}
		rows.push({ file: cell("file"), words, speaker: cell("speaker"), part, where: line });
	}
	const used = ["file", "transcript", "speaker", "split"].map(column);
	return { rows, unused: table.columns.filter((_, i) => !used.includes(i)) };
}

const isPart = (part: string | undefined): part is SpeechPart => part !== undefined && partNames.includes(part);

/** The files of a folder; a table may name them in another Unicode form than the disk. */
export async function filesOf(directory: string): Promise<Files> {
	const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
		throw fileError(error, directory);
	});
	const paths = entries.flatMap((entry) => (entry.isDirectory() ? [] : [resolve(entry.parentPath, entry.name)]));
	const [exact, byName] = [new Set(paths), new Map(paths.map((path) => [canonicalName(path), path]))];
	return { paths, find: (path) => (exact.has(path) ? path : (byName.get(canonicalName(path)) ?? path)) };
}
