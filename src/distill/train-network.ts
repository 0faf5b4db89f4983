import type { DataSet } from "../data/data-set.js";
import { dataSetOf } from "../data/index.js";
import type { LossOptions } from "../losses/index.js";
import { buildModel, type ModelSpec } from "../models/index.js";
import { readModelFile, writeModelFile } from "../onnx/file.js";
import type { OnnxModel } from "../onnx/model.js";
import { type TrainingContext, trainModel } from "../train/trainer.js";
import { preprocessingKey } from "./preprocessing.js";
import type { NetworkOptions, Recipe } from "./recipe.js";

/** One network to train, as plain data. */
export interface TrainStep {
	readonly data: Recipe["data"];
	readonly network: NetworkOptions;
	readonly loss: LossOptions;
	/** The teacher's file, where the objective needs one. */
	readonly teacher?: string;
	readonly seed: number;
	readonly threads?: number;
	/** Where the trained model goes. */
	readonly output: string;
}

/** What is left to tell of a trained network when its file is written. */
export interface TrainOutcome {
	readonly steps: number;
	readonly keptStep: number;
	readonly validationErrors: number;
	readonly trainSeconds: number;
	readonly parameters: number;
	readonly data: DataSummary;
}

/** The data that a network saw. */
export interface DataSummary {
	readonly name: string;
	readonly train: number;
	readonly validation: number;
	readonly classes: number;
	readonly fingerprint: string;
	/** Samples that were left out because they could not be read; absent where none may be. */
	readonly skipped?: number;
}

/** Loads the data, builds the network, trains it and writes its file. */
export async function trainNetwork(step: TrainStep, context: TrainingContext): Promise<TrainOutcome> {
	const data = await dataSetOf(step.data).load(step.data);
	const teacher = step.teacher === undefined ? undefined : await readModelFile(step.teacher);
	const task = { sampleShape: data.sampleShape, classes: data.classes.length, seed: step.seed };
	const result = await trainModel(
		{
			model: buildModel(modelSpec(step.network), task),
			data,
			normalization: data.normalization,
			options: step.network,
			loss: step.loss,
			seed: step.seed,
			...(teacher === undefined ? {} : { teacher }),
			...(step.threads === undefined ? {} : { threads: step.threads }),
		},
		context,
	);
	const { steps, keptStep, validationErrors, seconds } = result;
	await writeModelFile(step.output, described(result.model, data));
	const parameters = parameterCount(result.model);
	return { steps, keptStep, validationErrors, trainSeconds: seconds, parameters, data: summarize(data) };
}

/** The number of trained numbers in a model. */
export function parameterCount({ graph }: OnnxModel): number {
	return graph.initializers.reduce((sum, { tensor }) => sum + (tensor.dims.length === 0 ? 0 : tensor.data.length), 0);
}

function modelSpec({
	family,
	hidden,
	activation,
	initializer,
	inputDropout,
	hiddenDropout,
}: NetworkOptions): ModelSpec {
	return { family, hidden, activation, initializer, inputDropout, hiddenDropout };
}

/** The model with what a user of the file must know in its metadata. */
function described(model: OnnxModel, { classes, normalization }: DataSet): OnnxModel {
	const metadata = new Map([
		[preprocessingKey, JSON.stringify(normalization)],
		["limbeck.classes", JSON.stringify(classes)],
	]);
	return { ...model, metadata };
}

function summarize({ name, train, validation, classes, fingerprint, skipped }: DataSet): DataSummary {
	const counts = { train: train.count, validation: validation.count, classes: classes.length };
	return { name, ...counts, fingerprint, ...(skipped === undefined ? {} : { skipped }) };
}
