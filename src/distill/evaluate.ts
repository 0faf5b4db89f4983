/** Evaluation on the test split: the only place that opens it, after everything is trained, calibrated and chosen. */
import type { Split, TestSet } from "../data/data-set.js";
import { dataSetOf } from "../data/index.js";
import { openSamples } from "../data/open-samples.js";
import { loadTestSet } from "../data/test-sets.js";
import { LimbeckError } from "../errors.js";
import {
	agreement,
	type ClassificationMetrics,
	checkRank,
	classificationMetrics,
	fitTemperature,
	type Interval,
	type Latency,
	type McnemarResult,
	mcnemar,
	meanKl,
	percentileInterval,
	predictedClasses,
	resampledMeans,
	rightOnes,
} from "../metrics/index.js";
import { distinct, type Notice } from "../notices.js";
import type { Fidelity } from "../train/labels.js";
import { answersAlone } from "./alone.js";
import { type BiasShift, type BiasShiftRequest, biasShiftOf } from "./bias-shifts.js";
import { type ByClass, byClassOf } from "./by-class.js";
import { costOf, type EvaluateContext, finiteAnswers, type Size, sizesOf, withModel } from "./evaluated-model.js";
import { type DetailOptions, detailsOf, type EvaluationDetails } from "./evaluation-details.js";
import { type ExhibitChoice, type Exhibits, exhibitsOf } from "./exhibits.js";
import { type LearnedFigures, learnedFigures } from "./learned-part.js";
import type { LearnedPart } from "./networks.js";
import { judge, type NoveltyOutcome, type NoveltyStep } from "./novelty/judge.js";
import { type SiftOutcome, type SiftStep, sift } from "./novelty/sift.js";
import type { Recipe } from "./recipe.js";
import { readClusters } from "./specialists/clusters.js";
import { type Coverage, coverageOf } from "./specialists/coverage.js";
import { noticesOnFiles } from "./teachers/judge.js";
import { type EnsembleSource, fileSource } from "./teachers/sources.js";
import { type ValidationAnswers, validationAnswers } from "./validation-answers.js";

/** What models may be measured on. What is to be chosen is chosen on the validation split. */
export const splitNames = ["test", "validation"] as const;

/** What models may be measured on. */
export type SplitName = (typeof splitNames)[number];

/** Models to evaluate on one split of a data set, as plain data. */
export interface EvaluateStep {
	readonly data: Recipe["data"];
	/** Model files by a name of the caller's; files that answer as one, or that say how they are read, under one name. */
	readonly models: Readonly<Record<string, string | EnsembleSource>>;
	readonly threads?: number;
	/** The split that they are measured on; the test split where absent. */
	readonly split?: SplitName;
	/** Pairs of names: how close is the first to the second, its teacher? */
	readonly fidelity?: readonly (readonly [student: string, teacher: string])[];
	/** Pairs of names to test for a difference in errors. */
	readonly compare?: readonly (readonly [string, string])[];
	/** Asks for the details of every model; the validation split is then read to calibrate them. */
	readonly details?: DetailOptions;
	/** Asks for samples to be shown. */
	readonly exhibit?: ExhibitChoice;
	/** Asks how right models are by how many specialists cover the true class. */
	readonly coverage?: readonly CoverageRequest[];
	/** Asks what some training samples say of each model, as of a teacher, and how its file is read. */
	readonly judge?: boolean;
	/** Asks what a shift of some classes' logits mends. */
	readonly biasShifts?: readonly BiasShiftRequest[];
	/** Asks how models do on training samples: on some of those that each has learned from, by the models' names. */
	readonly learned?: Readonly<Record<string, LearnedPart>>;
}

/** The specialists of a file, and the names of models that are judged by what they cover. */
export interface CoverageRequest {
	readonly clusters: string;
	readonly models: readonly string[];
}

