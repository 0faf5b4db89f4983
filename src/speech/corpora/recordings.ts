import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { LimbeckError } from "../../errors.js";
import { fileError, isWithin } from "../../files.js";
import { quotedName } from "../../names.js";
import type { Notice } from "../../notices.js";
import type { Recording, SpeechCorpus, SpeechPart, SpeechTest } from "../corpus.js";
import { decodeWav } from "../wav.js";
import type { SpeechOptionsOf } from "./options.js";
import { type Files, filesOf, type Row, readRows } from "./recordings-table.js";
import { tellColumns, tellFaults, tellFiles } from "./told.js";
import { checkUnknownWords, mergeSpellings } from "./words.js";

type Options = SpeechOptionsOf<"recordings">;

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

const told = (notices: readonly Notice[]): { readonly notices?: readonly Notice[] } =>
	notices.length === 0 ? {} : { notices };

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

/** A path in the folder, and nowhere else. */
async function inside(directory: string, { file, where }: Row, files: Files): Promise<string> {
	const path = resolve(directory, file);
	if (file !== "" && isWithin(directory, path)) return files.find(path);
	const expected = `a file in ${directory}`;
	throw new LimbeckError("data", { where: await where(), expected, got: quotedName(file) });
}
