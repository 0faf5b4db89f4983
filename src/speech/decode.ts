/** Which words were said. */
import { type Hmm, silenceOf, stateCount } from "./hmm.js";
import { createNetwork, type Grammar, viterbi } from "./viterbi.js";

/** What can be said. */
export type Sentences =
	/** One word, with silence around it or without. */
	| { readonly kind: "word" }
	/** Any number of words; each costs `insertionPenalty`, in ln. */
	| { readonly kind: "words"; readonly insertionPenalty: number };

/**
 * Words from scores.
 *
 * @param scores - ln p(frame | state), up to a constant a frame, `[frames, states]`.
 * @returns indices into the vocabulary; none where there are too few frames for a word.
 */
export type Decoder = (scores: Float64Array) => readonly number[];

/** Prepares a decoder: the best path by Viterbi, silence left out. */
export function createDecoder(hmm: Hmm, sentences: Sentences): Decoder {
	const network = createNetwork(hmm, sentences.kind === "word" ? oneWord(hmm) : wordLoop(hmm, sentences));
	return (scores) => (viterbi(network, scores, stateCount(hmm))?.units ?? []).filter((unit) => unit !== silenceOf(hmm));
}

/** Silence, a word, silence; parts are the words, then the two silences. */
function oneWord(hmm: Hmm): Grammar {
	const words = hmm.words.map((_, word) => word);
	const [before, behind] = [words.length, words.length + 1];
	return {
		units: [...words, silenceOf(hmm), silenceOf(hmm)],
		links: words.flatMap((word) => [[before, word] as const, [word, behind] as const]),
		starts: new Map([...words, before].map((part) => [part, 0])),
		ends: new Set([...words, behind]),
		loops: false,
	};
}

function wordLoop(hmm: Hmm, { insertionPenalty }: { readonly insertionPenalty: number }): Grammar {
	const units = [...hmm.words.keys(), silenceOf(hmm)];
	const starts = new Map(units.map((unit) => [unit, unit === silenceOf(hmm) ? 0 : -insertionPenalty]));
	return { units, links: [], starts, ends: new Set(units), loops: true };
}
