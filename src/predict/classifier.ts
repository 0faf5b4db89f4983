/** A classifier over any engine: samples in, labels and probabilities out. */
import { LimbeckError } from "../errors.js";
import { logSoftmaxRow } from "../metrics/softmax.js";
import { encodeModel } from "../onnx/encode.js";
import { fedInputs, type OnnxModel } from "../onnx/model.js";
import { elementCount, type Tensor } from "../onnx/tensor.js";
import { randomStream } from "../random.js";
import { outputOf, type Session } from "../runtime/runtime.js";
import { classNamesOf, featuresOf, looksOwn, normalizationOf, pixelRangesOf, sampleShapeOf } from "./metadata.js";
import { normalizer } from "./normalizer.js";
import { widthsOf } from "./output-choice.js";
import {
	type Answers,
	formAt,
	formOfValues,
	logitsOfRows,
	type OutputForm,
	type OutputsOption,
} from "./output-form.js";
import { readClassifier } from "./read-classifier.js";
import { inOptions } from "./setting.js";

/**
 * A sample `[…sampleShape]`, row-major: bytes as they are stored, or floats, for which 1 is what 255 is for bytes. Large
 * numbers that differ by little, such as times in seconds, want a Float64Array.
 */
export type Sample = Uint8Array | Float32Array | Float64Array;

/** What a classifier says of a sample. */
export interface Prediction {
	/** The name of the most probable class. */
	readonly label: string;
	/** `[classes]`, in the order of {@link Classifier.classes}; they sum to 1. */
	readonly probabilities: Float32Array;
	/** `[classes]`: softmax(logits / T) are the probabilities at temperature T. */
	readonly logits: Float32Array;
}

/** A classifier ready to answer. */
export interface Classifier {
	readonly classes: readonly string[];
	/** Names of a sample's elements, in order, where the model was trained on a table. */
	readonly features?: readonly string[];
	/**
	 * Which values of pixels that are not bytes, such as 12 bits of 16, are 0 and 255 in a sample, by their type: where the
	 * model was trained on such. `{ uint16: [0, 4095] }`.
	 */
	readonly pixelRanges?: Readonly<Record<string, readonly [black: number, white: number]>>;
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

/** How a model's output is read. */
export interface ReadOptions {
	/** The name of the output that gives the classes; the only one that fits where absent. */
	readonly output?: string;
	/** What its numbers are; as the last operator or the values on some made-up samples say where absent. */
	readonly outputs?: OutputsOption;
}

/**
 * A classifier from a model with one input, float or uint8 `[batch, …]`, and an output of floats for its classes: logits,
 * or what can be read as logits, such as probabilities; see `readClassifier`. One number is the second of two classes.
 * Its metadata say its classes, and how a float input is normalised; a file that `limbeck export` wrote gives logits.
 *
 * @param where - the model's file, for messages.
 * @throws LimbeckError (`model`) for a model that is none such; (`usage`) for an output of another name.
 */
export async function openClassifier(
	model: OnnxModel,
	where: string,
	open: OpenSession,
	{ output: name, outputs = "auto" }: ReadOptions = {},
): Promise<Classifier> {
	const input = inputOf(model, where);
	const names = classNamesOf(model, where);
	const widths = names === undefined ? {} : { widths: widthsOf(names.length) };
	const read = readClassifier(model, { where, name, outputs, setting: inOptions, ...widths });
	const [output] = read.model.graph.outputs;
	if (output === undefined) throw new LimbeckError("model", { where, expected: "an output of logits", got: "none" });
	const features = featuresOf(model, where);
	const pixelRanges = pixelRangesOf(model, where);
	const feed = feeder(model, input, where);
	// Encoded by us, with all data inside: the engine reads no other file.
	const session = await open(encodeModel(read.model));
	const ask = async (sample: Sample): Promise<Float32Array> =>
		outputOf(await session.run({ [input.name]: feed(sample) }), output.name, "float").data;
	try {
		const isKnown = read.form !== undefined && names !== undefined;
		const tried = isKnown ? undefined : await answersToNoise(ask, input, where);
		const form = read.form?.form ?? (tried === undefined ? "logits" : formOfTried(tried, looksOwn(model)));
		// Classes without names go by their numbers: one number is of two classes.
		const classes = names ?? Array.from({ length: Math.max(2, tried?.width ?? 0) }, (_, index) => String(index));
		return {
			classes,
			...(features === undefined ? {} : { features }),
			...(pixelRanges === undefined ? {} : { pixelRanges }),
			sampleShape: input.sampleShape,
			async predict(sample) {
				const data = await ask(sample);
				const width = data.length;
				return predictionOf(logitsOfRows({ data, width }, formAt(width, form)), classes, where);
			},
			release: () => session.release(),
		};
	} catch (error) {
		await session.release();
		throw error;
	}
}

/** Made-up samples by which the form of a foreign model's numbers is found out. */
const tries = 8;

/** A foreign model's answers to samples of noise, darker and brighter. */
async function answersToNoise(
	ask: (sample: Sample) => Promise<Float32Array>,
	{ type, sampleShape }: Input,
	where: string,
): Promise<Answers> {
	const answers: number[] = [];
	let width = 0;
	for (let k = 0; k < tries; k++) {
		const noise = randomStream(1, "predict/form").words(k, new Uint32Array(elementCount(sampleShape)));
		const brightness = (k + 1) / tries;
		const bytes = Uint8Array.from(noise, (word) => brightness * (word >>> 24));
		const answer = await ask(type === "uint8" ? bytes : Float32Array.from(bytes, (byte) => byte / 255));
		width = answer.length;
		answers.push(...answer);
	}
	return { data: Float32Array.from(answers), width, where, setting: inOptions };
}

/** What a foreign model's numbers are; what is not finite on noise is judged on samples. */
function formOfTried(tried: Answers, own: boolean): OutputForm {
	return tried.data.every(Number.isFinite) ? formOfValues(tried, own).form : "logits";
}

interface Input {
	readonly name: string;
	readonly type: "float" | "uint8";
	readonly sampleShape: readonly number[];
}

function inputOf(model: OnnxModel, where: string): Input {
	const { graph } = model;
	const inputs = fedInputs(graph);
	const [input] = inputs;
	const declared = input?.dims?.slice(1).filter((size) => typeof size === "number");
	const sampleShape = sampleShapeOf(model, where) ?? declared;
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
