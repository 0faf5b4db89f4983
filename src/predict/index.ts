/**
 * Answers of an exported student in Node, and no more: `limbeck/predict` loads no code that trains.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { readModelFile } from "../onnx/file.js";
import { nodeRuntime } from "../runtime/node.js";
import { type Classifier, openClassifier, type ReadOptions } from "./classifier.js";
import { type Precision, precisions } from "./precisions.js";

export { type ErrorCategory, type ErrorDetail, LimbeckError, type SerializedError } from "../errors.js";
export type { Classifier, Prediction, ReadOptions, Sample } from "./classifier.js";
export type { OutputForm, OutputsOption } from "./output-form.js";
export type { Precision } from "./precisions.js";

/** How {@link loadClassifier} loads. */
export interface LoadOptions extends ReadOptions {
	/** Which of the folder's models; float32 where absent. A file is loaded as it is. */
	readonly precision?: Precision;
	/** Threads inside one operator; ONNX Runtime's own choice where absent. */
	readonly threads?: number;
}

/**
 * Loads a classifier.
 *
 * @param path - a folder that `limbeck export` wrote, or an ONNX file with one input, and an output of
 * logits or probabilities `[batch, classes]`.
 * @throws LimbeckError `model` for a file that is missing, malformed, hostile or no classifier; `file` where it cannot be
 * read; `environment` where onnxruntime-node cannot be loaded.
 */
export async function loadClassifier(path: string, options: LoadOptions = {}): Promise<Classifier> {
	const { precision = "float32", threads } = options;
	const isFolder = await stat(path).then(
		(found) => found.isDirectory(),
		() => false,
	);
	const file = isFolder ? join(path, precisions[precision]) : path;
	const model = await readModelFile(file);
	const runtime = await nodeRuntime();
	const limits = threads === undefined ? {} : { threads };
	return openClassifier(model, file, (bytes) => runtime.createSession(bytes, limits), options);
}
