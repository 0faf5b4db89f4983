/** The step that turns a corpus into a data set of frames with their states. */
import { createHash } from "node:crypto";
import { copyFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type FrameDataSet, writeFrames } from "../data/frames.js";
import { type TrainNetworkContext, trainNetwork } from "../distill/train-network.js";
import { fileError, isMissing } from "../files.js";
import { hardTargets } from "../losses/index.js";
import type { Notice } from "../notices.js";
import { type Alignment, align, flatStart, type Scorer, type Settled, settle, type Utterance } from "./align.js";
import { type AlignedModels, alignmentFiles, writeAlignment } from "./alignment-file.js";
import { frameDataSet } from "./context.js";
import { loadSpeech } from "./corpora/index.js";
import { joinRecordings, type Recording, type SpeechCorpus } from "./corpus.js";
import type { Frames } from "./filterbank.js";
import { atRate, type FrontEnd, openFrontEnd } from "./front-end.js";
import { fitGaussians, type Gaussians, gaussianScores } from "./gaussians.js";
import { createHmm, stateCount } from "./hmm.js";
import { scaledLikelihoods, statePriors } from "./likelihoods.js";
import type { Moments } from "./normalize.js";
import { withNet } from "./scores.js";
import type { SpeechStepOptions } from "./step-options.js";

/** What is aligned and how, as plain data. */
export interface AlignStep
	extends Pick<SpeechStepOptions, "data" | "features" | "context" | "hmm" | "strings" | "alignment" | "network"> {
	readonly threads?: number;
}

/** Where an alignment's files go. */
export interface AlignFolders {
	/** For the alignment's files: see `alignmentFiles`. */
	readonly output: string;
	/** Outlasts a stop: nets that are trained already, and checkpoints. */
	readonly progress: string;
}

/** A round of alignment. */
export interface AlignRound {
	readonly by: "gaussians" | "net";
	/** Mean score of a frame: of Gaussians ln p, of a net up to a constant. */
	readonly score: number;
	/** Share of frames that changed their states. */
	readonly changed: number;
}

/** What an alignment says of itself. */
export interface AlignOutcome {
	/** What a plan checks: SHA-256 of what training sees of the corpus. */
	readonly data: { readonly fingerprint: string };
	/** Recordings, and strings and frames made of them. */
	readonly train: PartSize;
	readonly validation: PartSize;
	readonly words: readonly string[];
	readonly states: number;
	readonly rounds: readonly AlignRound[];
	/** Whether the last round changed no more than was allowed. */
	readonly settled: boolean;
	/** What should be known of the recordings; absent where there is nothing. */
	readonly notices?: readonly Notice[];
}

/** How much a part holds. */
export interface PartSize {
	readonly recordings: number;
	readonly strings: number;
	readonly frames: number;
}

/** SHA-256 of what training sees of a corpus: sound, words, speakers and vocabulary. */
export function corpusFingerprint({ words, train, validation }: SpeechCorpus): string {
	const hash = createHash("sha256").update(JSON.stringify([words, train.length, validation.length]));
	for (const { speaker, words: said, audio } of [...train, ...validation]) {
		hash.update(JSON.stringify([speaker, said, audio.rate, audio.samples.length]));
		hash.update(new Uint8Array(audio.samples.buffer, audio.samples.byteOffset, audio.samples.byteLength));
	}
	return hash.digest("hex");
}

/** Recordings with their frames. */
export interface Heard {
	readonly recordings: readonly Recording[];
	readonly frames: readonly Frames[];
	readonly utterances: readonly Utterance[];
}

/** Takes recordings through the front end of their part. */
export function hear(recordings: readonly Recording[], { framesOf }: FrontEnd): Heard {
	const frames = framesOf(recordings);
	const utterances = recordings.map(({ id, words }, i) => ({ id, words, frames: frames[i]?.count ?? 0 }));
	return { recordings, frames, utterances };
}

/** Scores of utterances by what is known of each: its frames, or a net's answers. */
export function scorerOver<Known>(known: readonly Known[], scoresOf: (one: Known) => Float64Array): Scorer {
	return (i) => {
		const one = known[i];
		if (one === undefined) throw new RangeError(`scorer: expected an utterance below ${String(known.length)}`);
		return scoresOf(one);
	};
}

/** What the rounds of nets work with. */
interface Job {
	readonly step: AlignStep;
	readonly folders: AlignFolders;
	readonly context: TrainNetworkContext;
	readonly moments: Moments;
	readonly gaussians: Gaussians;
	readonly train: Heard;
	readonly validation: Heard;
}

/**
 * Aligns a corpus: features; a flat start of the recordings and Gaussians until they settle; strings of recordings, which
 * these align; then a net learns the states and says them anew, until few frames change or the rounds are used up.
 *
 * Leaves the data set of frames, the models for decoding and the last net.
 *
 * @throws LimbeckError (`data`, `file`) for recordings that are missing, broken, or shorter than their words.
 */
