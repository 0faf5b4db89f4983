import { readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { openCsv } from "../../data/formats/csv.js";
import { LimbeckError } from "../../errors.js";
import { fileError } from "../../files.js";
import { type Recording, randomParts, type SpeechCorpus, type SpeechPart, type SpeechTest } from "../corpus.js";
import { decodeWav } from "../wav.js";
import type { SpeechOptionsOf } from "./options.js";

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
 * @throws LimbeckError (`data`, `file`) for a table or recordings that are missing or broken.
 */
export async function loadRecordings(options: Options): Promise<SpeechCorpus> {
	const { words, read } = await openTable(options);
	return { words, train: await read("train"), validation: await read("validation") };
}

/** The test part of {@link loadRecordings}. */
export async function loadRecordingsTest(options: Options): Promise<SpeechTest> {
	const { words, read } = await openTable(options);
	return { words, recordings: await read("test") };
}

async function openTable(options: Options): Promise<{
	readonly words: readonly string[];
	readonly read: (part: SpeechPart) => Promise<readonly Recording[]>;
}> {
	const { directory } = options;
	const where = join(directory, options.transcripts);
	const rows = await readRows(where, options);
	const words = [...new Set(rows.flatMap((row) => row.words))].sort();
	const read = async (part: SpeechPart): Promise<readonly Recording[]> => {
		const recordings: Recording[] = [];
		for (const row of rows.filter((one) => one.part === part)) {
			const path = await inside(directory, row);
			const bytes = await readFile(path).catch(async (error: unknown) => {
				throw fileError(error, `${path} (${await row.where()})`);
			});
			const indices = row.words.map((word) => words.indexOf(word));
			recordings.push({ id: row.file, speaker: row.speaker, words: indices, audio: decodeWav(bytes, path) });
		}
		if (recordings.length > 0) return recordings;
		throw new LimbeckError("data", { where, expected: `recordings for the ${part} part`, got: "none" });
	};
	return { words, read };
}

async function readRows(where: string, { testFraction, validationFraction }: Options): Promise<readonly Row[]> {
	const table = await openCsv(where, { delimiter: ",", header: true });
	const column = (name: string): number => table.columns.indexOf(name);
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
	return rows;
}

const isPart = (part: string | undefined): part is SpeechPart => part !== undefined && partNames.includes(part);

/** A path in the folder, and nowhere else. */
async function inside(directory: string, { file, where }: Row): Promise<string> {
	const path = resolve(directory, file);
	if (file !== "" && !relative(directory, path).startsWith("..")) return path;
	const expected = `a file in ${directory}`;
	throw new LimbeckError("data", { where: await where(), expected, got: JSON.stringify(file) });
}
