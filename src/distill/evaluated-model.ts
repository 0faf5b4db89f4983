/** One model under evaluation: opened, asked, timed. */
import { stat } from "node:fs/promises";
import type { SampleSet, SampleShape, Split } from "../data/data-set.js";
import { openSamples, readSamples } from "../data/open-samples.js";
import { fileError } from "../files.js";
import { type Latency, type MultiplyAdds, measureLatency, multiplyAdds } from "../metrics/index.js";
import { checkLogits } from "../metrics/logits.js";
import { readModelFile } from "../onnx/file.js";
import type { OnnxModel } from "../onnx/model.js";
import type { Runtime } from "../runtime/runtime.js";
import { createPredictor, type Predictor } from "../train/predict.js";
import { type ClassNames, compareClassNames } from "./class-names.js";
import { normalizationOf } from "./preprocessing.js";
import { parameterCount } from "./train-network.js";

/** What evaluation needs of its surroundings. */
export interface EvaluateContext {
	readonly runtime: Runtime;
	/** A monotonic clock in ms. */
	readonly now: () => number;
}

/** What a model must know of the data. */
export interface EvaluatedData {
	readonly classes: readonly string[];
	readonly sampleShape: SampleShape;
	readonly threads?: number;
}

/** A model ready to be evaluated. */
export interface OpenedModel {
	readonly path: string;
	readonly model: OnnxModel;
	readonly predictor: Predictor;
	readonly classNames: ClassNames;
}

/** What a model costs on this machine. */
export interface Cost {
	readonly parameters: number;
	/** Size of the file. */
	readonly bytes: number;
	readonly multiplyAdds: MultiplyAdds;
	/** Of one call with one sample. */
	readonly latencyMs: Latency;
	/** Samples a second in calls of 64. */
	readonly throughput: number;
}

const latencyCalls = { warmup: 20, repetitions: 200 };
const throughputBatch = 64;

/**
 * Opens a model, does the work and closes it.
 *
 * @throws LimbeckError (`model`) for a file that is no classifier of these samples, or has the classes in another order.
 */
export async function withModel<T>(
	path: string,
	{ classes, sampleShape, threads }: EvaluatedData,
	runtime: Runtime,
	work: (opened: OpenedModel) => Promise<T>,
): Promise<T> {
	const model = await readModelFile(path);
	const classNames = compareClassNames(model, classes, path);
	const predictor = await createPredictor(runtime, model, {
		sampleShape,
		classes: classes.length,
		normalization: normalizationOf(model, path),
		where: path,
		openSamples,
		...(threads === undefined ? {} : { threads }),
	});
	try {
		return await work({ path, model, predictor, classNames });
	} finally {
		await predictor.release();
	}
}

/**
 * A model's logits `[count, classes]` on a split.
 *
 * @param split - its name, for messages.
 * @throws LimbeckError (`model`) that names the first sample with a value that is not finite, and tells how many have.
 */
export async function finiteLogits(
	{ path, predictor }: OpenedModel,
	set: SampleSet,
	classes: number,
	split: string,
): Promise<Float32Array> {
	const logits = await predictor.logits(set);
	checkLogits(`${path} on the ${split} split`, logits, classes);
	return logits;
}

/** What a model costs, timed on the first samples of the test split. */
export async function costOf(
	{ path, model, predictor }: OpenedModel,
	test: Split,
	sampleShape: SampleShape,
	now: () => number,
): Promise<Cost> {
	return {
		parameters: parameterCount(model),
		bytes: await fileSize(path),
		multiplyAdds: multiplyAdds(model, sampleShape),
		...(await measureSpeed(predictor, test, sampleShape, now)),
	};
}

async function measureSpeed(
	predictor: Predictor,
	test: Split,
	sampleShape: SampleShape,
	now: () => number,
): Promise<Pick<Cost, "latencyMs" | "throughput">> {
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
