import { expect, it } from "vitest";
import { loadSpeech } from "../../src/speech/corpora/index.js";
import { speechOptions } from "../../src/speech/corpora/options.js";
import type { SpeechCorpus } from "../../src/speech/corpus.js";
import { caseFolder, runIn } from "./case.js";

async function corpusOf(transcripts: string, more: object = {}): Promise<SpeechCorpus> {
	const directory = await caseFolder("speech-word-only-in-test");
	return loadSpeech(speechOptions.parse({ name: "recordings", directory, transcripts, ...more }));
}

it("three words, all of them taught", async () => {
	expect(await corpusOf("ok.csv")).not.toHaveProperty("notices");
});

it("a word of the test alone is refused before anything is trained", async () => {
	const folder = await caseFolder("speech-word-only-in-test");
	const set = ["data.directory=.", "data.transcripts=oov.csv"].flatMap((one) => ["--set", one]);
	const { code, stderr } = await runIn(folder, ["speech", "--data", "recordings", ...set, "--out", "out"]);
	expect(code).toBe(3);
	expect(stderr).toContain('"treble"');
	const { notices } = await corpusOf("oov.csv", { unknownWords: "keep" });
	expect(notices).toMatchObject([
		{ code: "unknown-words", text: expect.stringContaining("3 of the 9 words") as unknown },
	]);
});

it("LOW and low are one word", async () => {
	const { words, notices } = await corpusOf("case.csv");
	expect(words).toEqual(["high", "low", "mid"]);
	expect(notices).toMatchObject([{ code: "merged-words" }]);
});
