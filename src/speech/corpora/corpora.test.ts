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
	const table = "file,transcript,speaker,split\na.wav,yes no,x,train\nb.wav,no,y,validation\nc.wav,yes,x,test\n";
	const choice = await own(table);
	const { words, train, notices } = await loadSpeech(choice);
	expect(words).toEqual(["no", "yes"]);
	expect(train).toMatchObject([{ id: "a.wav", speaker: "x", words: [1, 0] }]);
	expect(notices).toBeUndefined();
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

const split = "file,transcript,split\n";

test("words without recordings for training are refused, or kept and told", async () => {
	const table = `${split}a.wav,yes,train\nb.wav,yes,validation\nc.wav,maybe yes,test\n`;
	await expect(loadSpeech(await own(table))).rejects.toThrow('none of 1 of the 2 words of the test part ("maybe")');
	const kept = await loadSpeech({ ...(await own(table)), unknownWords: "keep" } as SpeechChoice);
	expect(kept.words).toEqual(["maybe", "yes"]);
	expect(kept.notices).toMatchObject([{ code: "unknown-words" }]);
	await expect(loadSpeech(await own(table.replace("b.wav,yes", "b.wav,no")))).rejects.toThrow("validation part");
});

test("words that differ in case, Unicode form or punctuation alone are one", async () => {
	const table = `${split}a.wav,"Yes, caf\u00e9 O'Neil -",train\nb.wav,YES cafe\u0301.,validation\nc.wav,yes,test\n`;
	const { words, train, notices } = await loadSpeech(await own(table));
	expect(words).toEqual(["-", "O'Neil", "caf\u00e9", "yes"]);
	expect(train[0]?.words).toEqual([3, 2, 1, 0]);
	expect(notices).toMatchObject([
		{ code: "merged-words", text: expect.stringContaining('"Yes,", "YES", "yes" as "yes"') as unknown },
	]);
	const exact = { ...(await own(table)), spelling: "exact", unknownWords: "keep" } as SpeechChoice;
	expect((await loadSpeech(exact)).words).toHaveLength(7);
});

test("signs that are spoken make another word", async () => {
	const signs = ["C", "c++", "(C++)", "C#", "5", "$5", "5%", "-5", "\u20ac5"];
	const table = `${split}${["train", "validation", "test"].map((part) => `a.wav,"${signs.join(" ")}",${part}\n`).join("")}`;
	const { words } = await loadSpeech(await own(table));
	expect(words).toEqual(["$5", "-5", "5", "5%", "C", "C#", "c++", "\u20ac5"]);
});

test("what is passed over or repeated is told, and a column is known in any case", async () => {
	const table = "File,transcript,age,Split\na.wav,yes,9,train\na.wav,yes,9,validation\nb.wav,yes,9,test\n";
	const { notices = [] } = await loadSpeech(await own(table));
	expect(notices.map(({ code, text }) => `${code}: ${text.slice(text.indexOf("csv: ") + 5)}`)).toEqual([
		'passed-over: columns that are not read (1): "age".',
		"passed-over: recordings in no row are passed over (1): c.wav.",
		"repeated-recording: recordings in several rows (1): a.wav (train, validation).",
	]);
});

test("files of which the size is not written are read, and told in their part", async () => {
	const streamed = Buffer.from(wav(0.5));
	streamed.writeUInt32LE(0xffff_ffff, 40);
	await writeFile(join(folder, "own", "e\u0301.wav"), streamed);
	const choice = await own(`${split}a.wav,yes,train\nb.wav,yes,validation\nc.wav,yes,test\n\u00e9.wav,yes,test\n`);
	expect((await loadSpeech(choice)).notices).toBeUndefined();
	const { recordings, notices } = await loadSpeechTest(choice);
	expect(recordings.map(({ audio }) => audio.samples.length)).toEqual([400, 400]);
	expect(notices).toMatchObject([
		{ code: "repaired-wav", text: expect.stringContaining("(1): \u00e9.wav") as unknown },
	]);
});
