/** Recognition judged on the test part, once all is trained and chosen. */
import type { DataSurroundings } from "../data/data-set.js";
import type { SpeechChoice } from "./corpora/options.js";
import { type JoinOptions, joinRecordings, type Recording } from "./corpus.js";
import { loadSpeechTest } from "./test-sets.js";
import { sumWordErrors, type WordErrors, wordErrors } from "./word-errors.js";

/** Recognises the words of recordings; whether each is known to be one word. */
export type Recognizer = (
	recordings: readonly Recording[],
	kind: "word" | "words",
) => Promise<readonly (readonly number[])[]>;

/** Word errors of a recogniser on the test part. */
export interface RecognitionFigures {
	/** Recordings of one word, each known to be one; absent where there are none. */
	readonly single?: WordErrors;
	/** Recordings joined to strings. */
	readonly connected: WordErrors;
}

/**
 * Opens the test part and judges recognisers on the same recordings, in their order.
 *
 * @throws LimbeckError (`data`, `file`) for files that are missing or broken.
 */
export async function evaluateRecognizers(
	choice: SpeechChoice & DataSurroundings,
	recognizers: readonly Recognizer[],
	strings: JoinOptions,
): Promise<readonly RecognitionFigures[]> {
	const { recordings } = await loadSpeechTest(choice);
	const singles = recordings.filter(({ words }) => words.length === 1);
	const joined = joinRecordings(recordings, strings);
	const figures: RecognitionFigures[] = [];
	for (const recognize of recognizers) {
		figures.push({
			...(singles.length === 0 ? {} : { single: await errorsOn(singles, recognize, "word") }),
			connected: await errorsOn(joined, recognize, "words"),
		});
	}
	return figures;
}

/** Word errors of a recogniser on recordings whose words are known. */
export async function errorsOn(
	recordings: readonly Recording[],
	recognize: Recognizer,
	kind: "word" | "words",
): Promise<WordErrors> {
	const heard = await recognize(recordings, kind);
	return sumWordErrors(recordings.map(({ words }, i) => wordErrors(words, heard[i] ?? [])));
}
