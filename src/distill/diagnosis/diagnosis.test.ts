import { describe, expect, it, test } from "vitest";
import { classBalance, type McnemarResult, mcnemarOfCounts } from "../../metrics/index.js";
import {
	type Evidence,
	fieldsOf,
	type NetworkEvidence,
	type RunEvidence,
	type TeachingEvidence,
	type TrainingEvidence,
} from "./evidence.js";
import { checks, diagnose } from "./index.js";
import { shownBy } from "./teaching-checks.js";

const tested = 2000;

/** A training of ordinary length, with a loss that falls from log 2. */
function training(changes: Partial<TrainingEvidence> = {}): TrainingEvidence {
	const losses = Array.from({ length: 100 }, (_, k) => ({ step: 20 * (k + 1), loss: 0.69 * 0.97 ** k }));
	return { steps: 2000, epochs: 40, hard: true, steady: true, validationAccuracy: 0.9, losses, ...changes };
}

const lossesOf = (...losses: readonly number[]): TrainingEvidence["losses"] =>
	losses.map((loss, k) => ({ step: k + 1, loss }));

function run(errors: number, changes: Partial<RunEvidence> = {}): RunEvidence {
	const accuracy = 1 - errors / tested;
	const quality = { errors, accuracy, nll: 0.3 };
	const half = tested / 2;
	return {
		name: "seed 1",
		quality,
		predicted: [half, half],
		training: training(),
		learned: { accuracy: 0.92 },
		...changes,
	};
}

function network(title: string, ...runs: readonly RunEvidence[]): NetworkEvidence {
	return { title, fieldOf: fieldsOf("student"), parameters: title === "the teacher" ? 9000 : 900, runs };
}

const labelsOf = (...samples: readonly number[]) => ({
	balance: classBalance(samples),
	classes: samples.map((_, c) => `class ${String(c)}`),
	samples,
});

/** A distillation that helped: the teacher makes 100 errors, the student 140, and alone 200. */
function teaching(changes: Partial<TeachingEvidence> = {}): TeachingEvidence {
	return {
		teacher: network("the teacher", run(100)),
		student: network("the distilled student", run(140)),
		alone: network("the student alone", run(200)),
		studentAlone: [mcnemarOfCounts(100, 40)],
		teacherAlone: [mcnemarOfCounts(150, 50)],
		sameSize: false,
		...changes,
	};
}

function evidenceOf(taught: TeachingEvidence | undefined, changes: Partial<Evidence> = {}): Evidence {
	const networks = [taught?.teacher, taught?.alone, taught?.student].filter((one) => one !== undefined);
	return {
		split: "test",
		test: tested,
		validation: 1000,
		labels: labelsOf(1000, 1000),
		networks,
		teaching: taught,
		...changes,
	};
}

/** A network by itself. */
const lone = (one: RunEvidence, changes: Partial<Evidence> = {}): Evidence =>
	evidenceOf(undefined, { networks: [network("the network", one)], ...changes });

const healthy = evidenceOf(teaching());

/** What every check finds, and near misses in which it finds nothing. */
const cases: Readonly<
	Record<string, { readonly finds: readonly (readonly [Evidence, RegExp])[]; readonly passes: readonly Evidence[] }>
