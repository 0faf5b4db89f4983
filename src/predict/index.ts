/**
 * Answers of an exported student in Node, and no more: `limbeck/predict` loads no code that trains.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { readModelFile } from "../onnx/file.js";
import { nodeRuntime } from "../runtime/node.js";
import type { TaskName } from "../tasks/names.js";
import type { Classifier, ModelOf } from "./model.js";
import { openModel, type ReadOptions } from "./open-model.js";
import { type Precision, precisions } from "./precisions.js";

export { type ErrorCategory, type ErrorDetail, LimbeckError, type SerializedError } from "../errors.js";
export type { TaskName } from "../tasks/names.js";
export type {
	Classifier,
	LabelsPrediction,
	ModelOf,
	Models,
	MultiLabelClassifier,
	Prediction,
	Regressor,
	Sample,
	SampleFacts,
	ValueInterval,
	ValuesPrediction,
} from "./model.js";
export type { ReadOptions } from "./open-model.js";
export type { OutputForm, OutputsOption } from "./output-form.js";
export type { Precision } from "./precisions.js";

/** How {@link loadClassifier} loads. */
export interface LoadOptions extends ReadOptions {
	/** Which of the folder's models; float32 where absent. A file is loaded as it is. */
	readonly precision?: Precision;
	/** Threads inside one operator; ONNX Runtime's own choice where absent. */
	readonly threads?: number;
}

/** How {@link loadModel} loads. */
export interface ModelLoadOptions<Name extends TaskName = TaskName> extends LoadOptions {
	/** The task that the model is for, where its file does not say it; refused where that says another. */
	readonly task?: Name | undefined;
}

/**
 * Loads a model of any task: its field `task` says of which, and what it answers goes by that.
 *
 * @param path - a folder that `limbeck export` wrote, or an ONNX file with one input, and an output of logits,
 * probabilities or numbers `[batch, names]`.
 * @throws LimbeckError `usage` for a model of another task than the options name; else as {@link loadClassifier} does.
 */
export async function loadModel<Name extends TaskName = TaskName>(
	path: string,
	options: ModelLoadOptions<Name> = {},
): Promise<ModelOf<Name>> {
	const { precision = "float32", threads } = options;
	const isFolder = await stat(path).then(
		(found) => found.isDirectory(),
		() => false,
	);
	const file = isFolder ? join(path, precisions[precision]) : path;
	const model = await readModelFile(file);
	const runtime = await nodeRuntime();
	const limits = threads === undefined ? {} : { threads };
	return openModel(model, file, (bytes) => runtime.createSession(bytes, limits), options);
}

/**
 * Loads a classifier: a model that says which one of several classes a sample is of.
 *
 * @param path - a folder that `limbeck export` wrote, or an ONNX file with one input, and an output of
 * logits or probabilities `[batch, classes]`.
 * @throws LimbeckError `model` for a file that is missing, malformed, hostile or no classifier; `usage` for a model of another
 * task; `file` where it cannot be read; `environment` where onnxruntime-node cannot be loaded.
 */
export function loadClassifier(path: string, options: LoadOptions = {}): Promise<Classifier> {
	return loadModel(path, { ...options, task: "classification" });
}
