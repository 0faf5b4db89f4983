/** Recognition judged on the test part, once all is trained and chosen on validation. */
import { type EvaluateContext, sizesOf } from "../distill/evaluated-model.js";
import type { EnsembleSource } from "../distill/teachers/sources.js";
import type { Notice } from "../notices.js";
import { readAlignment } from "./alignment-file.js";
import { loadSpeech } from "./corpora/index.js";
import {
	answersOn,
	type Bench,
	figuresOf,
	type JudgedPart,
	openPart,
	type PartFigures,
	probeOf,
	tunedPenalty,
	type WordFigures,
} from "./judge.js";
import { windowShape, withNet } from "./scores.js";
import type { SpeechStepOptions } from "./step-options.js";
import { loadSpeechTest } from "./test-sets.js";

/** Nets to judge on one corpus, as plain data. */
export interface RecognizeStep extends Pick<SpeechStepOptions, "data" | "strings" | "penalties"> {
	/** The alignment's models; the net that made it lies beside. */
	readonly alignment: string;
	/** Nets, or several that answer as one, by a name of the caller's. */
	readonly models: Readonly<Record<string, string | EnsembleSource>>;
	/** Of these models only the one with the best frames on validation is judged on the test, by the name of the choice. */
	readonly choices: Readonly<Record<string, readonly string[]>>;
	readonly threads?: number;
}

/** What is found out about a net. */
export interface SpeechFigures {
	readonly validation: PartFigures;
	/** Chosen on validation: see `tunedPenalty`. */
	readonly insertionPenalty: number;
	readonly test: PartFigures;
	/** Of all members. */
	readonly parameters: number;
	/** Time of features, net and search over that of the sound, on the strings of the test. */
	readonly realTimeFactor: number;
}

/** How a choice among candidates fell. */
export interface Choice {
	readonly chosen: string;
	/** Share of the validation frames that each has right. */
	readonly frameAccuracy: Readonly<Record<string, number>>;
}

/** What the judgement of nets gives. */
export interface RecognizeOutcome {
	/** Test recordings, and strings and frames made of them. */
	readonly test: { readonly recordings: number; readonly strings: number; readonly frames: number };
	readonly models: Readonly<Record<string, SpeechFigures>>;
	readonly choices: Readonly<Record<string, Choice>>;
	/** Word errors in the test strings of each speaker, by model, then by speaker. */
	readonly speakers: Readonly<Record<string, Readonly<Record<string, WordFigures>>>>;
	/** What should be known of the test recordings; absent where there is nothing. */
	readonly notices?: readonly Notice[];
}

/** What validation says of a net. */
type Tuned = Pick<SpeechFigures, "validation" | "insertionPenalty">;

/**
 * Judges nets: insertion penalties and choices on validation first, then, once, the test part.
 *
 * @throws LimbeckError (`data`, `file`) for files that are missing or broken, (`model`) for one that is no such net.
 */
export async function evaluateSpeech(step: RecognizeStep, context: EvaluateContext): Promise<RecognizeOutcome> {
	const { data, alignment, strings, threads } = step;
	const surroundings = { runtime: context.runtime, threads };
	const bench: Bench = { models: await readAlignment(alignment), alignment, strings, surroundings, now: context.now };
	const validation = await openPart((await loadSpeech(data)).validation, bench);
	const tuned = new Map<string, Tuned>();
	for (const [name, source] of Object.entries(step.models)) {
		tuned.set(name, await tune(source, validation, bench, step.penalties));
	}
	const choices = choose(step.choices, tuned);
	const { recordings, notices } = await loadSpeechTest(data);
	const test = await openPart(recordings, bench);
	const models: Record<string, SpeechFigures> = {};
	const speakers: Record<string, Readonly<Record<string, WordFigures>>> = {};
	for (const [name, model] of judgedOf(step, choices)) {
		const [source, found] = [step.models[model], tuned.get(model)];
		if (source === undefined || found === undefined) throw new RangeError(`choices: expected a model, got ${model}`);
		const judged = await judge(source, test, bench, found.insertionPenalty);
		models[name] = { ...found, ...judged.figures };
		speakers[name] = judged.speakers;
	}
	const frames = test.strings.utterances.reduce((sum, one) => sum + one.frames, 0);
	const sizes = { recordings: test.recordings, strings: test.strings.recordings.length, frames };
	return { test: sizes, models, choices, speakers, ...(notices === undefined ? {} : { notices }) };
}

function tune(
	source: string | EnsembleSource,
	part: JudgedPart,
	bench: Bench,
	penalties: readonly number[],
): Promise<Tuned> {
	return withNet(source, bench.models, probeOf(part), bench.surroundings, async (ask) => {
		const answers = await answersOn(ask, part, bench);
		const insertionPenalty = tunedPenalty(answers, part, bench, penalties);
		return { insertionPenalty, validation: figuresOf(answers, part, bench, insertionPenalty).figures };
	});
}

function choose(
	choices: RecognizeStep["choices"],
	tuned: ReadonlyMap<string, Tuned>,
): Readonly<Record<string, Choice>> {
	return Object.fromEntries(
		Object.entries(choices).map(([name, candidates]) => {
			const accuracies = candidates.map((one) => [one, tuned.get(one)?.validation.frameAccuracy ?? 0] as const);
			const [chosen] = accuracies.reduce((best, one) => (one[1] > best[1] ? one : best));
			return [name, { chosen, frameAccuracy: Object.fromEntries(accuracies) }];
		}),
	);
}

/** The models that are judged on the test, by their names there. */
function judgedOf(
	{ models, choices }: RecognizeStep,
	chosen: Readonly<Record<string, Choice>>,
): readonly (readonly [name: string, model: string])[] {
	const candidates = new Set(Object.values(choices).flat());
	return [
		...Object.keys(models).flatMap((name) => (candidates.has(name) ? [] : [[name, name] as const])),
		...Object.entries(chosen).map(([name, one]) => [name, one.chosen] as const),
	];
}

function judge(
	source: string | EnsembleSource,
	part: JudgedPart,
	bench: Bench,
	insertionPenalty: number,
): Promise<{
	readonly figures: Pick<SpeechFigures, "test" | "parameters" | "realTimeFactor">;
	readonly speakers: Readonly<Record<string, WordFigures>>;
}> {
	const { models, surroundings } = bench;
	const shape = windowShape(models.context, models.features.coefficients);
	return withNet(source, models, probeOf(part), surroundings, async (ask, opened) => {
		const answers = await answersOn(ask, part, bench);
		const { figures, speakers, searchSeconds } = figuresOf(answers, part, bench, insertionPenalty);
		const sizes = await sizesOf(opened, shape);
		return {
			figures: {
				test: figures,
				parameters: sizes.reduce((sum, { parameters }) => sum + parameters, 0),
				realTimeFactor: (part.featureSeconds + answers.seconds + searchSeconds) / part.seconds,
			},
			speakers,
		};
	});
}
