import type { DataSurroundings } from "../../data/data-set.js";
import type { SpeechCorpus } from "../corpus.js";
import { loadFsdd } from "./fsdd.js";
import type { SpeechChoice, SpeechOptionsOf } from "./options.js";
import { loadRecordings } from "./recordings.js";

/** What loads the training and validation parts of each corpus. */
const corpora = { fsdd: loadFsdd, recordings: loadRecordings } as const satisfies {
	readonly [Name in SpeechChoice["name"]]: (options: SpeechOptionsOf<Name> & DataSurroundings) => Promise<SpeechCorpus>;
};

/**
 * Loads the training and validation parts of a corpus.
 *
 * @throws LimbeckError (`data`, `file`) for files that are missing or broken.
 */
export function loadSpeech(choice: SpeechChoice & DataSurroundings): Promise<SpeechCorpus> {
	// The name picks the loader whose options these are; TypeScript cannot pair them through the table.
	return (corpora[choice.name] as (options: SpeechChoice & DataSurroundings) => Promise<SpeechCorpus>)(choice);
}
