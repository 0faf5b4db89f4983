/** Evaluation on the test split: the only place that opens it, after everything is trained, calibrated and chosen. */
import { classData, classTest } from "../data/class-data.js";
import type { AnyDataSet, AnyTestSet } from "../data/data-set.js";
import { dataSetOf } from "../data/index.js";
import { loadTestSet } from "../data/test-sets.js";
import { LimbeckError } from "../errors.js";
import { checkRank, fitTemperature } from "../metrics/index.js";
import { distinct } from "../notices.js";
import { taskOf } from "../tasks/index.js";
import type { Chosen } from "../tasks/task.js";
import type { EvaluateContext } from "./evaluated-model.js";
import type { EvaluateOutcome, EvaluateStep, SplitName } from "./evaluation.js";
import { biasShiftsOf, coveredBy, outcomeOf } from "./evaluation-outcome.js";
import { learnedFigures } from "./learned-part.js";
import { evaluateModel, type ModelResult, threadsOf } from "./measured-model.js";
import { judge, type NoveltyOutcome, type NoveltyStep } from "./novelty/judge.js";
import { type SiftOutcome, type SiftStep, sift } from "./novelty/sift.js";
import { type ValidationAnswers, validationAnswers } from "./validation-answers.js";

/**
 * Evaluates every model on the test split, which is opened when all else is done: temperatures are fitted on the
 * validation split before. On the validation split instead where the step says so; none is fitted then.
 *
 * @throws LimbeckError (`model`) for a file that is no classifier of these samples, has the classes in another order, or
 * gives values that are not finite; `data` and `file` for data, and for samples without labels where something is asked
 * that needs them.
 */
export async function evaluateModels(step: EvaluateStep, context: EvaluateContext): Promise<EvaluateOutcome> {
	// All but the test samples, loaded once, and not where nothing asks for them.
	let loaded: Promise<AnyDataSet> | undefined;
	const load: LoadData = () => (loaded ??= dataSetOf(step.data).load(step.data));
	const answers = await askValidation(step, load, context);
	const learned =
		step.learned &&
		(await learnedFigures({ ...step, data: classData(await load(), "learned") }, step.learned, context));
	const judgedBy = step.judge === true ? await load() : undefined;
	const temperatureOf = (name: string): number | undefined => {
		const logits = calibrates(step) ? answers?.logits.get(name) : undefined;
		if (logits === undefined || !(answers?.labels instanceof Int32Array)) return undefined;
		return fitTemperature(logits, answers.labels, answers.classes.length);
	};
	const chosenFor = (name: string): Chosen | undefined => {
		const own = calibrates(step) ? answers?.logits.get(name) : undefined;
		if (own === undefined || answers === undefined) return undefined;
		return taskOf(answers).choose?.({ answers: own, labels: answers.labels, names: answers.classes });
	};
	const before = new Map(
		Object.keys(step.models).map((name) => [
			name,
			{ temperature: temperatureOf(name), chosen: chosenFor(name), judgedBy },
		]),
	);
	const test = step.split === "validation" ? validationOf(await load(), step) : await loadTestSet(step.data);
	if (needsLabels(step)) requireLabels(test, step.split ?? "test");
	const results = new Map<string, ModelResult>();
	for (const [name, source] of Object.entries(step.models)) {
		const known = before.get(name) ?? { temperature: undefined, chosen: undefined, judgedBy };
		results.set(name, await evaluateModel(source, test, step, known, context));
	}
	const coverage =
		step.coverage === undefined
			? {}
			: { coverage: await coveredBy(step.coverage, classTest(test, "coverage"), results) };
	const { biasShifts: requests } = step;
	const shifts =
		requests === undefined
			? {}
			: { biasShifts: biasShiftsOf(requests, answers, classTest(test, "bias shifts"), results) };
	const measured = [...results.values()];
	const read = measured.flatMap((result) => result.notices);
	const notices = distinct([...(test.notices ?? []), ...read, ...measured.flatMap(({ alone = [] }) => alone)]);
	return {
		...outcomeOf(step, test, results),
		...(notices.length === 0 ? {} : { notices }),
		...(learned === undefined ? {} : { learned }),
		...coverage,
		...shifts,
	};
}

/** Loads the data but for the test samples. */
type LoadData = () => Promise<AnyDataSet>;

function validationOf(
	{ task, classes, sampleShape, features, pixelScale, validation, notices }: AnyDataSet,
	{ details }: EvaluateStep,
): AnyTestSet {
	for (const k of details?.top ?? []) checkRank(k, classes.length);
	return {
		...validation,
		...(task === undefined ? {} : { task }),
		classes,
		sampleShape,
		...(features === undefined ? {} : { features }),
		...(pixelScale === undefined ? {} : { pixelScale }),
		...(notices === undefined ? {} : { notices }),
	};
}

/**
 * Judges how well what a model was never shown can be told, on the test split: see `judge`.
 *
 * @throws LimbeckError (`model`, `data`, `file`, `usage`).
 */
export function judgeNovelty(step: NoveltyStep, context: EvaluateContext): Promise<NoveltyOutcome> {
	return judge(step, async () => classTest(await loadTestSet(step.data), "novelty"), context);
}

/**
 * Sifts all samples of somebody's data, those of its test split among them: see `sift`.
 *
 * @throws LimbeckError (`model`, `data`, `file`, `usage`).
 */
export function siftSamples(step: SiftStep, context: EvaluateContext): Promise<SiftOutcome> {
	return sift(step, async () => classTest(await loadTestSet(step.data), "novelty"), context);
}

/** Whether temperatures are fitted: one that is fitted on the samples that it is judged on says nothing. */
function calibrates({ details, split }: EvaluateStep): boolean {
	return details !== undefined && split !== "validation";
}

/** The validation split's word on the models that something is chosen for; nothing is asked where nothing is. */
async function askValidation(
	step: EvaluateStep,
	load: LoadData,
	context: EvaluateContext,
): Promise<ValidationAnswers | undefined> {
	const { models, details, biasShifts = [] } = step;
	const names = new Set(calibrates(step) ? Object.keys(models) : biasShifts.map(({ model }) => model));
	if (names.size === 0) return undefined;
	const asked = Object.entries(models).filter(([name]) => names.has(name));
	return validationAnswers(await load(), asked, { ...threadsOf(step), top: details?.top ?? [] }, context);
}

function needsLabels({ details, compare = [], exhibit, coverage, biasShifts }: EvaluateStep): boolean {
	return [details, exhibit, coverage, biasShifts].some((asked) => asked !== undefined) || compare.length > 0;
}

function requireLabels({ labels }: Pick<AnyTestSet, "labels">, split: SplitName): void {
	if (labels.length > 0) return;
	throw new LimbeckError("data", {
		where: `the ${split} split`,
		expected: "samples with labels, to evaluate by them",
		got: "samples without",
		hint: "`limbeck distill` evaluates without labels, by the teacher; or give samples with labels.",
	});
}
