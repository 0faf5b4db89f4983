/**
 * Answers of an exported student in a browser, and no more: `limbeck/predict/web` loads no code that trains, and computes
 * with the package `onnxruntime-web`, in WebAssembly or with WebGPU.
 *
 * @module
 */
import { LimbeckError, throwIfStopped } from "../errors.js";
import { decodeModel } from "../onnx/decode.js";
import { createWebSession, loadWebOrt, type WebRuntimeOptions } from "../runtime/web-session.js";
import type { TaskName } from "../tasks/names.js";
import type { Classifier, ModelOf } from "./model.js";
import { openModel, type ReadOptions } from "./open-model.js";
import { type Precision, precisions } from "./precisions.js";

export { type ErrorCategory, type ErrorDetail, LimbeckError, type SerializedError } from "../errors.js";
export { hasWebGpu, type WebRuntimeOptions } from "../runtime/web-session.js";
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
export interface WebLoadOptions extends WebRuntimeOptions, ReadOptions {
	/** Which of the folder's models; float32 where absent. A file is loaded as it is. */
	readonly precision?: Precision;
	/** Ends the download. */
	readonly signal?: AbortSignal;
}

/** How {@link loadModel} loads. */
export interface WebModelLoadOptions<Name extends TaskName = TaskName> extends WebLoadOptions {
	/** The task that the model is for, where its file does not say it; refused where that says another. */
	readonly task?: Name | undefined;
}

/**
 * Loads a model of any task: its field `task` says of which, and what it answers goes by that.
 *
 * @param source - the URL of a folder that `limbeck export` wrote, or of an ONNX file with one input, and an output
 * of logits, probabilities or numbers `[batch, names]`, its name ending in `.onnx`; or such a file's bytes.
 * @throws LimbeckError `usage` for a model of another task than the options name; else as {@link loadClassifier} does.
 */
export async function loadModel<Name extends TaskName = TaskName>(
	source: string | URL | Uint8Array,
	options: WebModelLoadOptions<Name> = {},
): Promise<ModelOf<Name>> {
	const { precision = "float32", signal, task, output, outputs, ...runtime } = options;
	const reading = {
		task,
		...(output === undefined ? {} : { output }),
		...(outputs === undefined ? {} : { outputs }),
	};
	const where = source instanceof Uint8Array ? "model" : fileAt(source, precision);
	const [engine, bytes] = await Promise.all([
		loadWebOrt({ threads: 1, ...runtime }),
		source instanceof Uint8Array ? source : fetched(where, signal),
	]);
	return openModel(decodeModel(bytes, { where }), where, (model) => createWebSession(engine, model), reading);
}

/**
 * Loads a classifier: a model that says which one of several classes a sample is of.
 *
 * @param source - the URL of a folder that `limbeck export` wrote, or of an ONNX file with one input, and an output
 * of logits or probabilities `[batch, classes]`, its name ending in `.onnx`; or such a file's bytes.
 * @throws LimbeckError `model` for a file that is malformed, hostile or no classifier; `usage` for a model of another task;
 * `file` where it cannot be fetched; `interrupted` where `signal` is aborted; `environment` where onnxruntime-web, or an
 * adapter for WebGPU, is not there.
 */
export function loadClassifier(source: string | URL | Uint8Array, options: WebLoadOptions = {}): Promise<Classifier> {
	return loadModel(source, { ...options, task: "classification" });
}

/** The URL of a model's file; of a folder's, where it is no file itself. Its query stays. */
function fileAt(source: string | URL, precision: Precision): string {
	const [, path = "", rest = ""] = /^([^?#]*)(.*)$/s.exec(String(source)) ?? [];
	return path.endsWith(".onnx") ? path + rest : `${path.replace(/\/$/, "")}/${precisions[precision]}${rest}`;
}

/** @throws LimbeckError (`file`) where there is no such file, or not all of it; (`interrupted`) where `signal` is aborted. */
async function fetched(url: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
	const expected = "a model's file";
	const failed = (cause: unknown): never => {
		throwIfStopped(signal, url);
		throw new LimbeckError("file", { where: url, expected, got: String(cause), cause });
	};
	const response = await fetch(url, signal === undefined ? {} : { signal }).catch(failed);
	if (response.ok) return new Uint8Array(await response.arrayBuffer().catch(failed));
	throw new LimbeckError("file", { where: url, expected, got: `HTTP status ${String(response.status)}` });
}
