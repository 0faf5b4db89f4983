/** What came of teaching: whether there was something to learn, and whether it was learned. */
import { type McnemarResult, mcnemarOfCounts, mean, pairedDifference, samplesToShow } from "../../metrics/index.js";
import {
	amount,
	capital,
	type Evidence,
	type Findings,
	type NetworkEvidence,
	type TeachingEvidence,
} from "./evidence.js";

const level = 0.05;

/** What comparisons of several seeds show together. */
export interface Shown {
	/** By how many samples A is better, on average. */
	readonly gain: number;
	/** Whether it is beyond chance in these test samples. */
	readonly beyondChance: boolean;
	/** Whether the seeds agree on it. */
	readonly agree: boolean;
	/** Whether both are so. */
	readonly significant: boolean;
}

/**
 * What comparisons show: of one seed McNemar's test. Of several, the seeds share their test samples: the difference must
 * be beyond chance in these, by McNemar's test of the mean counts, and the seeds must agree, all in its sign or by the
 * 95 % interval of its mean.
 */
export function shownBy(comparisons: readonly McnemarResult[]): Shown {
	const gains = comparisons.map(({ onlyA, onlyB }) => onlyA - onlyB);
	const gain = mean(gains);
	const { onlyA, onlyB } = meanCounts(comparisons);
	const { p } = mcnemarOfCounts(Math.round(onlyA), Math.round(onlyB));
	const { interval } = pairedDifference(gains, new Array<number>(gains.length).fill(0));
	const agree =
		gains.every((one) => Math.sign(one) === Math.sign(gain)) ||
		(interval !== undefined && (interval.low > 0 || interval.high < 0));
	const beyondChance = gain !== 0 && p < level;
	return { gain, beyondChance, agree, significant: beyondChance && agree };
}

function meanCounts(comparisons: readonly McnemarResult[]): Pick<McnemarResult, "onlyA" | "onlyB"> {
	return { onlyA: mean(comparisons.map(({ onlyA }) => onlyA)), onlyB: mean(comparisons.map(({ onlyB }) => onlyB)) };
}

/** Mean errors of a network; absent where they are not known. */
function errorsOf(network: NetworkEvidence | undefined): number | undefined {
	const known = network?.runs.flatMap(({ quality }) => quality?.errors ?? []) ?? [];
	return known.length === 0 ? undefined : mean(known);
}

/** Test samples and the test that is meant, for the end of a sentence. */
function basis(comparisons: readonly McnemarResult[], test: number): string {
	const seeds = comparisons.length > 1 ? `, mean of ${String(comparisons.length)} seeds` : "";
	const p = comparisons.map((one) => one.p.toPrecision(2)).join(", ");
	return `(${amount(test)} test samples${seeds}; McNemar's p = ${p})`;
}

/** All networks make no error at all. */
export function nothingToDistil({ student, alone, teacher }: TeachingEvidence, { test }: Evidence): Findings {
	const all = [student, alone, teacher].filter((network) => network !== undefined);
	if (alone === undefined || all.some((network) => errorsOf(network) !== 0)) return [];
	return [
		{
			text: `All networks are right on all ${amount(test)} test samples: there was nothing to distil.`,
			hint: "A smaller student, fewer training samples (student.fraction) or harder test samples would show a difference.",
		},
	];
}

/** The teacher is significantly worse than its student on labels alone. */
export function teacherWorse({ teacher, alone, teacherAlone }: TeachingEvidence, { test }: Evidence): Findings {
	const [taught, own] = [errorsOf(teacher), errorsOf(alone)];
	if (teacher === undefined || alone === undefined || taught === undefined || own === undefined) return [];
	if (teacherAlone.length === 0) return [];
	const { gain, significant } = shownBy(teacherAlone);
	if (!significant || gain > 0) return [];
	return [
		{
			text: `${capital(teacher.title)} is worse than ${alone.title}: ${amount(taught)} against ${amount(own)} errors ${basis(teacherAlone, test)}. It has nothing to teach.`,
			hint:
				teacher.fieldOf === undefined
					? "Take a better teacher."
					: `Train a better teacher first: longer (${teacher.fieldOf("epochs")}), or a larger network.`,
		},
	];
}