/** How good a model is on labelled samples. */
export interface Quality {
	readonly errors: number;
	/** Share of samples right. */
	readonly accuracy: number;
	/** Mean over the classes of the share of their samples that is right. */
	readonly balancedAccuracy: number;
	/** Mean over the classes of F1. */
	readonly macroF1: number;
	/** Mean negative log-likelihood of the true class, in nats. */
	readonly nll: number;
	/** Brier score: mean over samples of Σ (p − y)². */
	readonly brier: number;
	/** Expected calibration error, 15 bins. */
	readonly ece: number;
}

/** What a model costs on this machine. */
export interface ModelCost {
	readonly parameters: number;
	/** Size of the file. */
	readonly bytes: number;
	/** Multiply-adds of one sample, as `multiplyAdds` counts them; absent where they are not known. */
	readonly multiplyAdds?: number;
	/** Of one call with one sample. */
	readonly latencyMs: Latency;
	/** Samples a second in calls of 64. */
	readonly throughput: number;
}

/** What a model does on a labelled test split, and what it costs on this machine. */
export interface Evaluation extends Quality, ModelCost {}

/** The same on a test split that may have no labels: how good it is, is then not known. */
export interface AnyEvaluation extends Partial<Quality>, ModelCost {}

/** Whether the test split has labels, by an evaluation on it. */
export function isLabelled(evaluation: AnyEvaluation): evaluation is Evaluation {
	return evaluation.errors !== undefined;
}

/** What a member of an ensemble does alone on the test split. */
export type MemberEvaluation = Omit<AnyEvaluation, "latencyMs" | "throughput">;

/** Two models on the same test samples. */
export interface Comparison extends McnemarResult {
	/** Accuracy of the first less that of the second, with its 95 % interval: paired bootstrap, as of one accuracy. */
	readonly difference: Interval & { readonly value: number };
}

/** Results by the caller's names; pairs in the order asked for. */
export interface EvaluateOutcome {
	readonly test: number;
	/** What should be known of the data and the models; absent where there is nothing. */
	readonly notices?: readonly Notice[];
	readonly models: Readonly<Record<string, AnyEvaluation>>;
	/** Each member of those that have several, in order. */
	readonly members: Readonly<Record<string, readonly MemberEvaluation[]>>;
	readonly fidelity: readonly Fidelity[];
	readonly comparisons: readonly Comparison[];
	/** Of every model, where they were asked for. */
	readonly details: Readonly<Record<string, EvaluationDetails>>;
	/** Where they were asked for. */
	readonly exhibits?: Exhibits;
	/** For each request, the coverage of its models; absent where there was none. */
	readonly coverage?: readonly Readonly<Record<string, Coverage>>[];
	/** For each request, in order; absent where there was none. */
	readonly biasShifts?: readonly BiasShift[];
	/** Absent without labels. */
	readonly byClass?: ByClass;
	/** By the models' names; absent where it was not asked for. */
	readonly learned?: Readonly<Record<string, LearnedFigures>>;
}

/**
 * Evaluates every model on the test split, which is opened when all else is done: temperatures are fitted on the
 * validation split before. On the validation split instead where the step says so; none is fitted then.
 *
 * @throws LimbeckError (`model`) for a file that is no classifier of these samples, has the classes in another order, or
 * gives values that are not finite; `data` and `file` for data, and for samples without labels where something is asked
 * that needs them.
 */
