/** What the answers of the models that were measured say alone, in pairs and together. */
import { classTest } from "../data/class-data.js";
import type { AnyTestSet, TestSet } from "../data/data-set.js";
import {
	type Interval,
	type McnemarResult,
	mcnemarOfCounts,
	percentileInterval,
	resampledMeans,
} from "../metrics/index.js";
import { taskOf } from "../tasks/index.js";
import { classLabels } from "../tasks/labels.js";
import { type BiasShiftRequest, biasShiftOf } from "./bias-shifts.js";
import { byClassOf } from "./by-class.js";
import type { CoverageRequest, EvaluateOutcome, EvaluateStep, NamedBiasShift } from "./evaluation.js";
import { exhibitsOf } from "./exhibits.js";
import type { ModelResult } from "./measured-model.js";
import { readClusters } from "./specialists/clusters.js";
import { coverageOf } from "./specialists/coverage.js";
import type { ValidationAnswers } from "./validation-answers.js";

/** How right models are by how many specialists cover the true class. */
export async function coveredBy(
	requests: readonly CoverageRequest[],
	{ labels, classes }: TestSet,
	results: ReadonlyMap<string, ModelResult>,
): Promise<NonNullable<EvaluateOutcome["coverage"]>> {
	const found = requests.map(async ({ name: request, clusters, models }) => {
		const { specialists } = await readClusters(clusters);
		const covered = models.map((name) => {
			return [name, coverageOf(resultOf(results, name).logits, labels, classes.length, specialists)] as const;
		});
		return [request, Object.fromEntries(covered)] as const;
	});
	return Object.fromEntries(await Promise.all(found));
}

/** What the shifts mend that were asked for. */
export function biasShiftsOf(
	requests: readonly BiasShiftRequest[],
	answers: ValidationAnswers | undefined,
	{ labels, classes }: TestSet,
	results: ReadonlyMap<string, ModelResult>,
): readonly NamedBiasShift[] {
	return requests.map((request) => {
		const { model, omitted } = request;
		const logits = answers?.logits.get(model);
		if (logits === undefined) throw new TypeError(`evaluate: expected ${model} on the validation split, got nothing`);
		const shared = { classes: classes.length, omitted };
		const shift = biasShiftOf(request, {
			validation: { ...shared, logits, labels: classLabels(answers?.labels ?? new Int32Array()) },
			test: { ...shared, logits: resultOf(results, model).logits, labels },
		});
		return { of: request, ...shift };
	});
}

function resultOf(results: ReadonlyMap<string, ModelResult>, name: string): ModelResult {
	const result = results.get(name);
	if (result === undefined) throw new TypeError(`evaluate: expected one of the models, got ${name}`);
	return result;
}

/** Puts together what the models' answers say alone and in pairs. */
export function outcomeOf(
	step: EvaluateStep,
	test: AnyTestSet,
	results: ReadonlyMap<string, ModelResult>,
): EvaluateOutcome {
	const { fidelity = [], compare: pairs = [] } = step;
	const task = taskOf(test);
	const classes = test.classes.length;
	// The same resamples for all models, so that pairs are compared on the same samples.
	const needed = step.details !== undefined || pairs.length > 0;
	const means = needed ? resampledMeans(Array.from(results.values(), ({ scores }) => scores)) : [];
	const logits = new Map(Array.from(results, ([name, result]) => [name, result.logits]));
	const resampled = new Map(Array.from(results.keys(), (name, at) => [name, means[at] ?? new Float64Array()]));
	return {
		test: test.count,
		...ignorantOf(test),
		models: Object.fromEntries(Array.from(results, ([name, { evaluation }]) => [name, evaluation])),
		members: Object.fromEntries(
			Array.from(results).flatMap(([name, { members }]) => (members.length > 1 ? [[name, members]] : [])),
		),
		fidelity: fidelity.map(([student, teacher]) => {
			const [one, other] = [resultOf(results, student).logits, resultOf(results, teacher).logits];
			return { student, teacher, ...task.fidelity(one, other, classes) };
		}),
		comparisons: pairs.map(([a, b]) => ({
			a,
			b,
			...betterOnes(resultOf(results, a).scores, resultOf(results, b).scores),
			difference: {
				value: (sum(resultOf(results, a).scores) - sum(resultOf(results, b).scores)) / test.count,
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
		...(test.labels instanceof Int32Array ? byClassOf({ ...test, labels: test.labels }, logits) : {}),
		...(step.exhibit === undefined ? {} : { exhibits: exhibitsOf(classTest(test, "exhibit"), logits, step.exhibit) }),
		...tablesOf(results),
	};
}

/** What is known of another task than classification, and of knowing nothing. */
function ignorantOf({ task, labels, classes }: AnyTestSet): Pick<EvaluateOutcome, "task" | "ignorant"> {
	if (task === undefined) return {};
	return { task, ...(labels.length === 0 ? {} : { ignorant: taskOf({ task }).ignorant(labels, classes) }) };
}

/** The tables that the task tells of models, where it tells any. */
function tablesOf(results: ReadonlyMap<string, ModelResult>): Pick<EvaluateOutcome, "tables"> {
	const told = Array.from(results, ([name, { tables }]) => [name, tables] as const);
	return told.every(([, tables]) => tables.length === 0) ? {} : { tables: Object.fromEntries(told) };
}

/** Samples that A answers better than B, and B better than A: of classes those that it alone has right; a sign test. */
function betterOnes(a: ArrayLike<number>, b: ArrayLike<number>): McnemarResult {
	let [onlyA, onlyB] = [0, 0];
	for (let at = 0; at < a.length; at++) {
		if ((a[at] ?? 0) > (b[at] ?? 0)) onlyA++;
		if ((a[at] ?? 0) < (b[at] ?? 0)) onlyB++;
	}
	return mcnemarOfCounts(onlyA, onlyB);
}

function sum(values: ArrayLike<number>): number {
	return Array.from(values).reduce((total, one) => total + one, 0);
}

function differenceInterval(a: Float64Array = new Float64Array(), b: Float64Array = new Float64Array()): Interval {
	return percentileInterval(a.map((mean, at) => mean - (b[at] ?? 0)));
}
