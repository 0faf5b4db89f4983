import { createHash } from "node:crypto";
import type { DataSetFacts, DataSurroundings } from "../../data/data-set.js";
import { findFile } from "../../data/find-file.js";
import { resolveDataFolders } from "../../data/folders.js";
import { readTar } from "../../data/tar.js";
import { LimbeckError } from "../../errors.js";
import type { Recording, SpeechCorpus, SpeechPart, SpeechTest } from "../corpus.js";
import { decodeWav } from "../wav.js";
import type { SpeechOptionsOf } from "./options.js";

type Options = SpeechOptionsOf<"fsdd"> & DataSurroundings;

const archive = "free-spoken-digit-dataset.tar.gz";
const words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"] as const;
const member = /(?:^|\/)recordings\/([0-9])_([a-z]+)_([0-9]+)\.wav$/;
/** The most bytes of a recording, 8 seconds; all together are half a GiB at most. */
const mostBytes = 2 ** 17;
const mostRecordings = 4096;
/** Of every speaker and digit, recordings 0 to 4 are the official test, and the next five are for validation. */
const [testEnd, validationEnd] = [5, 10];

/** What {@link recordingsHash} gives for the published recordings, however they are packed. */
const publishedRecordings = "dbd573d7cafe79c4b49f65718115e1304e24e067fa39eff18a660dc6cb9c360f";
const repository = "https://github.com/Jakobovski/free-spoken-digit-dataset/archive/refs";

/** What is known of the Free Spoken Digit Dataset beforehand. */
export const fsddFacts: DataSetFacts = {
	title: "Free Spoken Digit Dataset: 3,000 recordings of 6 speakers, 8 kHz; for limbeck speech",
	classes: words,
	download: [
		{
			name: archive,
			sha256: "6a632396797fcc67067e1790e4a7d4f148267dd44299d761ac72522cced59101",
			hasContent: async (path) => (await recordingsHash(path)) === publishedRecordings,
			packedOnRequest: true,
			mirrors: [`${repository}/tags/v1.0.10.tar.gz`, `${repository}/heads/master.tar.gz`],
		},
	],
};

/** SHA-256 of the lines `NAME SHA-256` of all recordings, sorted by their names. */
async function recordingsHash(path: string): Promise<string> {
	const files = await readTar(path, (name) => (member.test(name) ? mostBytes : undefined), mostRecordings);
	const lines = [...files].map(([name, bytes]) => {
		const hash = createHash("sha256").update(bytes).digest("hex");
		return `${name.slice(name.lastIndexOf("/") + 1)} ${hash}\n`;
	});
	return createHash("sha256").update(lines.sort().join("")).digest("hex");
}

/**
 * Training and validation parts of the Free Spoken Digit Dataset (Jackson et al.; 3,000 recordings at 8 kHz). Validation is
 * recordings 5 to 9 of every speaker and digit that is not held out.
 *
 * @throws LimbeckError (`data`, `file`) for an archive that is missing or broken.
 */
export async function loadFsdd(options: Options): Promise<SpeechCorpus> {
	const parts = await readParts(options, ["train", "validation"]);
	return { words, train: parts("train"), validation: parts("validation") };
}

/** The test part of {@link loadFsdd}: recordings 0 to 4, or all of the speaker who is held out. */
export async function loadFsddTest(options: Options): Promise<SpeechTest> {
	return { words, recordings: (await readParts(options, ["test"]))("test") };
}

function partOf(speaker: string, index: number, heldOut: string | undefined): SpeechPart {
	if (heldOut === undefined ? index < testEnd : speaker === heldOut) return "test";
	return index >= testEnd && index < validationEnd ? "validation" : "train";
}

/** Reads some parts; files of the others are passed over. */
async function readParts(
	{ directory, env = process.env, heldOut }: Options,
	wanted: readonly SpeechPart[],
): Promise<(part: SpeechPart) => readonly Recording[]> {
	const folders = resolveDataFolders("fsdd", directory, env);
	const path = await findFile("fsdd", [archive, archive.replace(/\.gz$/, "")], folders);
	const parse = (name: string) => {
		const [, digit, speaker = "", index] = member.exec(name) ?? [];
		return { known: digit !== undefined, digit: Number(digit), speaker, index: Number(index) };
	};
	const partOfFile = (name: string): SpeechPart | undefined => {
		const { known, speaker, index } = parse(name);
		return known ? partOf(speaker, index, heldOut) : undefined;
	};
	const isWanted = (name: string): boolean => wanted.some((part) => part === partOfFile(name));
	const files = await readTar(path, (name) => (isWanted(name) ? mostBytes : undefined), mostRecordings);
	const names = [...files.keys()].sort();
	const empty = wanted.find((part) => !names.some((name) => partOfFile(name) === part));
	if (empty !== undefined) {
		const expected = `recordings/DIGIT_SPEAKER_INDEX.wav of the ${empty} part`;
		throw new LimbeckError("data", { where: path, expected, got: "none" });
	}
	return (part) =>
		names.flatMap((name) => {
			if (partOfFile(name) !== part) return [];
			const { digit, speaker } = parse(name);
			const id = name.slice(name.lastIndexOf("/") + 1);
			return [{ id, speaker, words: [digit], audio: decodeWav(files.get(name) ?? new Uint8Array(), `${path}: ${id}`) }];
		});
}
