/** report.json: everything that a run found out, as plain data. */
import { type ClassBalance, summary } from "../metrics/index.js";
import type { Notice } from "../notices.js";
import { isRecord } from "../options.js";
import type { Fidelity } from "../train/labels.js";
import type { TeacherSummary } from "../train/teacher.js";
import type { AnyEvaluation, Comparison, EvaluateOutcome, MemberEvaluation } from "./evaluation.js";
import type { RunRecipe } from "./recipe.js";
import type { TeacherVerdict } from "./teachers/verdict.js";
import type { DataSummary, TrainOutcome } from "./train-network.js";

/** A network's part in a distillation. */
export type Role = "teacher" | "assistant" | "generation" | "student" | "baseline" | "earlyStopped";

/** What training says of a network that was taught, and what the network is called in the evaluation. */
export interface LinkOutcome {
	readonly name: string;
	readonly outcome: TrainOutcome;
}

/** One seed's results. */
export interface SeedResult {
	readonly seed: number;
	/** What training says; of the teacher's members those that were trained and not given. */
	readonly trained: {
		readonly teacher: readonly TrainOutcome[];
		/** Assistants, generations and the student, each taught by the one before. */
		readonly links: readonly LinkOutcome[];
		/** Absent without labels, as is the next. */
		readonly baseline?: TrainOutcome;
		readonly earlyStopped?: TrainOutcome;
	};
	/**
	 * Its fidelities are the links', in their order, each to the teacher; its comparisons student against baseline, then,
	 * where there is a teacher, teacher against baseline.
	 */
	readonly evaluated: EvaluateOutcome;
	/** What was said of given teachers before they taught. */
	readonly verdicts?: readonly TeacherVerdict[];
}

/** What the numbers depend on besides the recipe. */
export interface Environment {
	readonly limbeck: string;
	readonly node: string;
	readonly onnxruntime: string;
	readonly cpu: string;
	readonly threads: number;
	/** What trained networks besides the processor; absent where nothing did. */
	readonly devices?: readonly string[];
	readonly platform: string;
}

/** What is reported of one network and one seed; errors and the like where there are labels. */
export interface NetworkReport extends AnyEvaluation {
	/** Wall-clock time of training. */
	readonly trainSeconds: number;
	/** The same over the number of passes over the training samples. */
	readonly secondsPerEpoch: number;
	/** Errors on the validation split; absent without labels. */
	readonly validationErrors?: number;
	/** Agreement with the teacher on the validation split, where that has no labels. */
	readonly validationAgreement?: number;
	/** Mean KL(teacher ‖ student) on the validation split, in nats, where that has no labels. */
	readonly validationKlToTeacher?: number;
	/** The step whose weights were kept. */
	readonly keptStep: number;
	/** Samples that it learned from. */
	readonly trainSamples: number;
	/** Share of them that it has right, where the recipe asks for that. */
	readonly trainAccuracy?: number;
}

/** A network between teacher and student, or a generation of the student. */
export type LinkReport = Measured<NetworkReport & Partial<Fidelity>> & {
	/** `assistant-1`, `generation-2`; its file is called so. */
	readonly name: string;
};

/** The same measures, each a number; of one seed, or the mean or standard deviation over several. */
export type Measures<T> = { readonly [K in keyof T]: T[K] extends number | undefined ? number : Measures<T[K]> };

/** Measures of one seed; with several seeds, their means, and beside them the deviations and the seeds themselves. */
export type Measured<T> = Measures<T> & {
	/** Sample standard deviation over the seeds. */
	readonly std?: Measures<T>;
	readonly seeds?: readonly (Measures<T> & { readonly seed: number })[];
};

/** The data that a run used. */
export interface DataReport extends DataSummary {
	/** Test samples. */
	readonly test: number;
	/** How their labels are spread over the classes; absent without labels. */
	readonly balance?: ClassBalance;
}

