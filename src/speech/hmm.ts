/** Left-to-right hidden Markov models of words and silence. */
import { z } from "zod";

/** How many states words have. */
export const hmmOptions = z
	.strictObject({
		wordStates: z.int().min(1).max(64).default(6).describe("states of each word, the fewest frames that it can last"),
		silenceStates: z.int().min(1).max(64).default(3).describe("states of silence"),
	})
	.describe("hidden Markov models");

/**
 * A model for each unit: the words in their order, then silence. Every state may stay or go to the next; a unit's states
 * follow each other in number.
 */
export interface Hmm {
	readonly words: readonly string[];
	/** `[units + 1]`: the first state of each unit, and the number of all. */
	readonly first: Int32Array;
	/** `[states]`: ln of the probability to stay. */
	readonly stay: Float64Array;
	/** `[states]`: ln of the probability to go on. */
	readonly leave: Float64Array;
}

/** Models in which to stay is as likely as to go on. */
export function createHmm(words: readonly string[], options: z.infer<typeof hmmOptions>): Hmm {
	const first = Int32Array.from({ length: words.length + 2 }, (_, unit) =>
		unit <= words.length ? unit * options.wordStates : words.length * options.wordStates + options.silenceStates,
	);
	const half = new Float64Array(first.at(-1) ?? 0).fill(Math.log(0.5));
	return { words, first, stay: half, leave: half };
}

/** How many states there are. */
export const stateCount = ({ stay }: Hmm): number => stay.length;

/** The unit of silence. */
export const silenceOf = ({ words }: Hmm): number => words.length;

/** Names of all states: `seven/0`, `(silence)/2`. */
export function stateNames({ words, first }: Hmm): readonly string[] {
	return [...words, "(silence)"].flatMap((word, unit) =>
		Array.from({ length: (first[unit + 1] ?? 0) - (first[unit] ?? 0) }, (_, state) => `${word}/${String(state)}`),
	);
}

/**
 * The models with the transitions of an alignment: a state of n frames in v visits stays with (n − v + 1) / (n + 2).
 *
 * @param paths - the state of every frame of every utterance.
 */
export function withTransitions(hmm: Hmm, paths: readonly Int32Array[]): Hmm {
	const frames = new Float64Array(stateCount(hmm));
	const visits = new Float64Array(stateCount(hmm));
	for (const states of paths) {
		for (const [t, state] of states.entries()) {
			frames[state] = (frames[state] ?? 0) + 1;
			if (state !== states[t - 1]) visits[state] = (visits[state] ?? 0) + 1;
		}
	}
	const stays = frames.map((n, state) => (n - (visits[state] ?? 0) + 1) / (n + 2));
	return { ...hmm, stay: stays.map(Math.log), leave: stays.map((p) => Math.log(1 - p)) };
}
