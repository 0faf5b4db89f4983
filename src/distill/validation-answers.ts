import type { AnyDataSet } from "../data/data-set.js";
import { checkRank } from "../metrics/index.js";
import type { LabelData } from "../tasks/labels.js";
import { type EvaluateContext, finiteAnswers, withModel } from "./evaluated-model.js";
import type { EnsembleSource } from "./teachers/sources.js";

/** Models' answers on the validation split, by which all is chosen before the test split is opened. */
export interface ValidationAnswers extends Pick<AnyDataSet, "task"> {
	/** As the task has them; empty without labels. */
	readonly labels: LabelData;
	readonly classes: readonly string[];
	/** Answers `[count, classes]` of each model; none without labels. */
	readonly logits: ReadonlyMap<string, Float32Array>;
}

/**
 * Asks models about the validation split, where that has labels.
 *
 * @param options - `top`: ranks that will be asked for, refused before anything is asked where there are fewer classes.
 * @throws LimbeckError (`model`) for a file that is no classifier of these samples, or whose values are not finite;
 * (`usage`) for a rank; (`data`, `file`) for samples that cannot be read.
 */
export async function validationAnswers(
	{ task, classes, sampleShape, features, pixelScale, validation }: AnyDataSet,
	models: readonly (readonly [name: string, source: string | EnsembleSource])[],
	{ top = [], ...threads }: { readonly threads?: number; readonly top?: readonly number[] },
	{ runtime }: EvaluateContext,
): Promise<ValidationAnswers> {
	for (const k of top) checkRank(k, classes.length);
	const logits = new Map<string, Float32Array>();
	const data = { task, classes, sampleShape, features, pixelScale, probe: validation, ...threads };
	for (const [name, source] of validation.labels.length === 0 ? [] : models) {
		const answers = await withModel(source, data, runtime, (opened) =>
			finiteAnswers(opened, validation, classes.length, "validation"),
		);
		logits.set(name, answers.logits);
	}
	return { ...(task === undefined ? {} : { task }), labels: validation.labels, classes, logits };
}