/** The student on labels alone is as good as the teacher, as far as the test shows. */
export function studentAsGood({ teacher, alone, teacherAlone }: TeachingEvidence, { test }: Evidence): Findings {
	const [taught, own] = [errorsOf(teacher), errorsOf(alone)];
	if (teacher === undefined || alone === undefined || taught === undefined || own === undefined) return [];
	if (teacherAlone.length === 0 || shownBy(teacherAlone).significant) return [];
	return [
		{
			text: `${capital(alone.title)} is as good as ${teacher.title}, as far as this test shows: ${amount(own)} and ${amount(taught)} errors ${basis(teacherAlone, test)}. There was little to learn.`,
			hint: "A better teacher, a smaller student or fewer training samples (student.fraction) leave more to learn.",
		},
	];
}

/** A student that saves nothing. */
export function noSmaller({ teacher, student, sameSize }: TeachingEvidence): Findings {
	if (teacher === undefined || sameSize || student.parameters < teacher.parameters) return [];
	return [
		{
			text: `${capital(student.title)} is no smaller than ${teacher.title}: ${amount(student.parameters)} parameters, ${teacher.title} has ${amount(teacher.parameters)}.`,
			hint: "Where it is to be small, take a smaller student, such as --student mlp:8.",
		},
	];
}

type Outcome = "helped" | "harmed" | "open";

function outcomeOf({ studentAlone }: TeachingEvidence): Outcome {
	const { gain, significant } = shownBy(studentAlone);
	if (!significant) return "open";
	return gain > 0 ? "helped" : "harmed";
}

/** A check that finds something where teaching had this outcome. */
function whereIt(
	outcome: Outcome,
	text: (
		errors: { readonly taught: number; readonly own: number },
		teaching: TeachingEvidence,
		all: Evidence,
	) => Findings,
): (teaching: TeachingEvidence, all: Evidence) => Findings {
	return (teaching, all) => {
		const [taught, own] = [errorsOf(teaching.student), errorsOf(teaching.alone)];
		if (taught === undefined || own === undefined || teaching.studentAlone.length === 0) return [];
		return outcomeOf(teaching) === outcome ? text({ taught, own }, teaching, all) : [];
	};
}

/** The student makes significantly fewer errors than without a teacher. */
export const helped = whereIt("helped", ({ taught, own }, { alone, studentAlone }, { test }) => [
	{
		text: `Distillation saved ${amount(own - taught)} of the ${amount(own)} errors of ${alone?.title ?? ""} ${basis(studentAlone, test)}.`,
	},
]);

/** The student makes significantly more errors than without a teacher. */
export const didNotHelp = whereIt("harmed", ({ taught, own }, { alone, studentAlone }, { test }) => [
	{
		text: `Distillation did not help here: ${amount(taught - own)} more errors than ${alone?.title ?? ""} ${basis(studentAlone, test)}.`,
		hint: "Look at the teacher first; then at the objective (distillation), its temperature and its weight of the labels.",
	},
]);

/** So many times the samples of the test are named; more is no advice. */
const mostNamed = 1000;

/** The test does not show whether teaching helped. */
export const noDifference = whereIt("open", ({ taught, own }, { student, alone, studentAlone }, { test }) => {
	const { gain, beyondChance } = shownBy(studentAlone);
	const networks = `${student.title} and ${alone?.title ?? ""}`;
	const figures = `${amount(taught)} and ${amount(own)} errors ${basis(studentAlone, test)}`;
	if (beyondChance) {
		const same = studentAlone.filter(({ onlyA, onlyB }) => Math.sign(onlyA - onlyB) === Math.sign(gain)).length;
		const better = gain > 0 ? student.title : (alone?.title ?? "");
		return [
			{
				text: `The seeds disagree on ${networks}: ${figures}; ${better} is better in ${String(same)} of ${String(studentAlone.length)} seeds.`,
				hint: "More seeds (--seeds 10) show whether there is a difference.",
			},
		];
	}
	const needed = samplesToShow(meanCounts(studentAlone), test);
	const isNamed = needed > test && needed <= mostNamed * test;
	return [
		{
			text:
				`This test shows no difference between ${networks}: ${figures}.` +
				(isNamed
					? ` To show a difference of this size takes about ${amount(Number(needed.toPrecision(2)))} test samples.`
					: ""),
			hint: "More test samples show smaller differences; several seeds (--seeds 5) show how much of it is chance.",
		},
	];
});
