/** The step that chooses the classes of specialists from what a generalist predicts. */
import { classData } from "../../data/class-data.js";
import type { DataSet } from "../../data/data-set.js";
import { dataSetOf } from "../../data/index.js";
import { LimbeckError } from "../../errors.js";
import { importModel } from "../../import/index.js";
import { logSoftmaxRow } from "../../metrics/softmax.js";
import { readModelFile } from "../../onnx/file.js";
import { type ClusteringOptions, clusterClasses } from "../../specialists/clustering.js";
import { type CorrelationPicture, correlationPicture } from "../../specialists/correlation-picture.js";
import { type Covariance, covarianceOf, normOf } from "../../specialists/covariance.js";
import { topKCovarianceOf, topPredictions } from "../../specialists/top-k.js";
import { createPredictor } from "../../train/predict.js";
import type { TrainNetworkContext, TrainStep } from "../train-network.js";
import { writeClusters } from "./clusters.js";

/** What a generalist is asked about, and how classes are chosen by its answers; as plain data. */
export interface ChooseClassesStep extends Pick<TrainStep, "data" | "seed" | "threads" | "output"> {
	/** The generalist's file. */
	readonly generalist: string;
	readonly clustering: ClusteringOptions;
	/** The split that it predicts; the test split cannot be chosen. */
	readonly predictions: "train" | "validation";
	/** Keeps so many most probable classes of each prediction; all where absent. */
	readonly topK?: number;
}

/** The classes of specialists, and what they were chosen by. */
export interface ChosenClasses {
	/** The names of all classes. */
	readonly classes: readonly string[];
	/** The classes of each specialist, in ascending order. */
	readonly specialists: readonly (readonly number[])[];
	/** `[classes]`: how many specialists each class has. */
	readonly coverage: readonly number[];
	/** How many predictions they were chosen by. */
	readonly predictions: number;
	/** How far the covariance may be from that of the full predictions, in proportion to its norm; see `Covariance`. */
	readonly truncation: number;
	/** The correlation of the predictions, its classes ordered by specialist. */
	readonly correlation: CorrelationPicture;
}

/**
 * Asks the generalist, batch after batch, sums up the covariance of its predictions, and chooses classes by it (Hinton et
 * al. 2015, §5.3).
 *
 * @throws LimbeckError (`usage`) where fewer specialists come of it than were asked for; (`data`, `model`, `file`).
 */
export async function chooseClasses(step: ChooseClassesStep, context: TrainNetworkContext): Promise<ChosenClasses> {
	const data = classData(await dataSetOf(step.data).load(step.data), "specialists");
	const covariance = await covarianceOfPredictions(step, data, context);
	const { clustering, seed, threads } = step;
	const chosen = await clusterClasses(covariance, clustering, {
		runtime: context.runtime,
		seed,
		...(threads === undefined ? {} : { threads }),
	});
	const { specialists: wanted } = "of" in clustering ? clustering.of : clustering;
	if (chosen.specialists.length < wanted) throw tooFew(wanted, chosen.specialists.length);
	const specialists = chosen.specialists.map((set) => [...set]);
	await writeClusters(step.output, { classes: [...data.classes], specialists });
	return {
		classes: data.classes,
		specialists,
		coverage: [...chosen.coverage],
		predictions: covariance.count,
		truncation: covariance.truncation === 0 ? 0 : covariance.truncation / normOf(covariance),
		correlation: correlationPicture(covariance, specialists),
	};
}

async function covarianceOfPredictions(
	{ generalist, predictions, topK, threads }: ChooseClassesStep,
	data: DataSet,
	{ runtime, openSamples }: TrainNetworkContext,
): Promise<Covariance> {
	const { sampleShape, normalization } = data;
	const classes = data.classes.length;
	const limits = threads === undefined ? {} : { threads };
	const predictor = await createPredictor(runtime, importModel(await readModelFile(generalist)), {
		sampleShape,
		normalization,
		classes,
		where: generalist,
		...limits,
		...(openSamples === undefined ? {} : { openSamples }),
	});
	try {
		const batches = mapped(predictor.batches(data[predictions]), (logits) => probabilitiesOf(logits, classes));
		if (topK === undefined) return await covarianceOf(runtime, batches, { classes, ...limits });
		const shape = { classes, k: topK };
		return await topKCovarianceOf(
			mapped(batches, (rows) => topPredictions(rows, shape)),
			shape,
		);
	} finally {
		await predictor.release();
	}
}

async function* mapped<From, To>(values: AsyncIterable<From>, map: (value: From) => To): AsyncIterable<To> {
	for await (const value of values) yield map(value);
}

/** Softmax of every row. */
function probabilitiesOf(logits: Float32Array, classes: number): Float32Array {
	const out = new Float32Array(logits.length);
	for (let at = 0; at < logits.length; at += classes) {
		out.set(logSoftmaxRow(logits.subarray(at, at + classes)).map(Math.exp), at);
	}
	return out;
}

function tooFew(wanted: number, found: number): LimbeckError {
	return new LimbeckError("usage", {
		where: "clustering.specialists",
		expected: `${String(wanted)} specialists that differ`,
		got: `${String(found)}: every two classes are together in one of them`,
		hint: `Ask for ${String(found)}, or for fewer classes for each.`,
	});
}
