/** Which state every frame is in: a flat start, and realignment by Viterbi until it settles. */
import { LimbeckError } from "../errors.js";
import { type Hmm, silenceOf, stateCount, withTransitions } from "./hmm.js";
import { createNetwork, type Grammar, viterbi } from "./viterbi.js";

/** An utterance whose words are known. */
export interface Utterance {
	/** For messages. */
	readonly id: string;
	/** Indices into the vocabulary, one at least. */
	readonly words: readonly number[];
	/** How many frames it has. */
	readonly frames: number;
}

/** States of utterances, and the models with the transitions that these have. */
export interface Alignment {
	readonly hmm: Hmm;
	/** Of each utterance `[frames]`. */
	readonly paths: readonly Int32Array[];
}

/** ln p(frame | state) of an utterance, by its index, up to a constant a frame: `[frames, states]`. */
export type Scorer = (utterance: number) => Float64Array | Promise<Float64Array>;

/**
 * The flat start: as many frames at each end as silence has states are silence, where enough are left; the words share
 * the others equally, and so do their states.
 *
 * @throws LimbeckError (`data`) for an utterance that is shorter than its words.
 */
export function flatStart(hmm: Hmm, utterances: readonly Utterance[]): Alignment {
	const statesOf = (unit: number): number[] => {
		const [begin = 0, end = 0] = hmm.first.subarray(unit, unit + 2);
		return Array.from({ length: end - begin }, (_, i) => begin + i);
	};
	const silence = statesOf(silenceOf(hmm));
	const paths = utterances.map((utterance) => {
		const states = utterance.words.flatMap(statesOf);
		const inside = utterance.frames - 2 * silence.length;
		const edge = inside >= states.length ? silence : [];
		const middle = utterance.frames - 2 * edge.length;
		if (states.length === 0 || middle < states.length) throw tooShort(utterance);
		const shared = Array.from({ length: middle }, (_, t) => states[Math.floor((t * states.length) / middle)] ?? 0);
		return Int32Array.from([...edge, ...shared, ...edge]);
	});
	return { hmm: withTransitions(hmm, paths), paths };
}

/** The words in turn, with silence before, between and behind where there is some. */
function transcriptGrammar(hmm: Hmm, words: readonly number[]): Grammar {
	const silence = silenceOf(hmm);
	const units = [silence, ...words.flatMap((word) => [word, silence])];
	const links = units.slice(1).map((_, i) => [i, i + 1] as const);
	const skips = words.slice(1).map((_, i) => [2 * i + 1, 2 * i + 3] as const);
	const [starts, last] = [new Map([0, 1].map((part) => [part, 0])), units.length - 1];
	return { units, links: [...links, ...skips], starts, ends: new Set([last - 1, last]), loops: false };
}

/**
 * The best states of every utterance by scores, with new transitions.
 *
 * @throws LimbeckError (`data`) for an utterance that is shorter than its words, (`training`) for scores that allow none.
 */
export async function align(hmm: Hmm, utterances: readonly Utterance[], scorer: Scorer): Promise<AlignedRound> {
	const paths: Int32Array[] = [];
	let [score, frames] = [0, 0];
	for (const [i, utterance] of utterances.entries()) {
		const scores = await scorer(i);
		const path = viterbi(createNetwork(hmm, transcriptGrammar(hmm, utterance.words)), scores, stateCount(hmm));
		if (path === undefined) throw tooShort(utterance);
		paths.push(path.states);
		score += path.score;
		frames += utterance.frames;
	}
	return { hmm: withTransitions(hmm, paths), paths, score: score / frames };
}

/** An alignment with the mean score of a frame. */
export interface AlignedRound extends Alignment {
	readonly score: number;
}

/** How long alignment goes on. */
export interface SettleOptions {
	/** The most rounds. */
	readonly rounds: number;
	/** The share of frames that may still change their states in a settled round. */
	readonly tolerance: number;
}

/** What realignment leaves. */
export interface Settled extends Alignment {
	/** Of each round: the mean score of a frame, and the share of frames that changed their states. */
	readonly history: readonly { readonly score: number; readonly changed: number }[];
	/** Whether the last round changed no more than was allowed. */
	readonly settled: boolean;
}

/**
 * Fits a model to an alignment and aligns by it, until it settles.
 *
 * @param fit - fits Gaussians, or trains a net, to the states; gives what scores frames.
 * @throws LimbeckError as {@link align} and `fit` do.
 */
export async function settle(
	start: Alignment,
	utterances: readonly Utterance[],
	fit: (alignment: Alignment) => Scorer | Promise<Scorer>,
	{ rounds, tolerance }: SettleOptions,
): Promise<Settled> {
	const history: { readonly score: number; readonly changed: number }[] = [];
	let alignment = start;
	while (history.length < rounds) {
		const next = await align(alignment.hmm, utterances, await fit(alignment));
		const changed = shareChanged(alignment.paths, next.paths);
		history.push({ score: next.score, changed });
		alignment = { hmm: next.hmm, paths: next.paths };
		if (changed <= tolerance) return { ...alignment, history, settled: true };
	}
	return { ...alignment, history, settled: false };
}

function shareChanged(before: readonly Int32Array[], after: readonly Int32Array[]): number {
	let [changed, frames] = [0, 0];
	for (const [i, states] of after.entries()) {
		frames += states.length;
		for (const [t, state] of states.entries()) if (before[i]?.[t] !== state) changed++;
	}
	return changed / frames;
}

function tooShort({ id, words, frames }: Utterance): LimbeckError {
	return new LimbeckError("data", {
		where: id,
		expected: "frames for every state of its words, one word at least",
		got: `${String(frames)} frames of ${String(words.length)} words`,
		hint: "Check its transcript, or give words fewer states.",
	});
}
