/** Evaluation on the test split: the only place that opens it, after everything is trained and chosen. */
import { stat } from "node:fs/promises";
import type { SampleShape, Split } from "../data/data-set.js";
import { openSamples, readSamples } from "../data/open-samples.js";
import { loadTestSet } from "../data/test-sets.js";
import { fileError } from "../files.js";
import {
	agreement,
	classificationMetrics,
	type Latency,
	type McnemarResult,
	mcnemar,
	meanKl,
	measureLatency,
	predictedClasses,
} from "../metrics/index.js";
import { readModelFile } from "../onnx/file.js";
import type { Runtime } from "../runtime/runtime.js";
import { createPredictor, type Predictor } from "../train/predict.js";
import { normalizationOf } from "./preprocessing.js";
import type { Recipe } from "./recipe.js";
import { parameterCount } from "./train-network.js";

/** Models to evaluate on one data set's test split, as plain data. */
export interface EvaluateStep {
	readonly data: Recipe["data"];
	/** Model files by a name of the caller's. */
	readonly models: Readonly<Record<string, string>>;
	readonly threads?: number;
	/** Pairs of names: how close is the first to the second, its teacher? */
	readonly fidelity?: readonly (readonly [student: string, teacher: string])[];
	/** Pairs of names to test for a difference in errors. */
	readonly compare?: readonly (readonly [string, string])[];
}

/** What a model does on the test split, and what it costs on this machine. */
export interface Evaluation {
	readonly errors: number;
	/** Share of samples right. */
	readonly accuracy: number;
	/** Mean negative log-likelihood of the true class, in nats. */
	readonly nll: number;
	/** Brier score: mean over samples of Σ (p − y)². */
	readonly brier: number;
	/** Expected calibration error, 15 bins. */
	readonly ece: number;
	readonly parameters: number;
	/** Size of the file. */
	readonly bytes: number;
	/** Of one call with one sample. */
	readonly latencyMs: Latency;
	/** Samples a second in calls of 64. */
	readonly throughput: number;
}

/** How close a student is to its teacher on the test split. */
export interface Fidelity {
	/** Share of samples with the same most probable class. */
	readonly agreement: number;
	/** Mean KL(teacher ‖ student) at T = 1, in nats. */
	readonly klToTeacher: number;
}

/** Results by the caller's names; pairs in the order asked for. */
export interface EvaluateOutcome {
	readonly test: number;
	readonly models: Readonly<Record<string, Evaluation>>;
	readonly fidelity: readonly Fidelity[];
	readonly comparisons: readonly McnemarResult[];
}

/** What evaluation needs of its surroundings. */
export interface EvaluateContext {
	readonly runtime: Runtime;
	/** A monotonic clock in ms. */
	readonly now: () => number;
}

const latencyCalls = { warmup: 20, repetitions: 200 };
const throughputBatch = 64;

/** Opens the test split and evaluates every model on it. */
export async function evaluateModels(step: EvaluateStep, context: EvaluateContext): Promise<EvaluateOutcome> {
	const test = await loadTestSet(step.data);
	const classes = test.classes.length;
	const logits = new Map<string, Float32Array>();
	const models: Record<string, Evaluation> = {};
	for (const [name, path] of Object.entries(step.models)) {
		const one = await evaluateModel(path, test, { ...step, sampleShape: test.sampleShape, classes }, context);
		logits.set(name, one.logits);
		models[name] = one.evaluation;
	}
	const logitsOf = (name: string): Float32Array => logits.get(name) ?? new Float32Array();
	const correct = (name: string): readonly boolean[] =>
		Array.from(predictedClasses(logitsOf(name), classes), (predicted, index) => predicted === test.labels[index]);
	return {
		test: test.count,
		models,
		fidelity: (step.fidelity ?? []).map(([student, teacher]) => ({
			agreement: agreement(logitsOf(student), logitsOf(teacher), classes),
			klToTeacher: meanKl(logitsOf(teacher), logitsOf(student), classes),
		})),
		comparisons: (step.compare ?? []).map(([a, b]) => mcnemar(correct(a), correct(b))),
	};
}

interface ModelContext {
	readonly sampleShape: SampleShape;
	readonly classes: number;
	readonly threads?: number;
}

async function evaluateModel(
	path: string,
	test: Split,
	{ sampleShape, classes, threads }: ModelContext,
	{ runtime, now }: EvaluateContext,
): Promise<{ readonly evaluation: Evaluation; readonly logits: Float32Array }> {
	const model = await readModelFile(path);
	const predictor = await createPredictor(runtime, model, {
		sampleShape,
		classes,
		normalization: normalizationOf(model, path),
		where: path,
		openSamples,
		...(threads === undefined ? {} : { threads }),
	});
	try {
		const logits = await predictor.logits(test);
		const { errors, accuracy, nll, brier, ece } = classificationMetrics(logits, test.labels, classes);
		const parameters = parameterCount(model);
		const bytes = await fileSize(path);
		const speed = await measureSpeed(predictor, test, sampleShape, now);
		return { evaluation: { errors, accuracy, nll, brier, ece, parameters, bytes, ...speed }, logits };
	} finally {
		await predictor.release();
	}
}

async function measureSpeed(
	predictor: Predictor,
	test: Split,
	sampleShape: SampleShape,
	now: () => number,
): Promise<Pick<Evaluation, "latencyMs" | "throughput">> {
	const call = (most: number) => {
		const count = Math.min(most, test.count);
		const first = {
			count,
			samples: readSamples(
				test,
				sampleShape,
				Uint32Array.from({ length: count }, (_, i) => i),
			),
		};
		return async (): Promise<void> => {
			await predictor.logits(first);
		};
	};
	const latencyMs = await measureLatency(call(1), { ...latencyCalls, now });
	const many = await measureLatency(call(throughputBatch), { warmup: 3, repetitions: 30, now });
	return { latencyMs, throughput: (Math.min(throughputBatch, test.count) * 1000) / many.p50 };
}

async function fileSize(path: string): Promise<number> {
	try {
		return (await stat(path)).size;
	} catch (error) {
		throw fileError(error, path);
	}
}
