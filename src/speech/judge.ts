/** What nets are worth on a part of a corpus: frames against the alignment's states, words against the transcripts. */
import { dirname, join } from "node:path";
import { predictedClasses } from "../metrics/index.js";
import { align, type Scorer } from "./align.js";
import { type Heard, hear, scorerOver } from "./align-corpus.js";
import { type AlignedModels, alignmentFiles } from "./alignment-file.js";
import { joinRecordings, type Recording } from "./corpus.js";
import { createDecoder, type Sentences } from "./decode.js";
import type { Frames } from "./filterbank.js";
import { atRate, openFrontEnd } from "./front-end.js";
import { gaussianScores } from "./gaussians.js";
import { stateCount } from "./hmm.js";
import { scaledLikelihoods } from "./likelihoods.js";
import { type AskNet, type NetSurroundings, withNet } from "./scores.js";
import type { SpeechStepOptions } from "./step-options.js";
import { sumWordErrors, type WordErrors, wordErrorRate, wordErrors } from "./word-errors.js";

/** Word errors, and their number over that of the words. */
export interface WordFigures extends WordErrors {
	readonly wer: number;
}

/** What a net does on a part of a corpus. */
export interface PartFigures {
	/** Share of the strings' frames whose most probable state is that of the alignment. */
	readonly frameAccuracy: number;
	/** Words of recordings joined to strings. */
	readonly connected: WordFigures;
	/** Words of recordings that are known to hold one; absent where none do. */
	readonly single?: WordFigures;
}

/** What nets are judged with. */
export interface Bench {
	readonly models: AlignedModels;
	/** Where the models lie, and the net that made the alignment. */
	readonly alignment: string;
	readonly strings: SpeechStepOptions["strings"];
	readonly surroundings: NetSurroundings;
	/** A monotonic clock in ms. */
	readonly now: () => number;
}

/** A part of a corpus, ready to be judged on. */
export interface JudgedPart {
	readonly recordings: number;
	/** Recordings of one word. */
	readonly singles: Heard;
	readonly strings: Heard;
	/** The alignment's states of the strings. */
	readonly paths: readonly Int32Array[];
	/** How long the strings are, and how long their features took. */
	readonly seconds: number;
	readonly featureSeconds: number;
}

/** An utterance of a part, that shows what a net's outputs are. */
export function probeOf({ strings }: JudgedPart): Frames {
	const [probe] = strings.frames;
	if (probe === undefined) throw new RangeError("a part of a corpus: expected recordings, got none");
	return probe;
}

/** Takes a part through the front end, joins it and aligns it by what made the alignment. */
export async function openPart(part: readonly Recording[], bench: Bench): Promise<JudgedPart> {
	const { models, strings: options, now } = bench;
	const recordings = atRate(part, models.features);
	const frontEnd = openFrontEnd(recordings, models.features, models.moments);
	const joined = joinRecordings(recordings, options);
	const before = now();
	const strings = hear(joined, frontEnd);
	const featureSeconds = (now() - before) / 1000;
	const { paths } = await align(models.hmm, strings.utterances, await alignerScores(strings, bench));
	return {
		recordings: recordings.length,
		strings,
		paths,
		featureSeconds,
		singles: hear(
			recordings.filter(({ words }) => words.length === 1),
			frontEnd,
		),
		seconds: joined.reduce((sum, { audio }) => sum + audio.samples.length / audio.rate, 0),
	};
}

async function alignerScores({ frames }: Heard, { models, alignment, surroundings }: Bench): Promise<Scorer> {
	const { aligner, gaussians } = models;
	const [probe] = frames;
	if (aligner === undefined || probe === undefined) return scorerOver(frames, (one) => gaussianScores(gaussians, one));
	const file = join(dirname(alignment), alignmentFiles.net);
	const logits = await withNet(file, models, probe, surroundings, (ask) => ask(frames));
	return scorerOver(logits, (one) => scaledLikelihoods(one, aligner.priors));
}

/** A net's answers on a part, of each utterance `[frames, states]`. */
export interface Answers {
	readonly strings: readonly Float32Array[];
	readonly singles: readonly Float32Array[];
	/** How long those for the strings took. */
	readonly seconds: number;
}

/** Asks a net about all frames of a part. */
export async function answersOn(ask: AskNet, { strings, singles }: JudgedPart, { now }: Bench): Promise<Answers> {
	const before = now();
	const answers = await ask(strings.frames);
	const seconds = (now() - before) / 1000;
	return { strings: answers, singles: singles.frames.length === 0 ? [] : await ask(singles.frames), seconds };
}

/** The insertion penalty with the fewest word errors in strings; of several that are as good, the one in the middle. */
export function tunedPenalty(
	answers: Answers,
	{ strings }: JudgedPart,
	{ models }: Bench,
	penalties: readonly number[],
): number {
	const found = penalties
		.toSorted((a, b) => a - b)
		.map((insertionPenalty) => {
			const { wer } = wordFigures(answers.strings, strings, models, { kind: "words", insertionPenalty });
			return { insertionPenalty, wer };
		});
	const least = Math.min(...found.map(({ wer }) => wer));
	const best = found.filter(({ wer }) => wer === least);
	return best[Math.floor((best.length - 1) / 2)]?.insertionPenalty ?? 0;
}

/** What answers are worth, on the strings of each speaker too, and how long the search through the strings took. */
export function figuresOf(
	answers: Answers,
	{ strings, singles, paths }: JudgedPart,
	{ models, now }: Bench,
	insertionPenalty: number,
): {
	readonly figures: PartFigures;
	readonly speakers: Readonly<Record<string, WordFigures>>;
	readonly searchSeconds: number;
} {
	const before = now();
	const errors = errorsOf(answers.strings, strings, models, { kind: "words", insertionPenalty });
	const searchSeconds = (now() - before) / 1000;
	const connected = summed(errors);
	const whose = strings.recordings.map(({ speaker }) => speaker);
	const speakers = Object.fromEntries(
		[...new Set(whose)].sort().map((name) => [name, summed(errors.filter((_, i) => whose[i] === name))]),
	);
	const figures = {
		frameAccuracy: frameAccuracy(answers.strings, paths, stateCount(models.hmm)),
		connected,
		...(answers.singles.length === 0
			? {}
			: { single: wordFigures(answers.singles, singles, models, { kind: "word" }) }),
	};
	return { figures, speakers, searchSeconds };
}

function frameAccuracy(answers: readonly Float32Array[], paths: readonly Int32Array[], states: number): number {
	let [right, frames] = [0, 0];
	for (const [i, logits] of answers.entries()) {
		const path = paths[i] ?? new Int32Array();
		for (const [t, state] of predictedClasses(logits, states).entries()) if (state === path[t]) right++;
		frames += path.length;
	}
	return right / frames;
}

function wordFigures(...heard: Parameters<typeof errorsOf>): WordFigures {
	return summed(errorsOf(...heard));
}

/** The word errors of each recording. */
function errorsOf(
	answers: readonly Float32Array[],
	{ recordings }: Heard,
	{ hmm, priors }: AlignedModels,
	sentences: Sentences,
): readonly WordErrors[] {
	const decode = createDecoder(hmm, sentences);
	return recordings.map(({ words }, i) =>
		wordErrors(words, decode(scaledLikelihoods(answers[i] ?? new Float32Array(), priors))),
	);
}

function summed(all: readonly WordErrors[]): WordFigures {
	const errors = sumWordErrors(all);
	return { ...errors, wer: wordErrorRate(errors) };
}
