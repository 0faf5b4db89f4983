/** Whether a teacher makes sense: what labelled training samples say of it before anything is trained. */
import { LimbeckError } from "../../errors.js";
import { binomialTail } from "../../metrics/binomial.js";
import { classificationMetrics, logSoftmaxRow, predictedClasses } from "../../metrics/index.js";
import type { Notice } from "../../notices.js";

/** Another way to ask a teacher that fits the labels far better, tried on the same samples. */
export interface BetterReading {
	/** What differs: a noun phrase. */
	readonly what: string;
	/** Share of the samples right. */
	readonly accuracy: number;
	/** The option to set. */
	readonly hint: string;
}

/** What a teacher's answers to some training samples are. */
export interface TeacherAnswers {
	/** Its file, for messages. */
	readonly where: string;
	/** Logits `[count, classes]`. */
	readonly logits: Float32Array;
	/** `[count]`; empty without labels. */
	readonly labels: Int32Array;
	readonly classes: number;
	/** Looks for another way to ask it, where this one may be no better than chance or fits badly; not looked for where absent. */
	readonly better?: (scores: TeacherScores, byChance: boolean) => Promise<BetterReading | undefined>;
}

/** Figures of a teacher on some training samples. */
export interface TeacherScores {
	readonly samples: number;
	/** Share of the samples right; absent without labels, as are the next three. */
	readonly accuracy?: number;
	/** Mean negative log-likelihood of the labels, in nats. */
	readonly nll?: number;
	/** The share that always saying the most frequent class would have right. */
	readonly chance?: number;
	/** The NLL of giving every class the same probability: log C. */
	readonly uniformNll?: number;
}

/** What is said of a teacher before it teaches. */
export interface TeacherVerdict extends TeacherScores {
	/** Its file. */
	readonly where: string;
	readonly notices: readonly Notice[];
}

/** What findings look at. */
interface Judged extends TeacherScores {
	readonly where: string;
	/** How likely a teacher that knows nothing is right on as many samples; 0 without labels. */
	readonly byChance: number;
	readonly better: BetterReading | undefined;
	/** The most that a logit less the mean of its row differs between samples. */
	readonly spread: number;
	/** The one class that it gives to all samples. */
	readonly onlyClass: number | undefined;
	/** The mean entropy of its answers over log C. */
	readonly uncertainty: number;
}

/** One thing that can be wrong with a teacher. */
interface Finding {
	readonly code: string;
	/** Whether nothing is to be trained by such a teacher unless a person says so. */
	readonly refuses: boolean;
	/** A sentence, and what can be done; `undefined` where there is nothing to find. */
	readonly find: (judged: Judged) => { readonly text: string; readonly hint?: string | undefined } | undefined;
}

/** Above it, a share of right answers may be chance. */
const chanceLevel = 0.05;
/** So few samples refuse nobody. */
const fewSamples = 20;
const checkIt =
	"Check how it wants its samples (teacher.input) and in which order it gives the classes (teacher.select, teacher.classes).";

const mayBeChance = ({ accuracy, byChance }: Judged): boolean => accuracy !== undefined && byChance > chanceLevel;

/** The code of the sentence with a teacher's figures. */
export const scoreCode = "teacher-score";

/** Everything that is looked for, the gravest first. */
const findings: readonly Finding[] = [
	{
		code: "teacher-at-chance",
		refuses: true,
		find: (judged) => {
			if (!mayBeChance(judged) || judged.samples < fewSamples) return undefined;
			const { where, better } = judged;
			const than = `no better than chance: right on ${scoreOf(judged)}, where chance is ${percent(judged.chance)}`;
			return { text: `${where} is ${than}.${betterText(better)}`, hint: better?.hint ?? checkIt };
		},
	},
	{
		code: "teacher-fits-otherwise",
		refuses: true,
		find: (judged) => {
			const { where, better } = judged;
			if (better === undefined || (mayBeChance(judged) && judged.samples >= fewSamples)) return undefined;
			return { text: `${where} is right on ${scoreOf(judged)}.${betterText(better)}`, hint: better.hint };
		},
	},
	{
		code: "teacher-constant",
		refuses: true,
		find: ({ where, samples, spread }) =>
			samples > 1 && spread < 1e-6
				? { text: `${where} gives the same answer to ${String(samples)} different training samples.`, hint: checkIt }
				: undefined,
	},
	{
		code: "teacher-perhaps-at-chance",
		refuses: false,
		find: (judged) =>
			mayBeChance(judged) && judged.samples < fewSamples
				? {
						text: `${judged.where} is right on ${scoreOf(judged)}: too few to say that it is better than chance (${percent(judged.chance)}).`,
					}
				: undefined,
	},
	{
		code: "teacher-worse-than-uniform",
		refuses: false,
		find: (judged) => {
			const { where, nll = 0, uniformNll = Infinity } = judged;
			if (nll <= uniformNll) return undefined;
			const text = `${where} is sure of wrong classes: its NLL on training samples is ${nll.toFixed(2)}; equal probabilities for all classes have ${uniformNll.toFixed(2)} (log C).`;
			return { text, hint: "Check what its outputs are (teacher.outputs), or soften them: distillation.temperature." };
		},
	},
	{
		code: "teacher-one-class",
		refuses: false,
		find: ({ where, samples, spread, onlyClass }) =>
			onlyClass !== undefined && samples >= fewSamples && spread >= 1e-6
				? { text: `${where} gives class ${String(onlyClass)} to all of ${String(samples)} training samples.` }
				: undefined,
	},
	{
		code: "teacher-uniform",
		refuses: false,
		find: ({ where, uncertainty, spread }) =>
			uncertainty > 0.98 && spread >= 1e-6
				? {
						text: `${where} gives nearly the same probability to all classes: its soft targets say little.`,
						hint: "Check what its outputs are: teacher.outputs.",
					}
				: undefined,
	},
];