> = {
	"too-few-steps": {
		finds: [
			[lone(run(400, { training: training({ steps: 1 }) })), /^The network took 1 step: too few to judge it by\./],
			[
				lone(run(400, { training: training({ steps: 21 }) })),
				/^The network took 21 steps: too few to judge it by\. .*--set student\.epochs=1905,/,
			],
			[
				lone(run(400, { training: training({ steps: 300, losses: lossesOf(9, 8, 7, 6, 5, 4, 3, 2, 1, 0.5) }) })),
				/300 steps, and its loss was still falling/,
			],
		],
		passes: [
			// A task so easy that few steps are enough.
			lone(run(0, { training: training({ steps: 21 }) })),
			lone(run(400, { training: training({ steps: 300, losses: lossesOf(9, 4, 3, 2, 2, 2, 2, 2, 2, 2) }) })),
		],
	},
	"loss-never-fell": {
		finds: [
			[
				lone(run(900, { training: training({ losses: lossesOf(...Array.from({ length: 20 }, () => 0.69)) }) })),
				/loss of the network never fell: 0\.69 in the first steps, 0\.69 in the last/,
			],
		],
		passes: [
			lone(run(900)),
			// A loss of which a part gains weight.
			lone(
				run(900, {
					training: training({ steady: false, losses: lossesOf(...Array.from({ length: 20 }, (_, k) => k + 1)) }),
				}),
			),
			// Weights from a file that were good to begin with.
			lone(run(10, { training: training({ losses: lossesOf(...Array.from({ length: 20 }, () => 0.02)) }) })),
		],
	},
	"loss-jumped": {
		finds: [
			[
				lone(run(400, { training: training({ losses: lossesOf(0.7, 0.6, 300000, 20, 3, 1, 0.6, 0.5, 0.4, 0.4) }) })),
				/loss of the network jumped to 300,000 about step 3, from 0\.7 /,
			],
			[
				lone(run(400, { training: training({ losses: lossesOf(5e6, 1e6, 1e5, 1e4, 10, 1, 1, 1, 1, 0.5) }) })),
				/began at 5,000,000, where guessing has 0\.693/,
			],
		],
		passes: [
			lone(run(400, { training: training({ losses: lossesOf(0.7, 0.1, 0.01, 0.5, 0.01, 0.01) }) })),
			// Soft targets at T = 4: sixteen times the cross-entropy.
			lone(run(400, { training: training({ hard: false, losses: lossesOf(11, 8, 7, 6, 5, 5, 5, 5, 5, 5) }) })),
		],
	},
	"no-better-than-guessing": {
		finds: [
			[
				lone(run(1000)),
				/^The network is no better than guessing: right on 50\.00 % of 2,000 test samples, where always predicting the most frequent class is right on 50\.00 %/,
			],
			[
				lone(run(200, { predicted: [2000, 0] }), { labels: labelsOf(1800, 200) }),
				/no better than guessing: right on 90\.00 %/,
			],
			[
				evidenceOf(undefined, { networks: [network("the network", run(100), { ...run(1010), name: "seed 2" })] }),
				/guessing \(seed 2\): right on 49\.50 %/,
			],
		],
		passes: [
			lone(run(900)),
			// Little more accurate than always the most frequent class, but it knows the rare one: 3 of 8 and 71 of 72.
			lone(run(150, { predicted: [76, 4] }), { labels: labelsOf(72, 8) }),
			lone(run(200, { predicted: [1800, 200] }), { labels: labelsOf(1800, 200) }),
			// Samples of one class, or four: not even a perfect network would be shown to know anything.
			lone(run(0, { quality: { accuracy: 1 }, predicted: [50, 0] }), { labels: labelsOf(50, 0) }),
			lone(run(0, { quality: { accuracy: 1 }, predicted: [2, 2] }), { labels: labelsOf(2, 2) }),
			lone(run(1000), { labels: undefined }),
		],
	},
	"absurd-likelihood": {
		finds: [
			[
				lone(run(100, { quality: { accuracy: 0.95, nll: 288_276_618 } })),
				/NLL of the network is 288,276,618, where guessing has 0\.693/,
			],
		],
		passes: [lone(run(100, { quality: { accuracy: 0.95, nll: 1.5 } })), lone(run(100, { quality: {} }))],
	},
	"nothing-to-distil": {
		finds: [
			[
				evidenceOf(
					teaching({
						teacher: network("the teacher", run(0)),
						student: network("s", run(0)),
						alone: network("a", run(0)),
						studentAlone: [mcnemarOfCounts(0, 0)],
						teacherAlone: [mcnemarOfCounts(0, 0)],
					}),
				),
				/^All networks are right on all 2,000 test samples: there was nothing to distil/,
			],
		],
		passes: [evidenceOf(teaching({ alone: network("a", run(0)) }))],
	},
	"distillation-helped": {
		finds: [
			[healthy, /^Distillation saved 60 of the 200 errors of the student alone \(2,000 test samples; McNemar's p = /],
		],
		passes: [
			evidenceOf(teaching({ studentAlone: [mcnemarOfCounts(50, 40)] })),
			evidenceOf(teaching({ studentAlone: [] })),
		],
	},
	"distillation-did-not-help": {
		finds: [
			[
				evidenceOf(
					teaching({ student: network("the distilled student", run(260)), studentAlone: [mcnemarOfCounts(40, 100)] }),
				),
				/^Distillation did not help here: 60 more errors than the student alone/,
			],
		],
		passes: [healthy, evidenceOf(teaching({ studentAlone: [mcnemarOfCounts(40, 50)] }))],
	},
	"no-difference-shown": {
		finds: [
			[
				evidenceOf(
					teaching({ student: network("the distilled student", run(190)), studentAlone: [mcnemarOfCounts(40, 30)] }),
				),
				/^This test shows no difference between the distilled student and the student alone: 190 and 200 errors .* takes about 11,000 test samples/,
			],
			[
				evidenceOf(
					teaching({ student: network("the distilled student", run(200)), studentAlone: [mcnemarOfCounts(30, 30)] }),
				),
				/200 and 200 errors \(2,000 test samples; McNemar's p = 1\.0\)\. More test samples/,
			],
			[
				evidenceOf(
					teaching({
						student: network("the distilled student", run(170)),
						studentAlone: [mcnemarOfCounts(60, 10), mcnemarOfCounts(20, 23), mcnemarOfCounts(60, 10)],
					}),
				),
				/^The seeds disagree on .*; the distilled student is better in 2 of 3 seeds\. More seeds/,
			],
		],
		passes: [healthy],
	},
	"teacher-worse-than-student": {
		finds: [
			[
				evidenceOf(teaching({ teacher: network("the teacher", run(300)), teacherAlone: [mcnemarOfCounts(50, 150)] })),
				/^The teacher is worse than the student alone: 300 against 200 errors/,
			],
		],
		passes: [healthy, evidenceOf(teaching({ teacherAlone: [mcnemarOfCounts(50, 60)] }))],
	},
	"student-as-good-as-teacher": {
		finds: [
			[
				evidenceOf(teaching({ teacherAlone: [mcnemarOfCounts(55, 45)] })),
				/^The student alone is as good as the teacher, as far as this test shows/,
			],
		],
		passes: [healthy, evidenceOf(teaching({ teacher: undefined, teacherAlone: [] }))],
	},
	overfitting: {
		finds: [
			[
				lone(run(400, { learned: { accuracy: 1 }, training: training({ validationAccuracy: 0.7 }) })),
				/^The network has learned by heart: right on 100\.00 % of the samples that it learned from, on 70\.00 % of the validation/,
			],
		],
		passes: [
			lone(run(400, { learned: { accuracy: 0.95 } })),
			// So few validation samples say nothing.
			lone(run(400, { learned: { accuracy: 1 }, training: training({ validationAccuracy: 0.8 }) }), { validation: 10 }),
		],
	},
	"class-never-predicted": {
		finds: [
			[
				lone(run(500, { predicted: [2000, 0] }), { labels: labelsOf(1500, 500) }),
				/^The network never predicts the class "class 1" \(500 test samples\)/,
			],
			[lone(run(100, { predicted: [40, 0] }), { labels: labelsOf(38, 2) }), /"class 1" \(2 test samples\)/],
		],
		// One sample may be missed by a good network; a class without samples need not be predicted.
		passes: [lone(run(100, { predicted: [40, 0, 0] }), { labels: labelsOf(39, 1, 0) })],
	},
	"unequal-classes": {
		finds: [
			[
				lone(run(100), { labels: labelsOf(1800, 200) }),
				/^The classes are very unequal: "class 0" has 90\.00 % of the test samples/,
			],
		],
		passes: [healthy, lone(run(100), { labels: labelsOf(1100, 900) })],
	},
	"student-no-smaller": {
		finds: [
			[
				evidenceOf(teaching({ student: { ...network("the distilled student", run(140)), parameters: 9000 } })),
				/^The distilled student is no smaller than the teacher: 9,000 parameters, the teacher has 9,000/,
			],
		],
		passes: [
			healthy,
			evidenceOf(teaching({ student: { ...network("s", run(140)), parameters: 9000 }, sameSize: true })),
		],
	},
};

describe("the table of checks", () => {
	it("has a case for every check", () => {
		expect(Object.keys(cases)).toEqual(checks.map(({ code }) => code));
	});

	it.each(checks)("$code", ({ code, find }) => {
		for (const [evidence, sentence] of cases[code]?.finds ?? []) {
			expect(find(evidence).map(({ text, hint = "" }) => `${text} ${hint}`)).toEqual([expect.stringMatching(sentence)]);
		}
		for (const evidence of cases[code]?.passes ?? []) expect(find(evidence)).toEqual([]);
	});
});

const codes = (evidence: Evidence): readonly string[] => diagnose(evidence).map(({ code }) => code);

describe("diagnose", () => {
	it("says of a run without defects what came of it, and no more", () => {
		expect(codes(healthy)).toEqual(["distillation-helped"]);
	});

	it("concludes nothing where figures do not say anything", () => {
		const few = network("the teacher", run(1000, { training: training({ steps: 21 }) }));
		const worse = { teacher: few, teacherAlone: [mcnemarOfCounts(10, 400)], studentAlone: [mcnemarOfCounts(40, 100)] };
		expect(codes(evidenceOf(teaching(worse)))).toEqual(["too-few-steps", "no-better-than-guessing"]);
	});

	it("looks at trainings alone where there are no labels", () => {
		const bare = (title: string): NetworkEvidence =>
			network(title, { name: "seed 1", training: training({ steps: 21 }) });
		const unlabelled = { teacher: undefined, alone: undefined, studentAlone: [], teacherAlone: [] };
		const taught = teaching({ ...unlabelled, student: bare("the distilled student") });
		expect(codes(evidenceOf(taught, { labels: undefined }))).toEqual(["too-few-steps"]);
	});
});

describe("what comparisons show", () => {
	const seeds = (...counts: readonly (readonly [number, number])[]): readonly McnemarResult[] =>
		counts.map(([onlyA, onlyB]) => mcnemarOfCounts(onlyA, onlyB));
	test.each([
		["one seed, beyond chance", seeds([30, 10]), true],
		["one seed, chance", seeds([12, 10]), false],
		["seeds that agree", seeds([30, 10], [28, 12], [35, 9]), true],
		["seeds that disagree", seeds([60, 10], [10, 40], [35, 9]), false],
		["seeds that agree on next to nothing", seeds([3, 2], [3, 2], [3, 2]), false],
		["no difference", seeds([5, 5], [7, 7]), false],
	])("%s", (_, comparisons, significant) => {
		expect(shownBy(comparisons).significant).toBe(significant);
	});
});
