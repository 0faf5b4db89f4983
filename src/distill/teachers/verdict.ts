/** Whether a teacher makes sense: what labelled training samples say of it before anything is trained. */
import { LimbeckError } from "../../errors.js";
import {
	byChanceOf,
	canShowSkill,
	chanceLevel,
	classCounts,
	classificationMetrics,
	logSoftmaxRow,
	predictedClasses,
} from "../../metrics/index.js";
import type { Notice } from "../../notices.js";
import type { Setting } from "../../predict/setting.js";
import type { Figures } from "../../tasks/figures.js";

/** Another way to ask a teacher that fits the labels far better, tried on the same samples. */
export interface BetterReading {
	/** What differs: a noun phrase. */
	readonly what: string;
	/** Share of the samples right. */
	readonly accuracy: number;
	/** The option to set; absent where nobody can set it. */
	readonly hint: string | undefined;
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
	/** How its options are set, for hints; none where nobody can set them. */
	readonly setting?: Setting | undefined;
	/** Whether it is a file of answers, which is given no samples. */
	readonly stored?: boolean;
	/** Whether it is to teach; else it is measured, or shipped. */
	readonly teaches: boolean;
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
	/** The figures of a task other than classification; absent without labels. */
	readonly figures?: Figures;
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
	readonly setting?: Setting | undefined;
	readonly stored?: boolean;
	readonly teaches: boolean;
	/** How likely a teacher that knows nothing is right on as many samples; 0 without labels, and where nothing can be shown. */
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

/** So few samples refuse nobody. */
const fewSamples = 20;

/** What can be looked at where answers make no sense. */
function checkIt({ setting, stored = false }: Judged): string | undefined {
	if (setting === undefined) return undefined;
	const order = `in which order it gives the classes (${setting("select", "[…]")}, or ${setting("classes", "[…]")})`;
	return stored
		? `Check whether its rows are those of the samples, and ${order}.`
		: `Check how it wants its samples (${setting("input", "{…}")}), and ${order}.`;
}

/** What can be looked at where numbers may be of another form. */
function checkForm({ setting }: Judged): string | undefined {
	return setting && `Check what its outputs are (${setting("outputs", "FORM")})`;
}

const mayBeChance = ({ accuracy, byChance }: Judged): boolean => accuracy !== undefined && byChance > chanceLevel;

/** The code of a finding that the diagnosis of an evaluation makes as well. */
export const atChanceCode = "teacher-at-chance";

/** The code of the sentence with a teacher's figures. */
export const scoreCode = "teacher-score";

/** Everything that is looked for, the gravest first. */
const findings: readonly Finding[] = [
	{
		code: atChanceCode,
		refuses: true,
		find: (judged) => {
			const { where, better } = judged;
			if (better !== undefined || !mayBeChance(judged) || judged.samples < fewSamples) return undefined;
			return { text: `${where} is ${noBetter(judged)}.`, hint: checkIt(judged) };
		},
	},
	{
		code: "teacher-fits-otherwise",
		refuses: true,
		find: (judged) => {
			const { where, better } = judged;
			if (better === undefined) return undefined;
			const now =
				mayBeChance(judged) && judged.samples >= fewSamples ? noBetter(judged) : `right on ${scoreOf(judged)}`;
			const other = `With ${better.what} it is right on ${percent(better.accuracy)} of them.`;
			return { text: `${where} is ${now}. ${other}`, hint: better.hint };
		},
	},
	{
		code: "teacher-constant",
		refuses: true,
		find: (judged) =>
			judged.samples > 1 && judged.spread < 1e-6
				? {
						text: `${judged.where} gives the same answer to ${String(judged.samples)} different training samples.`,
						hint: checkIt(judged),
					}
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
			const form = checkForm(judged);
			const softer = judged.teaches ? ", or soften them with a higher distillation.temperature" : "";
			return { text, hint: form && `${form}${softer}.` };
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
		find: (judged) => {
			const { where, uncertainty, spread, teaches } = judged;
			if (uncertainty <= 0.98 || spread < 1e-6) return undefined;
			const little = teaches ? ": its soft targets say little" : "";
			const form = checkForm(judged);
			const text = `${where} gives nearly the same probability to all classes${little}.`;
			return { text, hint: form && `${form}.` };
		},
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
	const byChance = byChanceIn(answers);
	const better = await answers.better?.(scores, byChance > chanceLevel);
	const { setting, stored = false, teaches } = answers;
	const judged = { where, better, ...scores, byChance, setting, stored, teaches, ...sameness(answers) };
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
		hint: [grave.hint, "--set teacher.trust=true trains by it as it is."]
			.filter((part) => part !== undefined)
			.join(" "),
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

/** How likely a teacher is right on as many samples by chance; 0 without labels, and where samples can show nothing. */
function byChanceIn({ logits, labels, classes }: TeacherAnswers): number {
	if (labels.length === 0) return 0;
	const counts = classCounts(predictedClasses(logits, classes), labels, classes);
	if (!canShowSkill(counts.samples)) return 0;
	return byChanceOf(
		counts.correct.reduce((sum, one) => sum + one, 0),
		counts,
	);
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

function noBetter(judged: Judged): string {
	return `no better than chance: right on ${scoreOf(judged)}, where chance is ${percent(judged.chance)}`;
}

function percent(share = 0): string {
	return `${(100 * share).toFixed(1)} %`;
}
