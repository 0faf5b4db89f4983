/** What a corpus is, for plans. */
import type { Notice } from "../notices.js";
import { corpusFingerprint } from "./align-corpus.js";
import { loadSpeech } from "./corpora/index.js";
import { windowShape } from "./scores.js";
import type { SpeechStepOptions } from "./step-options.js";

/** What identifies a corpus and the samples that are made of it. */
export type DescribeSpeechStep = Pick<SpeechStepOptions, "data" | "context" | "features" | "hmm" | "strings">;

/** What a plan needs of a corpus. */
export interface SpeechDescription {
	readonly fingerprint: string;
	readonly sampleShape: readonly number[];
	/** Training frames, at most: how many there are is known when the recordings are joined. */
	readonly train: number;
	/** States. */
	readonly classes: number;
	readonly notices: readonly Notice[];
}

/** Loads the training and validation parts, and tells what they are. */
export async function describeSpeech(step: DescribeSpeechStep): Promise<SpeechDescription> {
	const { data, context, features, hmm, strings } = step;
	const corpus = await loadSpeech(data);
	const soundMs = corpus.train.reduce((sum, { audio }) => sum + (1000 * audio.samples.length) / audio.rate, 0);
	// Each recording brings one gap, and each string one more.
	const gapsMs = 2 * corpus.train.length * strings.gapMs[1];
	return {
		fingerprint: corpusFingerprint(corpus),
		sampleShape: windowShape(context, features.coefficients),
		train: Math.ceil((soundMs + gapsMs) / features.stepMs),
		classes: corpus.words.length * hmm.wordStates + hmm.silenceStates,
		notices: corpus.notices ?? [],
	};
}
