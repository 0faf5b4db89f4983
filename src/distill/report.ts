/** report.json: everything that a run found out, as plain data. */
import { type McnemarResult, summary } from "../metrics/index.js";
import { isRecord } from "../options.js";
import type { EvaluateOutcome, Evaluation, Fidelity } from "./evaluate.js";
import type { Recipe } from "./recipe.js";
import type { TrainOutcome } from "./train-network.js";

/** The three networks of a distillation. */
export const roles = ["teacher", "baseline", "student"] as const;

/** A network's part in a distillation. */
export type Role = (typeof roles)[number];

/** One seed's results. */
export interface SeedResult {
	readonly seed: number;
	readonly trained: Readonly<Record<Role, TrainOutcome>>;
	readonly evaluated: EvaluateOutcome;
}

/** What the numbers depend on besides the recipe. */
export interface Environment {
	readonly limbeck: string;
	readonly node: string;
	readonly onnxruntime: string;
	readonly cpu: string;
	readonly threads: number;
	readonly platform: string;
}

/** What is reported of one network and one seed. */
export interface NetworkReport extends Evaluation {
	/** Wall-clock time of training. */
	readonly trainSeconds: number;
	/** Errors on the validation split. */
	readonly validationErrors: number;
	/** The step whose weights were kept. */
	readonly keptStep: number;
}

/** The same measures, each a number; of one seed, or the mean or standard deviation over several. */
export type Measures<T> = { readonly [K in keyof T]: T[K] extends number ? number : Measures<T[K]> };

/** Measures of one seed; with several seeds, their means, and beside them the deviations and the seeds themselves. */
export type Measured<T> = Measures<T> & {
	/** Sample standard deviation over the seeds. */
	readonly std?: Measures<T>;
	readonly seeds?: readonly (Measures<T> & { readonly seed: number })[];
};

/** The report of a distillation, `schema: 1`. */
export interface Report {
	readonly schema: 1;
	readonly created: string;
	readonly recipe: Recipe;
	readonly seeds: readonly number[];
	readonly data: {
		readonly name: string;
		readonly train: number;
		readonly validation: number;
		readonly test: number;
		readonly classes: number;
		readonly fingerprint: string;
		/** Samples that were left out because they could not be read; absent where none may be. */
		readonly skipped?: number;
	};
	readonly teacher: Measured<NetworkReport>;
	readonly baseline: Measured<NetworkReport>;
	readonly student: Measured<NetworkReport & Fidelity>;
	/** McNemar's test of student (A) against baseline (B) on the same test samples; a list with several seeds. */
	readonly mcnemar: McnemarResult | readonly McnemarResult[];
	readonly environment: Environment;
}

/** Puts the results of all seeds together. @param created - ISO 8601 time. */
export function assembleReport(
	recipe: Recipe,
	results: readonly [SeedResult, ...SeedResult[]],
	environment: Environment,
	created: string,
): Report {
	const [first] = results;
	const { train, validation, ...data } = first.trained.student.data;
	const comparisons = results.flatMap(({ evaluated }) => evaluated.comparisons);
	const measured = <T extends object>(pick: (result: SeedResult) => T): Measured<T> =>
		combine(results.map((result) => ({ seed: result.seed, measures: pick(result) as Measures<T> })));
	return {
		schema: 1,
		created,
		recipe,
		seeds: results.map(({ seed }) => seed),
		data: { ...data, train, validation, test: first.evaluated.test },
		teacher: measured((result) => networkReport(result, "teacher")),
		baseline: measured((result) => networkReport(result, "baseline")),
		student: measured((result) => ({ ...networkReport(result, "student"), ...fidelityOf(result) })),
		mcnemar: comparisons.length === 1 && comparisons[0] !== undefined ? comparisons[0] : comparisons,
		environment,
	};
}

function networkReport({ trained, evaluated }: SeedResult, role: Role): NetworkReport {
	const { trainSeconds, validationErrors, keptStep } = trained[role];
	const evaluation = evaluated.models[role];
	if (evaluation === undefined) throw new TypeError(`assembleReport: expected an evaluation of the ${role}, got none`);
	return { ...evaluation, trainSeconds, validationErrors, keptStep };
}

function fidelityOf({ evaluated: { fidelity } }: SeedResult): Fidelity {
	const [one] = fidelity;
	if (one === undefined) throw new TypeError("assembleReport: expected the student's fidelity, got none");
	return one;
}

function combine<T>(runs: readonly { readonly seed: number; readonly measures: Measures<T> }[]): Measured<T> {
	const all = runs.map(({ measures }) => measures);
	const [only] = all;
	if (only !== undefined && all.length === 1) return only;
	return {
		...foldMeasures(all, (values) => summary(values).mean),
		std: foldMeasures(all, (values) => summary(values).std ?? 0),
		seeds: runs.map(({ seed, measures }) => ({ seed, ...measures })),
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
