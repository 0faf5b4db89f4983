/**
 * The test parts of corpora, apart from what loads the others: `npm run layers` lets `speech/evaluate.ts` import this
 * file, and nobody else.
 */
import type { DataSurroundings } from "../data/data-set.js";
import { loadFsddTest } from "./corpora/fsdd.js";
import type { SpeechChoice, SpeechOptionsOf } from "./corpora/options.js";
import { loadRecordingsTest } from "./corpora/recordings.js";
import type { SpeechTest } from "./corpus.js";

const testSets = { fsdd: loadFsddTest, recordings: loadRecordingsTest } as const satisfies {
	readonly [Name in SpeechChoice["name"]]: (options: SpeechOptionsOf<Name> & DataSurroundings) => Promise<SpeechTest>;
};

/**
 * Loads the test part of a corpus. Only evaluation calls this, when everything is trained and chosen.
 *
 * @throws LimbeckError (`data`, `file`) for files that are missing or broken.
 */
export function loadSpeechTest(choice: SpeechChoice & DataSurroundings): Promise<SpeechTest> {
	// As in the table of corpora.
	return (testSets[choice.name] as (options: SpeechChoice & DataSurroundings) => Promise<SpeechTest>)(choice);
}