export async function evaluateModels(step: EvaluateStep, context: EvaluateContext): Promise<EvaluateOutcome> {
	const answers = await askValidation(step, context);
	const learned = step.learned && (await learnedFigures(step, step.learned, context));
	const temperatureOf = (name: string): number | undefined => {
		const logits = calibrates(step) ? answers?.logits.get(name) : undefined;
		return logits && answers && fitTemperature(logits, answers.labels, answers.classes);
	};
	const temperatures = new Map(Object.keys(step.models).map((name) => [name, temperatureOf(name)]));
	const test = step.split === "validation" ? await loadValidation(step) : await loadTestSet(step.data);
	if (needsLabels(step)) requireLabels(test, step.split ?? "test");
	const results = new Map<string, ModelResult>();
	for (const [name, source] of Object.entries(step.models)) {
		results.set(name, await evaluateModel(source, test, step, temperatures.get(name), context));
	}
	const coverage = step.coverage === undefined ? {} : { coverage: await coveredBy(step.coverage, test, results) };
	const { biasShifts: requests } = step;
	const shifts = requests === undefined ? {} : { biasShifts: biasShiftsOf(requests, answers, test, results) };
	const measured = [...results.values()];
	// Judging opens the files anew and says how they are read as well.
	const read = step.judge === true ? await modelNotices(step, context) : measured.flatMap((result) => result.notices);
	const notices = distinct([...(test.notices ?? []), ...read, ...measured.flatMap(({ alone = [] }) => alone)]);
	return {
		...outcomeOf(step, test, results),
		...(notices.length === 0 ? {} : { notices }),
		...(learned === undefined ? {} : { learned }),
		...coverage,
		...shifts,
	};
}

/** What training samples say of the models, and how these are read; the test split has no part in it. */
async function modelNotices(
	{ data: choice, models, threads }: EvaluateStep,
	{ runtime }: EvaluateContext,
): Promise<readonly Notice[]> {
	const data = await dataSetOf(choice).load(choice);
	const members = Object.values(models).flatMap((source) =>
		typeof source === "string" ? fileSource(source).members : source.members,
	);
	return noticesOnFiles(members, data, { runtime, openSamples, threads });
}

async function loadValidation({ data, details }: EvaluateStep): Promise<TestSet> {
	const { classes, sampleShape, features, validation, notices } = await dataSetOf(data).load(data);
	for (const k of details?.top ?? []) checkRank(k, classes.length);
	const named = features === undefined ? {} : { features };
	return { ...validation, classes, sampleShape, ...named, ...(notices === undefined ? {} : { notices }) };
}

/**
 * Judges how well what a model was never shown can be told, on the test split: see `judge`.
 *
 * @throws LimbeckError (`model`, `data`, `file`, `usage`).
 */
export function judgeNovelty(step: NoveltyStep, context: EvaluateContext): Promise<NoveltyOutcome> {
	return judge(step, () => loadTestSet(step.data), context);
}

/**
 * Sifts all samples of somebody's data, those of its test split among them: see `sift`.
 *
 * @throws LimbeckError (`model`, `data`, `file`, `usage`).
 */
export function siftSamples(step: SiftStep, context: EvaluateContext): Promise<SiftOutcome> {
	return sift(step, () => loadTestSet(step.data), context);
}

function coveredBy(
	requests: readonly CoverageRequest[],
	{ labels, classes }: TestSet,
	results: ReadonlyMap<string, ModelResult>,
): Promise<readonly Readonly<Record<string, Coverage>>[]> {
	return Promise.all(
		requests.map(async ({ clusters, models }) => {
			const { specialists } = await readClusters(clusters);
			return Object.fromEntries(
				models.map((name) => {
					return [name, coverageOf(resultOf(results, name).logits, labels, classes.length, specialists)];
				}),
			);
		}),
	);
}

/** Whether temperatures are fitted: one that is fitted on the samples that it is judged on says nothing. */
function calibrates({ details, split }: EvaluateStep): boolean {
	return details !== undefined && split !== "validation";
}

/** The validation split's word on the models that something is chosen for; nothing is asked where nothing is. */
async function askValidation(step: EvaluateStep, context: EvaluateContext): Promise<ValidationAnswers | undefined> {
	const { data, models, details, biasShifts = [] } = step;
	const names = new Set(calibrates(step) ? Object.keys(models) : biasShifts.map(({ model }) => model));
	if (names.size === 0) return undefined;
	const asked = Object.entries(models).filter(([name]) => names.has(name));
	return validationAnswers(data, asked, { ...threadsOf(step), top: details?.top ?? [] }, context);
}