export async function alignCorpus(
	step: AlignStep,
	folders: AlignFolders,
	context: TrainNetworkContext,
): Promise<AlignOutcome> {
	const corpus = await loadSpeech(step.data);
	const [recordings, heldOut] = [atRate(corpus.train, step.features), atRate(corpus.validation, step.features)];
	const frontEnd = openFrontEnd(recordings, step.features);
	const alone = hear(recordings, frontEnd);
	const untrained = createHmm(corpus.words, step.hmm);
	const first = await byGaussians(flatStart(untrained, alone.utterances), alone, step);
	const job: Job = {
		step,
		folders,
		context,
		moments: frontEnd.moments,
		gaussians: fitGaussians(alone.frames, first.paths, stateCount(first.hmm)),
		train: hear(joinRecordings(recordings, step.strings), frontEnd),
		validation: hear(joinRecordings(heldOut, step.strings), openFrontEnd(heldOut, step.features, frontEnd.moments)),
	};
	const { settled, held, aligner } = await byNets(job, first);
	await writeAlignment(folders.output, { ...modelsOf(job, settled), ...(aligner === undefined ? {} : { aligner }) });
	await writeFrames(join(folders.output, alignmentFiles.frames), framesOf(job, settled, held));
	const sizeOf = (part: readonly Recording[], { utterances }: Heard): PartSize => ({
		recordings: part.length,
		strings: utterances.length,
		frames: utterances.reduce((sum, { frames }) => sum + frames, 0),
	});
	return {
		data: { fingerprint: corpusFingerprint(corpus) },
		train: sizeOf(recordings, job.train),
		validation: sizeOf(heldOut, job.validation),
		words: corpus.words,
		states: stateCount(untrained),
		rounds: [
			...first.history.map((round) => ({ by: "gaussians", ...round }) as const),
			...settled.history.map((round) => ({ by: "net", ...round }) as const),
		],
		settled: (settled.history.length === 0 ? first : settled).settled,
		...(corpus.notices === undefined ? {} : { notices: corpus.notices }),
	};
}

function byGaussians(start: Alignment, { utterances, frames }: Heard, { alignment }: AlignStep): Promise<Settled> {
	const fit = ({ hmm, paths }: Alignment): Scorer => {
		const gaussians = fitGaussians(frames, paths, stateCount(hmm));
		return scorerOver(frames, (one) => gaussianScores(gaussians, one));
	};
	return settle(start, utterances, fit, { rounds: alignment.gaussianRounds, tolerance: 0 });
}

/** What the rounds of nets leave. */
interface ByNets {
	readonly settled: Settled;
	/** The validation part. */
	readonly held: Alignment;
	readonly aligner?: AlignedModels["aligner"];
}

/** Strings aligned by Gaussians, then by nets in turn; the validation part each time by the same. */
async function byNets(job: Job, { hmm }: Alignment): Promise<ByNets> {
	const { step, train, validation, gaussians } = job;
	const byGauss = ({ frames }: Heard): Scorer => scorerOver(frames, (one) => gaussianScores(gaussians, one));
	const start = await align(hmm, train.utterances, byGauss(train));
	let scoreHeld = byGauss(validation);
	let round = 0;
	let priors: Float64Array = new Float64Array();
	const fit = async (alignment: Alignment): Promise<Scorer> => {
		round++;
		const held = await align(alignment.hmm, validation.utterances, scoreHeld);
		const file = await trainedAligner(job, round, framesOf(job, alignment, held));
		priors = statePriors(alignment.paths, stateCount(alignment.hmm));
		const scorers = await netScorers(job, file, modelsOf(job, alignment), priors);
		scoreHeld = scorers.validation;
		return scorers.train;
	};
	const { netRounds: rounds, tolerance } = step.alignment;
	const settled = await settle(start, train.utterances, fit, { rounds, tolerance });
	const held = await align(settled.hmm, validation.utterances, scoreHeld);
	if (round === 0) return { settled, held };
	await keep(roundFile(job, round, alignmentFiles.net), join(job.folders.output, alignmentFiles.net));
	return { settled, held, aligner: { priors } };
}

const roundFile = ({ folders }: Job, round: number, name: string): string =>
	join(folders.progress, `round-${String(round)}-${name}`);

/** The net of a round, unless an earlier try has trained it. */
async function trainedAligner(job: Job, round: number, data: FrameDataSet): Promise<string> {
	const { step, context } = job;
	const output = roundFile(job, round, alignmentFiles.net);
	if (await exists(output)) return output;
	const file = roundFile(job, round, alignmentFiles.frames);
	await writeFrames(file, data);
	const checkpoints = roundFile(job, round, "checkpoints");
	const { network, threads, alignment } = step;
	await trainNetwork(
		{
			data: { name: "frames", file },
			network,
			loss: hardTargets,
			seed: alignment.seed,
			output,
			checkpoints,
			...(threads === undefined ? {} : { threads }),
		},
		context,
	);
	return output;
}

async function netScorers(
	{ step, context, train, validation }: Job,
	file: string,
	models: AlignedModels,
	priors: Float64Array,
): Promise<{ readonly train: Scorer; readonly validation: Scorer }> {
	const [probe] = train.frames;
	if (probe === undefined) throw new RangeError("alignCorpus: expected recordings, got none");
	return withNet(file, models, probe, { runtime: context.runtime, threads: step.threads }, async (ask) => {
		const scorer = async ({ frames }: Heard): Promise<Scorer> =>
			scorerOver(await ask(frames), (logits) => scaledLikelihoods(logits, priors));
		return { train: await scorer(train), validation: await scorer(validation) };
	});
}

function framesOf({ step, train, validation }: Job, trained: Alignment, held: Alignment): FrameDataSet {
	const splits = {
		train: { frames: train.frames, paths: trained.paths },
		validation: { frames: validation.frames, paths: held.paths },
	};
	return frameDataSet(step.data.name, trained.hmm, splits, step.context);
}

function modelsOf({ step, moments, gaussians }: Job, { hmm, paths }: Alignment): AlignedModels {
	const { features, context } = step;
	return { hmm, priors: statePriors(paths, stateCount(hmm)), features, context, moments, gaussians };
}

async function keep(from: string, to: string): Promise<void> {
	await copyFile(from, to).catch((error: unknown) => {
		throw fileError(error, to);
	});
}

async function exists(path: string): Promise<boolean> {
	return stat(path).then(
		() => true,
		(error: unknown) => {
			if (isMissing(error)) return false;
			throw fileError(error, path);
		},
	);
}
