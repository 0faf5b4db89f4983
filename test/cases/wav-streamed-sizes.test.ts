import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadSpeech } from "../../src/speech/corpora/index.js";
import { speechOptions } from "../../src/speech/corpora/options.js";
import { decodeWav } from "../../src/speech/wav.js";
import { caseFolder } from "./case.js";

it("wav files whose sizes a program did not know are read to their end, and told", async () => {
	const directory = await caseFolder("wav-streamed-sizes");
	const files = (await readdir(directory)).filter((name) => name.endsWith(".wav"));
	const read = files.map(async (name) => decodeWav(await readFile(join(directory, name)), name).samples.length);
	expect(await Promise.all(read)).toEqual([1600, 1600, 1600, 1600]);
	const { notices = [] } = await loadSpeech(speechOptions.parse({ name: "recordings", directory }));
	expect(notices.map(({ code }) => code)).toContain("repaired-wav");
});