/**
 * Judges a teacher by its answers to training samples.
 *
 * @returns its figures, and what should be known of it: a sentence with the figures first, then all findings.
 */
export async function judgeTeacher(answers: TeacherAnswers): Promise<TeacherVerdict> {
	const { where } = answers;
	const scores = scoresOf(answers);
	const { byChance } = byChanceOf(answers, scores);
	const better = await answers.better?.(scores, byChance > chanceLevel);
	const judged = { where, better, ...scores, byChance, ...sameness(answers) };
	const found = findings.flatMap(({ code, find }) => {
		const notice = find(judged);
		return notice === undefined ? [] : [{ code, ...notice }];
	});
	const { accuracy, nll = 0, chance, uniformNll = 0 } = scores;
	const text = `${where} is right on ${scoreOf(scores)} (chance: ${percent(chance)}), NLL ${nll.toFixed(2)} (log C: ${uniformNll.toFixed(2)}).`;
	const figures =
		accuracy === undefined || found.some(({ code }) => isRefusing(code)) ? [] : [{ code: scoreCode, text }];
	return { where, ...scores, notices: [...figures, ...found] };
}

/**
 * Refuses a teacher that makes no sense.
 *
 * @throws LimbeckError (`model`) with the first finding of its verdict that refuses it, and what can be set.
 */
export function refuseTeacher({ where, notices }: TeacherVerdict): void {
	const grave = notices.find(({ code }) => isRefusing(code));
	if (grave === undefined) return;
	throw new LimbeckError("model", {
		where,
		expected:
			"answers that fit the labels of training samples better than guesses do, and no other reading of it that fits far better",
		got: grave.text.replace(/\.$/, ""),
		hint: [grave.hint, "teacher.trust=true trains by it as it is."].filter((part) => part !== undefined).join(" "),
	});
}

function isRefusing(code: string): boolean {
	return findings.some((finding) => finding.code === code && finding.refuses);
}

function scoresOf({ logits, labels, classes }: TeacherAnswers): TeacherScores {
	const samples = logits.length / classes;
	if (labels.length === 0) return { samples };
	const { accuracy, nll } = classificationMetrics(logits, labels, classes);
	const counts = new Uint32Array(classes);
	for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
	return { samples, accuracy, nll, chance: Math.max(...counts) / samples, uniformNll: Math.log(classes) };
}

function byChanceOf({ labels }: TeacherAnswers, { accuracy, chance = 1 }: TeacherScores): Pick<Judged, "byChance"> {
	if (accuracy === undefined) return { byChance: 0 };
	// Where all samples are of one class nothing can be told.
	if (chance === 1) return { byChance: accuracy === 1 ? 0 : 1 };
	return { byChance: binomialTail(Math.round(accuracy * labels.length), labels.length, chance) };
}

/** In how far a teacher says the same of all samples, and of all classes. */
function sameness({ logits, classes }: TeacherAnswers): Pick<Judged, "spread" | "onlyClass" | "uncertainty"> {
	const count = logits.length / classes;
	const rows = Array.from({ length: count }, (_, row) =>
		logSoftmaxRow(logits.subarray(row * classes, (row + 1) * classes)),
	);
	const [first] = rows;
	const spread = rows.reduce(
		(most, row) => row.reduce((own, value, c) => Math.max(own, Math.abs(value - (first?.[c] ?? 0))), most),
		0,
	);
	const entropy = (row: Float64Array): number =>
		row.reduce((sum, log) => sum - Math.exp(log) * Math.max(log, -1000), 0);
	const total = rows.reduce((sum, row) => sum + entropy(row), 0);
	const [one, ...others] = new Set(predictedClasses(logits, classes));
	return { spread, uncertainty: total / count / Math.log(classes), onlyClass: others.length === 0 ? one : undefined };
}

function scoreOf({ accuracy, samples }: TeacherScores): string {
	return `${percent(accuracy)} of ${String(samples)} training samples`;
}

function betterText(better: BetterReading | undefined): string {
	return better === undefined ? "" : ` With ${better.what} it is right on ${percent(better.accuracy)} of them.`;
}

function percent(share = 0): string {
	return `${(100 * share).toFixed(1)} %`;
}
