/** A tiny corpus of tones in the place of words. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createDraws } from "./draws.js";
import { encodeWav, tones } from "./speech.js";
import { tarOf } from "./tar.js";

/** The tones of a word, Hz: two, of twelve pitches. */
function pitchesOf(word: number): readonly number[] {
	return [300 + 300 * (word % 6), 2100 + 250 * ((word * 7) % 6)];
}

/** A recording of a word as a wav file: tones of lengths that vary, and some noise. */
function spokenWord(word: number, seed: string): Uint8Array {
	const draws = createDraws(1, seed);
	const { rate, samples } = tones(
		8000,
		pitchesOf(word).map((hz) => ({ hz, ms: draws.integer(60, 110) })),
	);
	const noisy = [...samples].map((value) => value + draws.integer(-100, 100) * 2e-5);
	return encodeWav(noisy, { code: 1, bits: 16, rate, channels: 1 });
}

/** An archive as that of the Free Spoken Digit Dataset: two speakers, recordings `indices` of each digit. */
export function digitArchive(indices: readonly number[], speakers: readonly string[] = ["george", "theo"]): Buffer {
	const names = Array.from({ length: 10 }, (_, digit) =>
		speakers.flatMap((speaker) => indices.map((index) => ({ digit, name: `${digit}_${speaker}_${index}.wav` }))),
	).flat();
	return tarOf(
		names.map(({ digit, name }) => ({
			name: `free-spoken-digit-dataset/recordings/${name}`,
			content: Buffer.from(spokenWord(digit, name)),
		})),
	);
}

/** A folder of recordings of a user: three words, `count` recordings of each, and their table. */
export async function ownRecordings(folder: string, count: number): Promise<void> {
	await mkdir(folder, { recursive: true });
	const lines = ["file,transcript,speaker"];
	for (const [word, text] of ["go", "left", "stop"].entries()) {
		for (let i = 0; i < count; i++) {
			const file = `${text}-${String(i)}.wav`;
			await writeFile(join(folder, file), spokenWord(word, file));
			lines.push(`${file},${text},${i % 2 === 0 ? "ann" : "bob"}`);
		}
	}
	await writeFile(join(folder, "transcripts.csv"), `${lines.join("\n")}\n`);
}
