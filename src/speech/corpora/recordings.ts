import { readdir, readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { openCsv } from "../../data/formats/csv.js";
import { LimbeckError } from "../../errors.js";
import { fileError, isWithin } from "../../files.js";
import { canonicalName, quotedName } from "../../names.js";
import type { Notice } from "../../notices.js";
import { type Recording, randomParts, type SpeechCorpus, type SpeechPart, type SpeechTest } from "../corpus.js";
import { decodeWav } from "../wav.js";
import type { SpeechOptionsOf } from "./options.js";
import { tellColumns, tellFaults, tellFiles } from "./told.js";
import { checkUnknownWords, mergeSpellings } from "./words.js";

type Options = SpeechOptionsOf<"recordings">;

const partNames: readonly string[] = ["train", "validation", "test"] satisfies readonly SpeechPart[];

/** A row of the table. */
interface Row {
	readonly file: string;
	readonly words: readonly string[];
	readonly speaker: string;
	readonly part: SpeechPart;
	/** The table and its line, for messages. */
	readonly where: () => Promise<string>;
}

/**
 * A user's recordings: a folder of wav files and a table of their transcripts. The vocabulary is the words of all
 * transcripts, sorted.
 *
 * @throws LimbeckError (`data`, `file`) for a table or recordings that are missing or broken, and for words without
 * recordings for training.
 */
export async function loadRecordings(options: Options): Promise<SpeechCorpus> {
	const { words, read, notices } = await openTable(options);
	const [train, validation] = [await read("train"), await read("validation")];
	const faults = tellFaults([...train, ...validation], options.directory);
	return { words, train, validation, ...told([...notices, ...faults]) };
}

/** The test part of {@link loadRecordings}; its notices are of its own files alone. */
export async function loadRecordingsTest(options: Options): Promise<SpeechTest> {
	const { words, read } = await openTable(options);
	const recordings = await read("test");
	return { words, recordings, ...told(tellFaults(recordings, options.directory)) };
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

const told = (notices: readonly Notice[]): { readonly notices?: readonly Notice[] } =>
	notices.length === 0 ? {} : { notices };

interface Files {
	readonly paths: readonly string[];
	/** The path of a file as it is on the disk. */
	readonly find: (path: string) => string;
}

interface Table {
	readonly words: readonly string[];
	readonly read: (part: SpeechPart) => Promise<readonly Recording[]>;
	readonly notices: readonly Notice[];
}

async function openTable(options: Options): Promise<Table> {
	const { directory } = options;
	const where = join(directory, options.transcripts);
	const table = await readRows(where, options);
	const { rows, notices } =
		options.spelling === "exact" ? { ...table, notices: [] } : mergeSpellings(table.rows, where);
	const files = await filesOf(directory);
	const words = [...new Set(rows.flatMap((row) => row.words))].sort();
	const read = async (part: SpeechPart): Promise<readonly Recording[]> => {
		const recordings: Recording[] = [];
		for (const row of rows.filter((one) => one.part === part)) {
			const path = await inside(directory, row, files);
			const bytes = await readFile(path).catch(async (error: unknown) => {
				throw fileError(error, `${path} (${await row.where()})`);
			});
			const indices = row.words.map((word) => words.indexOf(word));
			recordings.push({ id: row.file, speaker: row.speaker, words: indices, audio: decodeWav(bytes, path) });
		}
		if (recordings.length > 0) return recordings;
		throw new LimbeckError("data", { where, expected: `recordings for the ${part} part`, got: "none" });
	};
	return {
		words,
		read,
		notices: [
			...notices,
			...checkUnknownWords(rows, where, options.unknownWords === "keep"),
			...tellColumns(table.unused, where),
			...tellFiles(rows, files.paths, directory, where),
		],
	};
}

interface Rows {
	readonly rows: readonly Row[];
	/** Columns that nothing is read from. */
	readonly unused: readonly string[];
}

async function readRows(where: string, { testFraction, validationFraction }: Options): Promise<Rows> {
	const table = await openCsv(where, { delimiter: ",", header: true });
	const columns = table.columns.map((name) => canonicalName(name).trim().toLowerCase());
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

/** A path in the folder, and nowhere else. */
async function inside(directory: string, { file, where }: Row, files: Files): Promise<string> {
	const path = resolve(directory, file);
	if (file !== "" && isWithin(directory, path)) return files.find(path);
	const expected = `a file in ${directory}`;
	throw new LimbeckError("data", { where: await where(), expected, got: quotedName(file) });
}

/** The files of a folder; a table may name them in another Unicode form than the disk. */
async function filesOf(directory: string): Promise<Files> {
	const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
		throw fileError(error, directory);
	});
	const paths = entries.flatMap((entry) => (entry.isDirectory() ? [] : [resolve(entry.parentPath, entry.name)]));
	const [exact, byName] = [new Set(paths), new Map(paths.map((path) => [canonicalName(path), path]))];
	return { paths, find: (path) => (exact.has(path) ? path : (byName.get(canonicalName(path)) ?? path)) };
}
