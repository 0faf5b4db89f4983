/** A teacher's files asked about training samples, to be judged by them. */
import { classData } from "../../data/class-data.js";
import type { AnyDataSet, DataSet } from "../../data/data-set.js";
import { LimbeckError } from "../../errors.js";
import type { Notice } from "../../notices.js";
import { checkAnswers, logitsOfRows } from "../../predict/output-form.js";
import { type Classifier, openEnsemble, settingFor } from "../../train/ensemble.js";
import type { StoredTargets } from "../../train/teacher.js";
import { betterReading, inputCandidates, type Retry } from "./better-reading.js";
import { judgeByTask } from "./judge-by-task.js";
import { unsaidCode } from "./open.js";
import type { TargetsTeacher } from "./options.js";
import { type JudgeContext, type ScoredSamples, scoredSamples } from "./scored-samples.js";
import { targetsSetting } from "./targets.js";
import { judgeTeacher, scoreCode, type TeacherVerdict } from "./verdict.js";

/** Whoever is as good as this is asked in no other way. */
const goodEnough = 0.95;

/**
 * Judges model files by some training samples, and looks for better ways to ask those that do not fit the labels: other
 * orders of their outputs; and, where a file does not say how it wants its samples or is no better than chance, other
 * ways to give it these.
 *
 * @param teaches - whether they are to teach; else they are measured, or shipped.
 * @returns a verdict for each, in order, with what should be known of how it is read.
 * @throws LimbeckError (`model`, `usage`, `file`) by the name of a file that cannot answer.
 */
export async function judgeClassifiers(
	classifiers: readonly Classifier[],
	any: AnyDataSet,
	context: JudgeContext,
	teaches: boolean,
): Promise<readonly TeacherVerdict[]> {
	if (any.task !== undefined) return judgeByTask(classifiers, any, context);
	const data = classData(any, "judge");
	const samples = scoredSamples(data);
	const verdicts: TeacherVerdict[] = [];
	for (const one of classifiers) verdicts.push(await judgeClassifier(one, data, samples, context, teaches));
	return verdicts;
}

/**
 * What should be known of models that are measured or shipped: how they are read, and what training samples say of them,
 * other than how many of these they have right.
 */
export async function noticesOn(
	classifiers: readonly Classifier[],
	data: AnyDataSet,
	context: JudgeContext,
): Promise<readonly Notice[]> {
	const verdicts = await judgeClassifiers(classifiers, data, context, false);
	return verdicts.flatMap(({ notices }) => notices.filter(({ code }) => code !== scoreCode));
}

async function judgeClassifier(
	classifier: Classifier,
	data: DataSet,
	samples: ScoredSamples,
	context: JudgeContext,
	teaches: boolean,
): Promise<TeacherVerdict> {
	const answers = await askClassifier(classifier, data, samples, samples.count, context);
	const { logits, outputs, select, notices } = answers;
	const { labels } = samples;
	const setting = settingFor(classifier);
	const retry = (byChance: boolean): Retry => ({
		samples,
		classNames: data.classes,
		logits,
		outputs: { logits: outputs, select },
		setting,
		inputs: asksAnew(classifier, byChance) ? inputCandidates(data, classifier.normalization) : [],
		async ask(input, count) {
			try {
				const other = { ...classifier, normalization: input };
				return (await askClassifier(other, data, samples, count, context)).logits;
			} catch (error) {
				// Samples that cannot be given to it so.
				if (error instanceof LimbeckError && error.category !== "interrupted") return undefined;
				throw error;
			}
		},
	});
	const verdict = await judgeTeacher({
		where: classifier.where,
		logits,
		labels,
		classes: data.classes.length,
		setting,
		teaches,
		better: ({ accuracy = 1 }, byChance) =>
			accuracy >= goodEnough ? Promise.resolve(undefined) : betterReading(retry(byChance)),
	});
	return { ...verdict, notices: [...notices, ...verdict.notices] };
}

/** Whether samples are given to a model in other ways: where nobody has said how, or the way leads to nothing. */
function asksAnew({ model, notices = [] }: Classifier, byChance: boolean): boolean {
	const unsaid = notices.some(({ code }) => code === unsaidCode);
	// A model of bytes normalises them itself.
	const normalizes = model.graph.inputs.some(({ type }) => type === "uint8");
	return !normalizes && (unsaid || byChance);
}

/** A classifier's answers to the first so many samples: of the classes, and of all its outputs. */
async function askClassifier(
	classifier: Classifier,
	{ sampleShape, classes }: DataSet,
	samples: ScoredSamples,
	count: number,
	{ runtime, openSamples, threads }: JudgeContext,
) {
	const some = { ...samples, count };
	const ensemble = await openEnsemble(
		runtime,
		{ members: [classifier], combine: "arithmetic" },
		{
			sampleShape,
			classes,
			probe: some,
			...(threads === undefined ? {} : { threads }),
			...(openSamples === undefined ? {} : { openSamples }),
		},
	);
	try {
		const [member] = ensemble.members;
		if (member === undefined) throw new TypeError("judge: expected a member, got none");
		const { form, width, select, notices } = member;
		const answers = {
			data: await member.predictor.logits(some),
			width,
			where: classifier.where,
			setting: settingFor(classifier),
		};
		checkAnswers(answers, form, classifier.outputs !== "auto");
		const outputs = logitsOfRows(answers, form);
		return { outputs, select, notices, logits: chosen(outputs, count, select) };
	} finally {
		await ensemble.release();
	}
}

/** The logits of chosen outputs, `[count, select.length]`. */
function chosen(outputs: Float32Array, count: number, select: readonly number[] | undefined): Float32Array {
	if (select === undefined) return outputs;
	const width = outputs.length / count;
	return Float32Array.from({ length: count * select.length }, (_, at) => {
		const row = Math.floor(at / select.length);
		return outputs[row * width + (select[at % select.length] ?? 0)] ?? 0;
	});
}

/** Judges soft targets by the labels of the training samples that they are for. */
export async function judgeTargets(
	{ where, logits: all, notices = [] }: StoredTargets,
	{ classes: names, select }: Pick<TargetsTeacher, "classes" | "select">,
	data: DataSet,
): Promise<TeacherVerdict> {
	const samples = scoredSamples(data);
	const classes = data.classes.length;
	const logits = new Float32Array(samples.count * classes);
	for (const [row, index] of samples.indices.entries()) {
		logits.set(all.subarray(index * classes, (index + 1) * classes), row * classes);
	}
	// An order that is set already would have to be set anew from the file's own.
	const outputs = names === undefined && select === undefined ? { outputs: { logits } } : {};
	const ask = (): Promise<undefined> => Promise.resolve(undefined);
	const setting = targetsSetting;
	const retry = { samples, classNames: data.classes, logits, ...outputs, inputs: [], ask, setting };
	const verdict = await judgeTeacher({
		where,
		logits,
		labels: samples.labels,
		classes,
		setting,
		stored: true,
		teaches: true,
		better: ({ accuracy = 1 }) => (accuracy >= goodEnough ? Promise.resolve(undefined) : betterReading(retry)),
	});
	return { ...verdict, notices: [...notices, ...verdict.notices] };
}
