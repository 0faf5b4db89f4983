/** A classifier over any engine: samples in, labels and probabilities out. */
import { LimbeckError } from "../errors.js";
import { logSoftmaxRow } from "../metrics/softmax.js";
import { encodeModel } from "../onnx/encode.js";
import type { OnnxModel, OnnxValueInfo } from "../onnx/model.js";
import { elementCount, type Tensor } from "../onnx/tensor.js";
import { outputOf, type Session } from "../runtime/runtime.js";
import { classNamesOf, featuresOf, normalizationOf } from "./metadata.js";
import { normalizer } from "./normalizer.js";

/** A sample `[…sampleShape]`, row-major: bytes as they are stored, or floats, for which 1 is what 255 is for bytes. */
export type Sample = Uint8Array | Float32Array;

/** What a classifier says of a sample. */
export interface Prediction {
	/** The name of the most probable class. */
	readonly label: string;
	/** `[classes]`, in the order of {@link Classifier.classes}; they sum to 1. */
	readonly probabilities: Float32Array;
	/** `[classes]`, what the model gives: softmax(logits / T) are the probabilities at temperature T. */
	readonly logits: Float32Array;
}

/** A classifier ready to answer. */
export interface Classifier {
	readonly classes: readonly string[];
	/** Names of a sample's elements, in order, where the model was trained on a table. */
	readonly features?: readonly string[];
	/** The shape of a sample, usually `[channels, height, width]`. */
	readonly sampleShape: readonly number[];
	/**
	 * Classifies a sample.
	 *
	 * @throws LimbeckError `usage` for a sample of another length, or floats where the model takes bytes; `model` where
	 * ONNX Runtime fails, or the answer is not finite.
	 */
	predict(sample: Sample): Promise<Prediction>;
	/** Frees the native memory; nothing can be asked after. */
	release(): Promise<void>;
}

/** Makes a session of a model's bytes. */
export type OpenSession = (model: Uint8Array) => Promise<Session>;

/**
 * A classifier from a model with one input, float or uint8 `[batch, …]`, and logits `[batch, classes]` as its first
 * output. Its metadata say its classes, and how a float input is normalised.
 *
 * @param where - the model's file, for messages.
 * @throws LimbeckError (`model`) for a model that is none such.
 */
export async function openClassifier(model: OnnxModel, where: string, open: OpenSession): Promise<Classifier> {
	const input = inputOf(model, where);
	const output = model.graph.outputs[0];
	if (output === undefined) throw new LimbeckError("model", { where, expected: "an output of logits", got: "none" });
	const classes = classesOf(model, output, where);
	const features = featuresOf(model, where);
	const feed = feeder(model, input, where);
	// Encoded by us, with all data inside: the engine reads no other file.
	const session = await open(encodeModel(model));
	return {
		classes,
		...(features === undefined ? {} : { features }),
		sampleShape: input.sampleShape,
		async predict(sample) {
			const outputs = await session.run({ [input.name]: feed(sample) });
			return predictionOf(outputOf(outputs, output.name, "float").data, classes, where);
		},
		release: () => session.release(),
	};
}

interface Input {
	readonly name: string;
	readonly type: "float" | "uint8";
	readonly sampleShape: readonly number[];
}

function inputOf({ graph }: OnnxModel, where: string): Input {
	const constants = new Set(graph.initializers.map(({ name }) => name));
	const inputs = graph.inputs.filter(({ name }) => !constants.has(name));
	const [input] = inputs;
	const sampleShape = input?.dims?.slice(1).filter((size) => typeof size === "number");
	const known = input !== undefined && sampleShape !== undefined && sampleShape.length + 1 === input.dims?.length;
	if (inputs.length === 1 && known && (input.type === "float" || input.type === "uint8")) {
		return { name: input.name, type: input.type, sampleShape };
	}
	const got = inputs.map(({ name, type, dims = [] }) => `${name} (${type}[${dims.join(",")}])`).join(", ");
	throw new LimbeckError("model", {
		where,
		expected: "one input, float or uint8, of a known shape",
		got: got === "" ? "none" : got,
		hint: "limbeck export makes such a model.",
	});
}

function classesOf(model: OnnxModel, { dims }: OnnxValueInfo, where: string): readonly string[] {
	const names = classNamesOf(model, where);
	if (names !== undefined) return names;
	const width = dims?.[1];
	if (typeof width === "number") return Array.from({ length: width }, (_, index) => String(index));
	throw new LimbeckError("model", { where, expected: "the names of its classes in its metadata", got: "none" });
}

/** What makes an input of a sample. */
function feeder(model: OnnxModel, { type, sampleShape }: Input, where: string): (sample: Sample) => Tensor {
	const normalized = normalizer(normalizationOf(model, where), sampleShape);
	const dims = [1, ...sampleShape];
	const length = elementCount(sampleShape);
	return (sample) => {
		if (sample.length !== length) {
			const expected = `${String(length)} elements, [${sampleShape.join(", ")}]`;
			throw new LimbeckError("usage", { where: `${where}: sample`, expected, got: String(sample.length) });
		}
		if (type === "float") return { type, dims, data: normalized(sample) };
		if (sample instanceof Uint8Array) return { type, dims, data: sample };
		throw new LimbeckError("usage", {
			where: `${where}: sample`,
			expected: "bytes, a Uint8Array, which this model normalises itself",
			got: "floats",
		});
	};
}

function predictionOf(logits: Float32Array, classes: readonly string[], where: string): Prediction {
	if (logits.length !== classes.length || !logits.every(Number.isFinite)) {
		throw new LimbeckError("model", {
			where,
			expected: `${String(classes.length)} finite logits`,
			got: logits.length === classes.length ? "some that are not finite" : String(logits.length),
		});
	}
	const probabilities = Float32Array.from(logSoftmaxRow(logits), Math.exp);
	const best = probabilities.indexOf(Math.max(...probabilities));
	return { label: classes[best] ?? "", probabilities, logits };
}