/** What the shifts mend that were asked for. */
function biasShiftsOf(
	requests: readonly BiasShiftRequest[],
	answers: ValidationAnswers | undefined,
	{ labels, classes }: TestSet,
	results: ReadonlyMap<string, ModelResult>,
): readonly BiasShift[] {
	return requests.map((request) => {
		const { model, omitted } = request;
		const logits = answers?.logits.get(model);
		if (logits === undefined) throw new TypeError(`evaluate: expected ${model} on the validation split, got nothing`);
		const shared = { classes: classes.length, omitted };
		return biasShiftOf(request, {
			validation: { ...shared, logits, labels: answers?.labels ?? [] },
			test: { ...shared, logits: resultOf(results, model).logits, labels },
		});
	});
}

/** What the test split says of one model. */
interface ModelResult {
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

async function evaluateModel(
	source: string | EnsembleSource,
	test: TestSet,
	step: EvaluateStep,
	temperature: number | undefined,
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
				notices: opened.notices,
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

function needsLabels({ details, compare = [], exhibit, coverage, biasShifts }: EvaluateStep): boolean {
	return [details, exhibit, coverage, biasShifts].some((asked) => asked !== undefined) || compare.length > 0;
}

function requireLabels({ labels }: Split, split: SplitName): void {
	if (labels.length > 0) return;
	throw new LimbeckError("data", {
		where: `the ${split} split`,
		expected: "samples with labels, to evaluate by them",
		got: "samples without",
		hint: "`limbeck distill` evaluates without labels, by the teacher; or give samples with labels.",
	});
}

function threadsOf({ threads }: EvaluateStep): { readonly threads?: number } {
	return threads === undefined ? {} : { threads };
}

function resultOf(results: ReadonlyMap<string, ModelResult>, name: string): ModelResult {
	const result = results.get(name);
	if (result === undefined) throw new TypeError(`evaluate: expected one of the models, got ${name}`);
	return result;
}

/** Puts together what the models' answers say alone and in pairs. */
function outcomeOf(step: EvaluateStep, test: TestSet, results: ReadonlyMap<string, ModelResult>): EvaluateOutcome {
	const { fidelity = [], compare: pairs = [] } = step;
	const classes = test.classes.length;
	// The same resamples for all models, so that pairs are compared on the same samples.
	const needed = step.details !== undefined || pairs.length > 0;
	const means = needed ? resampledMeans(Array.from(results.values(), ({ correct }) => correct)) : [];
	const logits = new Map(Array.from(results, ([name, result]) => [name, result.logits]));
	const resampled = new Map(Array.from(results.keys(), (name, at) => [name, means[at] ?? new Float64Array()]));
	return {
		test: test.count,
		models: Object.fromEntries(Array.from(results, ([name, { evaluation }]) => [name, evaluation])),
		members: Object.fromEntries(
			Array.from(results).flatMap(([name, { members }]) => (members.length > 1 ? [[name, members]] : [])),
		),
		fidelity: fidelity.map(([student, teacher]) => {
			const [one, other] = [resultOf(results, student).logits, resultOf(results, teacher).logits];
			return { agreement: agreement(one, other, classes), klToTeacher: meanKl(other, one, classes) };
		}),
		comparisons: pairs.map(([a, b]) => ({
			...mcnemar(resultOf(results, a).correct, resultOf(results, b).correct),
			difference: {
				value: (sum(resultOf(results, a).correct) - sum(resultOf(results, b).correct)) / test.count,
				...differenceInterval(resampled.get(a), resampled.get(b)),
			},
		})),
		details: Object.fromEntries(
			Array.from(results).flatMap(([name, { details }]) =>
				details === undefined
					? []
					: [[name, { accuracyInterval: percentileInterval(resampled.get(name) ?? []), ...details }]],
			),
		),
		...byClassOf(test, logits),
		...(step.exhibit === undefined ? {} : { exhibits: exhibitsOf(test, logits, step.exhibit) }),
	};
}

const sum = (values: Uint8Array): number => values.reduce((total, one) => total + one, 0);

function differenceInterval(a: Float64Array = new Float64Array(), b: Float64Array = new Float64Array()): Interval {
	return percentileInterval(a.map((mean, at) => mean - (b[at] ?? 0)));
}
