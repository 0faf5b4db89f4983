/** One model measured on a split: what it is worth, what it costs, and what should be known of it. */

import { classTest } from "../data/class-data.js";
import type { AnyDataSet, AnyTestSet } from "../data/data-set.js";
import { openSamples } from "../data/open-samples.js";
import { classificationMetrics } from "../metrics/index.js";
import type { Notice } from "../notices.js";
import { chosenOf } from "../predict/metadata.js";
import { taskOf } from "../tasks/index.js";
import type { Chosen, FigureTable, Measured } from "../tasks/task.js";
import { answersAlone } from "./alone.js";
import {
	costOf,
	type EvaluateContext,
	finiteAnswers,
	type OpenedModel,
	type Size,
	sizesOf,
	withModel,
} from "./evaluated-model.js";
import type { AnyEvaluation, EvaluateStep, MemberEvaluation } from "./evaluation.js";
import { detailsOf, type EvaluationDetails } from "./evaluation-details.js";
import { noticesOn } from "./teachers/judge.js";
import type { EnsembleSource } from "./teachers/sources.js";

/** What the test split says of one model. */
export interface ModelResult {
	readonly evaluation: AnyEvaluation;
	readonly members: readonly MemberEvaluation[];
	/** Answers `[count, classes]`, logits of classes. */
	readonly logits: Float32Array;
	/** `[count]`: how well each sample is answered, of classes 1 where the prediction is right; all 0 without labels. */
	readonly scores: ArrayLike<number>;
	/** What the task tells of it in tables. */
	readonly tables: readonly FigureTable[];
	readonly details: Omit<EvaluationDetails, "accuracyInterval"> | undefined;
	readonly notices: readonly Notice[];
	/** What is to be said where its answers depend on the batch. */
	readonly alone: Notice | undefined;
}

/** What is known of a model before its split is opened. */
export interface ChosenBefore {
	/** Fitted on the validation split; not where absent. */
	readonly temperature: number | undefined;
	/** Chosen on the validation split by the task; what the model's file says where absent. */
	readonly chosen: Chosen | undefined;
	/** Data by some training samples of which it is judged as well; not where absent. */
	readonly judgedBy: AnyDataSet | undefined;
}

/** Measures one model on a split. */
export async function evaluateModel(
	source: string | EnsembleSource,
	test: AnyTestSet,
	step: EvaluateStep,
	{ temperature, chosen, judgedBy }: ChosenBefore,
	{ runtime, now }: EvaluateContext,
): Promise<ModelResult> {
	const { task: name, classes, sampleShape, features, pixelScale, labels } = test;
	const task = taskOf(test);
	return withModel(
		source,
		{ task: name, classes, sampleShape, features, pixelScale, probe: test, ...threadsOf(step) },
		runtime,
		async (opened) => {
			const { logits, members } = await finiteAnswers(opened, test, classes.length, "test");
			const measureAll = (answers: Float32Array): Measured | undefined =>
				labels.length === 0
					? undefined
					: task.measure({ answers, labels, names: classes }, chosen ?? chosenInFile(opened, classes));
			const own = measureAll(logits);
			const sizes = await sizesOf(opened, sampleShape);
			const { latencyMs, throughput, ...cost } = await costOf(opened, sizes, test, sampleShape, now);
			const unknown = "unknown" in cost.multiplyAdds ? { multiplyAddsUnknown: cost.multiplyAdds.unknown } : {};
			const alone = await answersAlone(opened, test, sampleShape, logits);
			return {
				evaluation: { ...measured(own, cost), latencyMs, throughput },
				members: sizes.map((size, k) => measured(measureAll(members[k] ?? logits), size)),
				logits,
				// Judging says how files are read as well.
				notices: judgedBy === undefined ? opened.notices : await judgedNotices(opened, judgedBy, runtime, step.threads),
				alone,
				scores: own?.scores ?? new Uint8Array(test.count),
				tables: own?.tables ?? [],
				details:
					step.details === undefined || !(labels instanceof Int32Array) || labels.length === 0
						? undefined
						: {
								...detailsOf(
									{ logits, metrics: classificationMetrics(logits, labels, classes.length), temperature },
									classTest(test, "details"),
									step.details,
								),
								classNames: opened.classNames,
								...unknown,
							},
			};
		},
	);
}

/** What the file of a model says was chosen for it. */
function chosenInFile({ members }: OpenedModel, names: readonly string[]): Chosen | undefined {
	const [only, ...others] = members;
	return only === undefined || others.length > 0 ? undefined : chosenOf(only.model, names, only.where);
}

function measured(own: Measured | undefined, { parameters, bytes, multiplyAdds }: Size): MemberEvaluation {
	const known = "count" in multiplyAdds ? { multiplyAdds: multiplyAdds.count } : {};
	return { ...own?.figures, parameters, bytes, ...known };
}

/** What training samples say of a model, and how it is read. */
function judgedNotices(
	{ members }: OpenedModel,
	data: AnyDataSet,
	runtime: EvaluateContext["runtime"],
	threads: number | undefined,
): Promise<readonly Notice[]> {
	return noticesOn(members, data, { runtime, openSamples, threads });
}

/** The threads of a step, where it says how many. */
export function threadsOf({ threads }: EvaluateStep): { readonly threads?: number } {
	return threads === undefined ? {} : { threads };
}
