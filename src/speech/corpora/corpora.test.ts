import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeWav } from "../../../test/support/speech.js";
import { tarOf } from "../../../test/support/tar.js";
import { loadSpeechTest } from "../test-sets.js";
import { loadSpeech } from "./index.js";
import { type SpeechChoice, speechOptions } from "./options.js";

const wav = (value: number): Uint8Array =>
	encodeWav(Array<number>(400).fill(value), { code: 1, bits: 16, rate: 8000, channels: 1 });

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "limbeck-speech-"));
	const names = ["george", "theo"].flatMap((speaker) =>
		[4, 5, 9, 10].map((index) => `top/recordings/7_${speaker}_${String(index)}.wav`),
	);
	const archive = tarOf([
		...names.map((name) => ({ name, content: Buffer.from(wav(0.25)) })),
		{ name: "top/README.md", content: Buffer.from("text") },
	]);
	await writeFile(join(folder, "free-spoken-digit-dataset.tar.gz"), archive);
	await mkdir(join(folder, "own"));
	for (const [i, name] of ["a", "b", "c"].entries()) await writeFile(join(folder, "own", `${name}.wav`), wav(i / 4));
});
afterAll(() => rm(folder, { recursive: true }));

const fsdd = (options: object = {}): SpeechChoice =>
	speechOptions.parse({ name: "fsdd", directory: folder, ...options });

const idsOf = async (choice: SpeechChoice): Promise<Readonly<Record<string, readonly string[]>>> => {
	const { train, validation } = await loadSpeech(choice);
	const { recordings } = await loadSpeechTest(choice);
	const ids = (part: typeof train): readonly string[] => part.map(({ id }) => id);
	return { train: ids(train), validation: ids(validation), test: ids(recordings) };
};

test("the official split: 0 to 4 for the test, 5 to 9 for validation", async () => {
	const { train } = await loadSpeech(fsdd());
	expect(train[0]).toMatchObject({ id: "7_george_10.wav", speaker: "george", words: [7], audio: { rate: 8000 } });
	expect(await idsOf(fsdd())).toEqual({
		train: ["7_george_10.wav", "7_theo_10.wav"],
		validation: ["7_george_5.wav", "7_george_9.wav", "7_theo_5.wav", "7_theo_9.wav"],
		test: ["7_george_4.wav", "7_theo_4.wav"],
	});
});

test("a speaker held out is in the test alone", async () => {
	expect(await idsOf(fsdd({ heldOut: "theo" }))).toEqual({
		train: ["7_george_10.wav", "7_george_4.wav"],
		validation: ["7_george_5.wav", "7_george_9.wav"],
		test: ["7_theo_10.wav", "7_theo_4.wav", "7_theo_5.wav", "7_theo_9.wav"],
	});
	await expect(loadSpeechTest(fsdd({ heldOut: "lucas" }))).rejects.toThrow("of the test part, got none");
});

const own = async (table: string): Promise<SpeechChoice> => {
	await writeFile(join(folder, "own", "transcripts.csv"), table);
	return speechOptions.parse({ name: "recordings", directory: join(folder, "own") });
};

test("a folder with a table of transcripts", async () => {
	const table = "file,transcript,speaker,split\na.wav,yes no,x,train\nb.wav,no,y,validation\nc.wav,maybe,x,test\n";
	const choice = await own(table);
	const { words, train } = await loadSpeech(choice);
	expect(words).toEqual(["maybe", "no", "yes"]);
	expect(train).toMatchObject([{ id: "a.wav", speaker: "x", words: [2, 1] }]);
	expect(await idsOf(choice)).toEqual({ train: ["a.wav"], validation: ["b.wav"], test: ["c.wav"] });
});

test.each([
	["file,text\na.wav,yes\n", "a column transcript, got file, text"],
	["file,transcript,split\na.wav,yes,dev\n", 'a split: train, validation, test, got "dev"'],
	["file,transcript,split\na.wav, ,train\n", "a transcript, got none"],
	["file,transcript,split\n../a.wav,yes,train\n", 'own, got "../a.wav"'],
	["file,transcript,split\nno.wav,yes,train\n", "a file or folder that exists"],
	["file,transcript,split\na.wav,yes,train\n", "recordings for the validation part, got none"],
])("table %j is refused", async (table, message) => {
	await expect(loadSpeech(await own(table))).rejects.toThrow(message);
});
