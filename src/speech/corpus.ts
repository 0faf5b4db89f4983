/** Recordings with their words, and how they are divided. */
import type { Notice } from "../notices.js";
import { boundedInteger, permutation, randomStream } from "../random.js";
import type { Audio } from "./wav.js";

/** A recording of words. */
export interface Recording {
	/** The file, or what it was made of. */
	readonly id: string;
	readonly speaker: string;
	/** Indices into the vocabulary. */
	readonly words: readonly number[];
	readonly audio: Audio;
}

/** What training and choosing may see. The test part is opened by `speech/evaluate.ts` alone. */
export interface SpeechCorpus {
	/** The vocabulary. */
	readonly words: readonly string[];
	readonly train: readonly Recording[];
	readonly validation: readonly Recording[];
	/** What should be known of it, such as what was passed over; absent where there is nothing. */
	readonly notices?: readonly Notice[];
}

/** A test part. */
export interface SpeechTest {
	readonly words: readonly string[];
	readonly recordings: readonly Recording[];
	/** What should be known of them; absent where there is nothing. */
	readonly notices?: readonly Notice[];
}

/** Parts of a corpus by their names. */
export type SpeechPart = "train" | "validation" | "test";

/**
 * A share of items for each part, the same at every run.
 *
 * @returns the part of each.
 */
export function randomParts(
	count: number,
	shares: { readonly test: number; readonly validation: number },
): readonly SpeechPart[] {
	const order = permutation(randomStream(0, "speech/parts"), 0, count);
	const parts = Array<SpeechPart>(count).fill("train");
	const [test, validation] = [Math.round(count * shares.test), Math.round(count * shares.validation)];
	for (const [at, item] of order.entries()) {
		if (at < test + validation) parts[item] = at < test ? "test" : "validation";
	}
	return parts;
}

/** How recordings are joined. */
export interface JoinOptions {
	/** Fewest and most recordings of a string. */
	readonly lengths: readonly [least: number, most: number];
	/** Shortest and longest gap before, between and behind them, ms. */
	readonly gapMs: readonly [least: number, most: number];
	readonly seed: number;
}

/**
 * Connected strings: each speaker's recordings in random order, cut into strings, every recording in one; the last of a
 * speaker may be shorter. Gaps are noise, as loud as the quietest 10 ms that is joined. All recordings have one rate.
 */
export function joinRecordings(recordings: readonly Recording[], options: JoinOptions): readonly Recording[] {
	const stream = randomStream(options.seed, "speech/join");
	const speakers = [...new Set(recordings.map(({ speaker }) => speaker))].sort();
	return speakers.flatMap((speaker, s) => {
		const own = recordings.filter((one) => one.speaker === speaker);
		const order = [...permutation(stream, 2 ** 20 * s, own.length)];
		const strings: Recording[] = [];
		const [least, most] = options.lengths;
		for (let done = 0; done < own.length; ) {
			const counter = 2 ** 20 * s + strings.length + 1;
			const draws = stream.words(counter, new Uint32Array(most + 2));
			const length = least + boundedInteger(draws[0] ?? 0, most - least + 1);
			const parts = order.slice(done, done + length).flatMap((i) => own[i] ?? []);
			const gaps = draws.subarray(1, parts.length + 2);
			strings.push({
				id: `${speaker}: ${parts.map(({ id }) => id).join(" + ")}`,
				speaker,
				words: parts.flatMap(({ words }) => words),
				audio: joinAudio(
					parts.map(({ audio }) => audio),
					[...gaps].map((word) => gapLength(word, options.gapMs)),
					randomStream(options.seed, `speech/noise/${speaker}/${String(strings.length)}`).words(
						0,
						new Uint32Array(2 ** 14),
					),
				),
			});
			done += length;
		}
		return strings;
	});
}

const gapLength = (word: number, [least, most]: readonly [number, number]): number =>
	least + boundedInteger(word, most - least + 1);

function joinAudio(parts: readonly Audio[], gapsMs: readonly number[], noise: Uint32Array): Audio {
	const rate = parts[0]?.rate ?? 1;
	const gaps = gapsMs.map((ms) => Math.round((ms * rate) / 1000));
	const level = Math.min(...parts.map(quietest));
	const length = [...gaps, ...parts.map(({ samples }) => samples.length)].reduce((a, b) => a + b, 0);
	const samples = new Float32Array(length);
	let at = 0;
	for (const [i, gap] of gaps.entries()) {
		// Uniform on ±√3 times the level has that level.
		for (let k = 0; k < gap; k++) {
			samples[at] = Math.sqrt(3) * level * ((noise[at % noise.length] ?? 0) / 2 ** 31 - 1);
			at++;
		}
		const part = parts[i]?.samples ?? new Float32Array();
		samples.set(part, at);
		at += part.length;
	}
	return { rate, samples };
}

/** The least root mean square of 10 ms. */
function quietest({ rate, samples }: Audio): number {
	const size = Math.round(rate / 100);
	let least = Infinity;
	for (let start = 0; start + size <= samples.length; start += size) {
		let sum = 0;
		for (let i = start; i < start + size; i++) sum += (samples[i] ?? 0) ** 2;
		least = Math.min(least, Math.sqrt(sum / size));
	}
	return Number.isFinite(least) ? least : 0;
}
