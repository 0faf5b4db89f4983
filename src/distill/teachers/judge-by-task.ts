/** Teachers of any task judged by some training samples: by the figures of their task. */
import type { AnyDataSet } from "../../data/data-set.js";
import type { Notice } from "../../notices.js";
import { figureKinds, figureText } from "../../tasks/figures.js";
import { taskOf } from "../../tasks/index.js";
import { ownAnswers, type Task } from "../../tasks/task.js";
import { type Classifier, openEnsemble } from "../../train/ensemble.js";
import { type JudgeContext, someSamples } from "./scored-samples.js";
import { atChanceCode, scoreCode, type TeacherVerdict } from "./verdict.js";

/** So few samples refuse nobody. */
const fewSamples = 20;

/**
 * Judges model files by the figures of the data's task on some training samples: one that is no better than an answer that
 * is the same for all of them makes no sense.
 *
 * @throws LimbeckError (`model`, `usage`) by the name of a file that cannot answer.
 */
export async function judgeByTask(
	classifiers: readonly Classifier[],
	data: AnyDataSet,
	context: JudgeContext,
): Promise<readonly TeacherVerdict[]> {
	const verdicts: TeacherVerdict[] = [];
	for (const one of classifiers) verdicts.push(await judgeOne(one, data, context));
	return verdicts;
}

async function judgeOne(
	classifier: Classifier,
	data: AnyDataSet,
	{ runtime, openSamples, threads }: JudgeContext,
): Promise<TeacherVerdict> {
	const task = taskOf(data);
	const { sampleShape, classes } = data;
	const samples = someSamples(data);
	const ensemble = await openEnsemble(
		runtime,
		{ members: [classifier], combine: "arithmetic" },
		{
			task: data.task,
			sampleShape,
			classes,
			probe: samples,
			...(threads === undefined ? {} : { threads }),
			...(openSamples === undefined ? {} : { openSamples }),
		},
	);
	try {
		const notices = ensemble.members.flatMap((member) => member.notices);
		const about = { where: classifier.where, samples: samples.count };
		if (samples.labels.length === 0) return { ...about, notices };
		const answers = ownAnswers(await ensemble.logits(samples), task, classes.length);
		const { figures } = task.measure({ answers, labels: samples.labels, names: classes }, undefined);
		const ignorant = task.ignorant(samples.labels, classes);
		return { ...about, figures, notices: [...notices, ...verdictOn({ ...about, figures, ignorant, task })] };
	} finally {
		await ensemble.release();
	}
}

/** What is said of a teacher: its first figure, beside that of knowing nothing. */
function verdictOn({
	where,
	samples,
	figures,
	ignorant,
	task,
}: Pick<TeacherVerdict, "where" | "samples" | "figures"> & {
	readonly ignorant: TeacherVerdict["figures"];
	readonly task: Task;
}): readonly Notice[] {
	const [name] = task.measures;
	const [own, chance] = [figures?.[name], ignorant?.[name]];
	if (own === undefined || chance === undefined) return [];
	const { title, better } = figureKinds[name];
	const of = `${title} ${figureText(name, own)} on ${String(samples)} training samples`;
	const isBetter = better === "less" ? own < chance : own > chance;
	if (isBetter || samples < fewSamples) return [{ code: scoreCode, text: `${where} has ${of}.` }];
	return [
		{
			code: atChanceCode,
			text: `${where} is no better than one answer for all samples: ${of}, where that has ${figureText(name, chance)}.`,
			hint: "See how it wants its samples (input), and in which order it gives its answers (select, classes).",
		},
	];
}
