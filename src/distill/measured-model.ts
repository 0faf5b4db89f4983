/** One model measured on a split: what it is worth, what it costs, and what should be known of it. */
import type { DataSet, TestSet } from "../data/data-set.js";
import { openSamples } from "../data/open-samples.js";
import { type ClassificationMetrics, classificationMetrics, predictedClasses, rightOnes } from "../metrics/index.js";
import type { Notice } from "../notices.js";
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
	/** `[count, classes]`. */
	readonly logits: Float32Array;
	/** `[count]`, 1 where the prediction is right; all 0 without labels. */
	readonly correct: Uint8Array;
	readonly details: Omit<EvaluationDetails, "accuracyInterval"> | undefined;
	readonly notices: readonly Notice[];
	/** What is to be said where its answers depend on the batch. */
	readonly alone: Notice | undefined;
}

/**
 * Measures one model on a split.
 *
 * @param judgedBy - data by some training samples of which it is judged as well; not where absent.
 */
export async function evaluateModel(
	source: string | EnsembleSource,
	test: TestSet,
	step: EvaluateStep,
	{ temperature, judgedBy }: { readonly temperature: number | undefined; readonly judgedBy: DataSet | undefined },
	{ runtime, now }: EvaluateContext,
): Promise<ModelResult> {
	const { classes, sampleShape, features, pixelScale, labels } = test;
	return withModel(
		source,
		{ classes, sampleShape, features, pixelScale, probe: test, ...threadsOf(step) },
		runtime,
		async (opened) => {
			const { logits, members } = await finiteAnswers(opened, test, classes.length, "test");
			const metricsOf = (answers: Float32Array): ClassificationMetrics | undefined =>
				labels.length === 0 ? undefined : classificationMetrics(answers, labels, classes.length);
			const metrics = metricsOf(logits);
			const sizes = await sizesOf(opened, sampleShape);
			const { latencyMs, throughput, ...cost } = await costOf(opened, sizes, test, sampleShape, now);
			const unknown = "unknown" in cost.multiplyAdds ? { multiplyAddsUnknown: cost.multiplyAdds.unknown } : {};
			const predicted = predictedClasses(logits, classes.length);
			const alone = await answersAlone(opened, test, sampleShape, logits);
			return {
				evaluation: { ...measured(metrics, cost), latencyMs, throughput },
				members: sizes.map((size, k) => measured(metricsOf(members[k] ?? logits), size)),
				logits,
				// Judging says how files are read as well.
				notices: judgedBy === undefined ? opened.notices : await judgedNotices(opened, judgedBy, runtime, step.threads),
				alone,
				correct: rightOnes(predicted, labels),
				details:
					step.details === undefined || metrics === undefined
						? undefined
						: {
								...detailsOf({ logits, metrics, temperature }, test, step.details),
								classNames: opened.classNames,
								...unknown,
							},
			};
		},
	);
}

function measured(
	metrics: ClassificationMetrics | undefined,
	{ parameters, bytes, multiplyAdds }: Size,
): MemberEvaluation {
	const known = "count" in multiplyAdds ? { multiplyAdds: multiplyAdds.count } : {};
	if (metrics === undefined) return { parameters, bytes, ...known };
	const { errors, accuracy, balancedAccuracy, macroF1, nll, brier, ece } = metrics;
	return { errors, accuracy, balancedAccuracy, macroF1, nll, brier, ece, parameters, bytes, ...known };
}

/** What training samples say of a model, and how it is read. */
function judgedNotices(
	{ members }: OpenedModel,
	data: DataSet,
	runtime: EvaluateContext["runtime"],
	threads: number | undefined,
): Promise<readonly Notice[]> {
	return noticesOn(members, data, { runtime, openSamples, threads });
}

/** The threads of a step, where it says how many. */
export function threadsOf({ threads }: EvaluateStep): { readonly threads?: number } {
	return threads === undefined ? {} : { threads };
}
