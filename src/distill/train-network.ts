import { isDeepStrictEqual } from "node:util";
import type { DataSet } from "../data/data-set.js";
import { dataSetOf } from "../data/index.js";
import { LimbeckError } from "../errors.js";
import { importModel } from "../import/index.js";
import type { LossOptions } from "../losses/index.js";
import type { ModelTask } from "../models/family.js";
import { replaceHead } from "../models/head.js";
import { buildModel } from "../models/index.js";
import { averagesOf } from "../models/trainable.js";
import { readModelFile, writeModelFile } from "../onnx/file.js";
import type { OnnxModel } from "../onnx/model.js";
import { checkJob, type TrainingContext, type TrainingJob, trainModel } from "../train/trainer.js";
import { classesKey } from "./class-names.js";
import { modelSpecOf, type NetworkOptions } from "./networks.js";
import { normalizationOf, preprocessingKey } from "./preprocessing.js";
import type { Recipe } from "./recipe.js";

/** One network to train, as plain data. */
export interface TrainStep {
	readonly data: Recipe["data"];
	readonly network: NetworkOptions;
	readonly loss: LossOptions;
	/** The teacher's file, where the objective needs one. */
	readonly teacher?: string;
	/** The student that this network is to teach: what would not fit is refused before the teacher is trained. */
	readonly pupil?: Pick<TrainStep, "network" | "loss">;
	readonly seed: number;
	readonly threads?: number;
	/** Where the trained model goes. */
	readonly output: string;
}

/** What is left to tell of a trained network when its file is written. */
export interface TrainOutcome {
	readonly steps: number;
	/** Passes over the training samples. */
	readonly epochs: number;
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
	const teacher = step.teacher === undefined ? {} : await readTeacher(step.teacher, data);
	const task = { sampleShape: data.sampleShape, classes: data.classes.length, seed: step.seed };
	const jobOf = async ({ network, loss }: Pick<TrainStep, "network" | "loss">): Promise<TrainingJob> => ({
		model: await untrained(network, task),
		data,
		normalization: data.normalization,
		options: network,
		loss,
		seed: step.seed,
		...(step.threads === undefined ? {} : { threads: step.threads }),
	});
	const job = { ...(await jobOf(step)), ...teacher };
	if (step.pupil !== undefined) checkJob({ ...(await jobOf(step.pupil)), teacher: job.model });
	const result = await trainModel(job, context);
	const { steps, keptStep, validationErrors, seconds } = result;
	await writeModelFile(step.output, described(result.model, data));
	const parameters = parameterCount(result.model);
	const { epochs } = step.network;
	return { steps, epochs, keptStep, validationErrors, trainSeconds: seconds, parameters, data: summarize(data) };
}

/** The number of weights in a model: of scalars, integers such as shapes, and running averages there is none to learn. */
export function parameterCount(model: OnnxModel): number {
	const averages = new Set(averagesOf(model).map(({ name }) => name));
	const weights = model.graph.initializers.filter(
		({ name, tensor }) => tensor.dims.length > 0 && tensor.type !== "int64" && !averages.has(name),
	);
	return weights.reduce((sum, { tensor }) => sum + tensor.data.length, 0);
}

/** A teacher, and what its inputs are normalised with where that is not what the student's are. */
async function readTeacher(
	path: string,
	data: DataSet,
): Promise<Pick<TrainingJob, "teacher" | "teacherNormalization">> {
	const teacher = await readModelFile(path);
	const teacherNormalization = normalizationOf(teacher, path);
	return isDeepStrictEqual(teacherNormalization, data.normalization) ? { teacher } : { teacher, teacherNormalization };
}

/** The network to start from: with fresh weights, or as its file has it. */
async function untrained(network: NetworkOptions, task: ModelTask): Promise<OnnxModel> {
	if (network.family !== "file") return buildModel(modelSpecOf(network), task);
	const model = importModel(await readModelFile(network.file));
	if (network.head === "replace") return replaceHead(model, task.classes, task.seed);
	const classes = model.graph.outputs[0]?.dims?.at(-1);
	if (typeof classes !== "number" || classes === task.classes) return model;
	throw new LimbeckError("model", {
		where: network.file,
		expected: `an output of ${String(task.classes)} classes`,
		got: String(classes),
		hint: 'Set the field head beside file to "replace".',
	});
}

/** The model with what a user of the file must know in its metadata. */
function described(model: OnnxModel, { classes, normalization }: DataSet): OnnxModel {
	const metadata = new Map([
		[preprocessingKey, JSON.stringify(normalization)],
		[classesKey, JSON.stringify(classes)],
	]);
	return { ...model, metadata };
}

function summarize({ name, train, validation, classes, fingerprint, skipped }: DataSet): DataSummary {
	const counts = { train: train.count, validation: validation.count, classes: classes.length };
	return { name, ...counts, fingerprint, ...(skipped === undefined ? {} : { skipped }) };
}
