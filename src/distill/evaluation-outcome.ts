/** What the answers of the models that were measured say alone, in pairs and together. */
import type { TestSet } from "../data/data-set.js";
import { agreement, type Interval, mcnemar, meanKl, percentileInterval, resampledMeans } from "../metrics/index.js";
import { type BiasShift, type BiasShiftRequest, biasShiftOf } from "./bias-shifts.js";
import { byClassOf } from "./by-class.js";
import type { CoverageRequest, EvaluateOutcome, EvaluateStep } from "./evaluation.js";
import { exhibitsOf } from "./exhibits.js";
import type { ModelResult } from "./measured-model.js";
import { readClusters } from "./specialists/clusters.js";
import { type Coverage, coverageOf } from "./specialists/coverage.js";
import type { ValidationAnswers } from "./validation-answers.js";

/** How right models are by how many specialists cover the true class. */
export function coveredBy(
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

/** What the shifts mend that were asked for. */
export function biasShiftsOf(
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

function resultOf(results: ReadonlyMap<string, ModelResult>, name: string): ModelResult {
	const result = results.get(name);
	if (result === undefined) throw new TypeError(`evaluate: expected one of the models, got ${name}`);
	return result;
}

/** Puts together what the models' answers say alone and in pairs. */
export function outcomeOf(
	step: EvaluateStep,
	test: TestSet,
	results: ReadonlyMap<string, ModelResult>,
): EvaluateOutcome {
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
