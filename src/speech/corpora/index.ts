import type { DataSetFacts, DataSurroundings } from "../../data/data-set.js";
import type { SpeechCorpus } from "../corpus.js";
import { fsddFacts, loadFsdd } from "./fsdd.js";
import type { SpeechChoice, SpeechOptionsOf } from "./options.js";
import { loadRecordings } from "./recordings.js";

/** What is known of corpora beforehand: those that are published, and users' own. */
export const corpusFacts = {
	published: { fsdd: fsddFacts },
	own: {
		recordings: { title: "your recordings: a folder of wav files with a table of transcripts; for limbeck speech" },
	},
} as const satisfies Record<string, Record<string, DataSetFacts>>;

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