/** The report of a distillation, `schema: 1`. */
export interface Report {
	readonly schema: 1;
	readonly kind: "distill";
	readonly created: string;
	readonly recipe: RunRecipe;
	readonly seeds: readonly number[];
	readonly data: DataReport;
	/**
	 * Without the measures of training where its file was given; of an ensemble as a whole, with the time that all took.
	 * Absent where it was a file of targets, which say nothing of test samples.
	 */
	readonly teacher?: Measured<AnyEvaluation & Partial<NetworkReport>>;
	/** Each member of an ensemble alone, in order; the first is the single teacher of the same seed. */
	readonly members?: readonly Measured<MemberEvaluation>[];
	/** How the student's teacher was asked and read, of the first seed. */
	readonly teaching?: TeacherSummary & {
		/** What was said of each given teacher before it taught. */
		readonly verdicts?: readonly TeacherVerdict[];
	};
	/** Assistants and earlier generations in the order of the chain; absent where the teacher taught the student itself. */
	readonly chain?: readonly LinkReport[];
	/** All generations, the student among them, as one: the mean of their probabilities. */
	readonly generations?: Measured<AnyEvaluation>;
	/** The student on hard labels alone; absent without labels. */
	readonly baseline?: Measured<NetworkReport>;
	/** The student alone with the weights that were best on the validation split. */
	readonly earlyStopped?: Measured<NetworkReport>;
	/** Without agreement where there is no teacher to ask about test samples. */
	readonly student: Measured<NetworkReport & Partial<Fidelity>>;
	/** What else is to be known of the first seed's run. */
	readonly notes?: readonly string[];
	/** What is to be said of the results, the gravest first; absent in reports of earlier versions. */
	readonly diagnosis?: readonly Notice[];
	/** Student (A) against baseline (B) on the same test samples: McNemar's test; a list with several seeds. Absent without labels. */
	readonly mcnemar?: Comparison | readonly Comparison[];
	readonly environment: Environment;
}

/** What a report says of data without labels. */
const noLabels =
	"no labels: the student learns from the teacher alone, validation goes by the teacher, and there is no baseline";

/** Puts the results of all seeds together. @param created - ISO 8601 time. */
export function assembleReport(
	recipe: RunRecipe,
	results: readonly [SeedResult, ...SeedResult[]],
	environment: Environment,
	created: string,
): Report {
	const [first] = results;
	const comparisons = results.flatMap(({ evaluated }) => evaluated.comparisons[0] ?? []);
	const [single] = comparisons;
	const measured = <T extends object>(pick: (result: SeedResult) => T): Measured<T> =>
		combine(results.map((result) => ({ seed: result.seed, measures: pick(result) })));
	return {
		schema: 1,
		kind: "distill",
		created,
		recipe,
		seeds: results.map(({ seed }) => seed),
		data: dataReport(studentOf(first).outcome, first.evaluated),
		...(first.evaluated.models["teacher"] === undefined ? {} : { teacher: measured(teacherReport) }),
		...membersReport(results),
		...toldOf(first),
		...chainReport(results),
		...(first.evaluated.models["generations"] === undefined
			? {}
			: { generations: measured(({ evaluated }) => evaluationOf(evaluated, "generations")) }),
		...baselineReport(results),
		...(first.trained.earlyStopped === undefined ? {} : { earlyStopped: measured(earlyStoppedReport) }),
		student: measured((result) => linkReport(result, result.trained.links.length - 1)),
		...(single === undefined ? {} : { mcnemar: comparisons.length === 1 ? single : comparisons }),
		environment,
	};
}

/** The data of a run, test samples included. */
export function dataReport({ data }: TrainOutcome, { test, byClass }: EvaluateOutcome): DataReport {
	const { train, validation, ...others } = data;
	const balance = byClass === undefined ? {} : { balance: byClass.balance };
	return { ...others, train, validation, test, ...balance };
}

/** What is reported of a network that was trained and is called `name` in the evaluation. */
export function networkReport(trained: TrainOutcome, evaluated: EvaluateOutcome, name: string): NetworkReport {
	const { trainSeconds, epochs, validationErrors, validationFidelity, keptStep, trainSamples, trainAccuracy } = trained;
	return {
		...evaluationOf(evaluated, name),
		trainSeconds,
		secondsPerEpoch: trainSeconds / epochs,
		keptStep,
		trainSamples,
		...(validationErrors === undefined ? {} : { validationErrors }),
		...(validationFidelity === undefined
			? {}
			: {
					validationAgreement: validationFidelity.agreement,
					validationKlToTeacher: validationFidelity.klToTeacher,
				}),
		...(trainAccuracy === undefined ? {} : { trainAccuracy }),
	};
}

function linkAt({ trained }: SeedResult, k: number): LinkOutcome {
	const link = trained.links[k];
	if (link === undefined) throw new TypeError(`report: expected a network ${String(k)} of the chain, got none`);
	return link;
}

function studentOf(result: SeedResult): LinkOutcome {
	return linkAt(result, result.trained.links.length - 1);
}

