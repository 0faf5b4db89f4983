import { describe, expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { tones } from "../../test/support/speech.js";
import { flatStart, settle, type Utterance } from "./align.js";
import { windowsOver } from "./context.js";
import { joinRecordings, type Recording } from "./corpus.js";
import { createDecoder } from "./decode.js";
import { createFilterbank, type Frames, filterbankOptions } from "./filterbank.js";
import { fitGaussians, gaussianScores } from "./gaussians.js";
import { createHmm, hmmOptions, stateCount, withTransitions } from "./hmm.js";
import { scaledLikelihoods, statePriors } from "./likelihoods.js";
import { momentsOf, normalizeFrames } from "./normalize.js";
import { createNetwork, viterbi } from "./viterbi.js";
import { sumWordErrors, wordErrorRate, wordErrors } from "./word-errors.js";

const words = ["low", "middle", "high"];
const hmm = createHmm(words, hmmOptions.parse({ wordStates: 3, silenceStates: 1 }));
const pitches = [
	[300, 700, 1100],
	[1500, 600, 2600],
	[3100, 2000, 400],
];

/** Words of three tones each, of lengths that vary. */
function spoken(count: number, seed: string): readonly Recording[] {
	const draws = createDraws(1, seed);
	return Array.from({ length: count }, (_, i) => {
		const word = i % words.length;
		const parts = (pitches[word] ?? []).map((hz) => ({ hz, ms: draws.integer(50, 120) }));
		const { rate, samples } = tones(8000, parts);
		const noisy = samples.map((value) => value + (draws.integer(-100, 100) / 100) * 0.002);
		return { id: `${seed} ${String(i)}`, speaker: "tones", words: [word], audio: { rate, samples: noisy } };
	});
}

const bank = createFilterbank(filterbankOptions.parse({}));
const utterancesOf = (recordings: readonly Recording[], frames: readonly Frames[]): readonly Utterance[] =>
	recordings.map(({ id, words: said }, i) => ({ id, words: said, frames: frames[i]?.count ?? 0 }));
const join = { lengths: [2, 4], gapMs: [0, 150], seed: 1 } as const;

test("from a flat start to no word error on strings of tones", async () => {
	const training = [...spoken(30, "alone"), ...joinRecordings(spoken(30, "strings"), join)];
	const raw = training.map(({ audio }) => bank(audio));
	const moments = momentsOf(raw);
	const frames = raw.map((one) => normalizeFrames(one, moments));
	const utterances = utterancesOf(training, frames);
	const states = stateCount(hmm);
	const run = () =>
		settle(
			flatStart(hmm, utterances),
			utterances,
			({ paths }) => {
				const gaussians = fitGaussians(frames, paths, states);
				return (i) => gaussianScores(gaussians, frames[i] ?? { count: 0, size: 0, data: new Float32Array() });
			},
			{ rounds: 30, tolerance: 0 },
		);
	const aligned = await run();
	expect(aligned.settled).toBe(true);
	expect(await run()).toEqual(aligned);
	const gaussians = fitGaussians(frames, aligned.paths, states);
	const decode = createDecoder(aligned.hmm, { kind: "words", insertionPenalty: 10 });
	const heldOut = joinRecordings(spoken(30, "held out"), { ...join, seed: 2 });
	const errors = heldOut.map(({ audio, words: said }) =>
		wordErrors(said, decode(gaussianScores(gaussians, normalizeFrames(bank(audio), moments)))),
	);
	expect(sumWordErrors(errors)).toEqual({ words: 30, substitutions: 0, deletions: 0, insertions: 0 });
	const alone = createDecoder(aligned.hmm, { kind: "word" });
	for (const { audio, words: said } of spoken(6, "one word")) {
		expect(alone(gaussianScores(gaussians, normalizeFrames(bank(audio), moments)))).toEqual(said);
	}
});

test("the flat start shares frames equally; an utterance shorter than its words is refused", () => {
	const one = { id: "a", words: [1], frames: 8 };
	expect([...(flatStart(hmm, [one]).paths[0] ?? [])]).toEqual([9, 3, 3, 4, 4, 5, 5, 9]);
	expect([...(flatStart(hmm, [{ ...one, frames: 3 }]).paths[0] ?? [])]).toEqual([3, 4, 5]);
	expect(() => flatStart(hmm, [{ ...one, frames: 2 }])).toThrow("got 2 frames of 1 words");
	expect(() => flatStart(hmm, [{ ...one, words: [] }])).toThrow("a: expected frames");
});

test("transitions are those of the visits", () => {
	const { stay, leave } = withTransitions(hmm, [Int32Array.of(0, 0, 0, 1)]);
	expect([0, 1, 2].map((state) => Math.exp(stay[state] ?? 0))).toEqual(
		[3 / 5, 1 / 3, 1 / 2].map((p) => expect.closeTo(p, 12) as number),
	);
	expect(Math.exp(leave[0] ?? 0)).toBeCloseTo(2 / 5, 12);
});

describe("the best path", () => {
	test("is that of trying all paths through a loop of words", () => {
		const twoStates = createHmm(["a", "b"], { wordStates: 2, silenceStates: 1 });
		const draws = createDraws(2, "scores");
		const [frames, states, penalty] = [6, stateCount(twoStates), 0.3];
		const starts = new Map([0, 1, 2].map((part) => [part, part === 2 ? 0 : -penalty]));
		const grammar = { units: [0, 1, 2], links: [], starts, ends: new Set([0, 1, 2]), loops: true };
		const network = createNetwork(twoStates, grammar);
		const half = Math.log(0.5);
		for (let round = 0; round < 20; round++) {
			const scores = Float64Array.from(draws.reals(frames * states, -3, 3));
			let best = -Infinity;
			const walk = (t: number, state: number, score: number): void => {
				const now = score + (scores[t * states + state] ?? 0);
				const ends = [1, 3, 4].includes(state);
				if (t === frames - 1) {
					if (ends) best = Math.max(best, now + half);
					return;
				}
				walk(t + 1, state, now + half);
				if (!ends) walk(t + 1, state + 1, now + half);
				else for (const first of [0, 2, 4]) walk(t + 1, first, now + half - (first === 4 ? 0 : penalty));
			};
			for (const first of [0, 2, 4]) walk(0, first, first === 4 ? 0 : -penalty);
			expect(viterbi(network, scores, states)?.score).toBeCloseTo(best, 10);
		}
	});

	test("does not exist where there are fewer frames than states; a penalty keeps words out", () => {
		const decodeWord = createDecoder(hmm, { kind: "word" });
		expect(decodeWord(new Float64Array(stateCount(hmm)).fill(0))).toEqual([]);
		// Three states in turn, twice: said twice where a word costs nothing.
		const scores = new Float64Array(6 * stateCount(hmm)).fill(-20);
		for (const [t, state] of [0, 1, 2, 0, 1, 2].entries()) scores[t * stateCount(hmm) + state] = 0;
		expect(createDecoder(hmm, { kind: "words", insertionPenalty: 0 })(scores)).toEqual([0, 0]);
		expect(createDecoder(hmm, { kind: "words", insertionPenalty: 50 })(scores)).toEqual([0]);
	});
});

test("posteriors over priors", () => {
	const priors = statePriors([Int32Array.of(0, 0, 0), Int32Array.of(1)], 2);
	expect([...priors].map(Math.exp)).toEqual([4 / 6, 2 / 6].map((p) => expect.closeTo(p, 12) as number));
	const scores = scaledLikelihoods(Float32Array.of(1000, 1000, 0, Math.log(3)), priors);
	const expected = [0.5 / (4 / 6), 0.5 / (2 / 6), 0.25 / (4 / 6), 0.75 / (2 / 6)].map(Math.log);
	for (const [i, value] of expected.entries()) expect(scores[i]).toBeCloseTo(value, 6);
});

test.each([
	["a b c", "a b c", [0, 0, 0], 0],
	["a b c", "a x c", [1, 0, 0], 1 / 3],
	["a b c", "a c", [0, 1, 0], 1 / 3],
	["a b", "a x b y", [0, 0, 2], 1],
	["a b c d", "b c d e", [0, 1, 1], 0.5],
	["a", "x y z", [1, 0, 2], 3],
	["a b", "", [0, 2, 0], 1],
])("word errors of %j heard as %j", (said, heard, [substitutions, deletions, insertions], rate) => {
	const list = (text: string): string[] => text.split(" ").filter((word) => word !== "");
	const errors = wordErrors(list(said), list(heard));
	expect(errors).toEqual({ words: list(said).length, substitutions, deletions, insertions });
	expect(wordErrorRate(errors)).toBeCloseTo(rate, 12);
});

test("windows repeat the ends of their utterance and reach into no other", () => {
	const of = (...data: number[]): Frames => ({ count: data.length, size: 1, data: Float32Array.from(data) });
	const { count, samples } = windowsOver([of(1, 2), of(7, 8, 9)], { left: 2, right: 1 });
	expect(count).toBe(5);
	const windows = [...samples.starts].map((start) => [...samples.data.subarray(start, start + 4)]);
	expect(windows).toEqual([
		[1, 1, 1, 2],
		[1, 1, 2, 2],
		[7, 7, 7, 8],
		[7, 7, 8, 9],
		[7, 8, 9, 9],
	]);
});

test("strings hold every recording once, and are the same for a seed", () => {
	const recordings = spoken(20, "strings");
	const strings = joinRecordings(recordings, join);
	expect(strings.flatMap(({ words: said }) => said).sort()).toEqual(recordings.flatMap((one) => one.words).sort());
	expect(strings.slice(0, -1).every(({ words: said }) => said.length >= 2 && said.length <= 4)).toBe(true);
	expect(joinRecordings(recordings, join)).toEqual(strings);
	expect(joinRecordings(recordings, { ...join, seed: 2 })).not.toEqual(strings);
});
