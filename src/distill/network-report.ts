/** What reports of every workflow say: of a network, of the data, of the machine. */
import { type ClassBalance, summary } from "../metrics/index.js";
import { isRecord } from "../options.js";
import type { AnyEvaluation, EvaluateOutcome } from "./evaluation.js";
import type { DataSummary, TrainOutcome } from "./train-network.js";

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

/** What the evaluation says of the network that it calls so. */
export function evaluationOf({ models }: EvaluateOutcome, name: string): AnyEvaluation {
	const evaluation = models[name];
	if (evaluation === undefined) throw new TypeError(`report: expected an evaluation of the ${name}, got none`);
	return evaluation;
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