function linkReport(result: SeedResult, k: number): NetworkReport & Partial<Fidelity> {
	const { name, outcome } = linkAt(result, k);
	return { ...networkReport(outcome, result.evaluated, name), ...result.evaluated.fidelity[k] };
}

/** All links but the last, which is the student. */
function chainReport(results: readonly [SeedResult, ...SeedResult[]]): Pick<Report, "chain"> {
	const between = results[0].trained.links.slice(0, -1);
	if (between.length === 0) return {};
	return {
		chain: between.map(({ name }, k) => ({
			name,
			...combine(results.map((result) => ({ seed: result.seed, measures: linkReport(result, k) }))),
		})),
	};
}

function earlyStoppedReport({ trained, evaluated }: SeedResult): NetworkReport {
	if (trained.earlyStopped === undefined) throw new TypeError("report: expected an early-stopped network, got none");
	return networkReport(trained.earlyStopped, evaluated, "early-stopped");
}

/** The student alone, where it was trained in every seed. */
function baselineReport(results: readonly SeedResult[]): Pick<Report, "baseline"> {
	const runs = results.flatMap(({ seed, trained: { baseline }, evaluated }) =>
		baseline === undefined ? [] : [{ seed, measures: networkReport(baseline, evaluated, "baseline") }],
	);
	return runs.length === 0 ? {} : { baseline: combine(runs) };
}

export function evaluationOf({ models }: EvaluateOutcome, name: string): AnyEvaluation {
	const evaluation = models[name];
	if (evaluation === undefined) throw new TypeError(`report: expected an evaluation of the ${name}, got none`);
	return evaluation;
}

/** A teacher in the report: of several that were trained, the time is that of all. */
function teacherReport({ trained, evaluated }: SeedResult): AnyEvaluation & Partial<NetworkReport> {
	const [first, ...others] = trained.teacher;
	if (first === undefined) return evaluationOf(evaluated, "teacher");
	if (others.length === 0 && evaluated.members["teacher"] === undefined) {
		return networkReport(first, evaluated, "teacher");
	}
	const trainSeconds = trained.teacher.reduce((sum, one) => sum + one.trainSeconds, 0);
	return { ...evaluationOf(evaluated, "teacher"), trainSeconds };
}

function membersReport(results: readonly SeedResult[]): Pick<Report, "members"> {
	const count = results[0]?.evaluated.members["teacher"]?.length ?? 0;
	if (count === 0) return {};
	const member = ({ evaluated }: SeedResult, k: number): MemberEvaluation => {
		const found = evaluated.members["teacher"]?.[k];
		if (found === undefined) throw new TypeError(`report: expected an evaluation of teacher ${String(k)}, got none`);
		return found;
	};
	return {
		members: Array.from({ length: count }, (_, k) =>
			combine(results.map((result) => ({ seed: result.seed, measures: member(result, k) }))),
		),
	};
}

function toldOf(result: SeedResult): Pick<Report, "teaching" | "notes"> {
	const { teacher, notes = [], data } = studentOf(result).outcome;
	const { verdicts } = result;
	const judged = verdicts === undefined ? {} : { verdicts };
	const all = data.unlabelled === true ? [...notes, noLabels] : notes;
	const teaching = teacher === undefined ? {} : { teaching: { ...teacher, ...judged } };
	return { ...teaching, ...(all.length === 0 ? {} : { notes: all }) };
}

/** Puts the measures of all seeds together. */
export function combine<T extends object>(
	runs: readonly { readonly seed: number; readonly measures: T }[],
): Measured<T> {
	// All that is measured is numbers.
	const all = runs.map(({ measures }) => measures as Measures<T>);
	const [only] = all;
	if (only !== undefined && all.length === 1) return only;
	return {
		...foldMeasures(all, (values) => summary(values).mean),
		std: foldMeasures(all, (values) => summary(values).std ?? 0),
		seeds: runs.map(({ seed, measures }) => ({ seed, ...(measures as Measures<T>) })),
	};
}

/** Folds every number of several equal shapes into one. */
function foldMeasures<T>(all: readonly Measures<T>[], fold: (values: readonly number[]) => number): Measures<T> {
	const foldAt = (values: readonly unknown[]): unknown => {
		const numbers = values.filter((value) => typeof value === "number");
		if (numbers.length === values.length) return fold(numbers);
		const records = values.filter(isRecord);
		return Object.fromEntries(
			Object.keys(records[0] ?? {}).map((key) => [key, foldAt(records.map((record) => record[key]))]),
		);
	};
	// The fold keeps the shape.
	return foldAt(all) as Measures<T>;
}
