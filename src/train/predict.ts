import type { Normalization, SampleSet, SampleShape } from "../data/data-set.js";
import { allocate, type OpenSamples, openMemory } from "../data/samples.js";
import { LimbeckError } from "../errors.js";
import { fixedBatch } from "../import/batch.js";
import { widenHalf } from "../import/half.js";
import { sampleDims } from "../models/input.js";
import { encodeModel } from "../onnx/encode.js";
import type { OnnxModel } from "../onnx/model.js";
import { elementCount } from "../onnx/tensor.js";
import type { Runtime, Session } from "../runtime/runtime.js";
import { normalizer } from "./normalize.js";

/** A classifier ready to answer. */
export interface Predictor {
	/**
	 * Reads and classifies the samples batch after batch.
	 *
	 * @returns logits `[count, classes]`.
	 */
	logits(set: SampleSet): Promise<Float32Array>;
	/** Frees the native memory. */
	release(): Promise<void>;
}

/** What a predictor must know of the data. */
export interface PredictorOptions {
	readonly sampleShape: SampleShape;
	readonly normalization: Normalization;
	/** Number of classes that the output must have. */
	readonly classes: number;
	/** Where the model came from, for messages. */
	readonly where: string;
	/** Samples per call; 500 where absent. */
	readonly batch?: number;
	readonly threads?: number;
	/** Opens the samples; those in memory only, where absent. */
	readonly openSamples?: OpenSamples;
}

/**
 * Loads a classifier of one float input, `[batch, …]` with as many elements a sample as the data has, and one float
 * output `[batch, classes]`. Samples are fed normalised. A model that was exported for one batch size is asked in
 * batches of that size.
 *
 * @throws LimbeckError (`model`) where the model has other inputs or outputs.
 */
export async function createPredictor(
	runtime: Runtime,
	model: OnnxModel,
	options: PredictorOptions,
): Promise<Predictor> {
	const { sampleShape, normalization, threads, openSamples = openMemory } = options;
	const float = takesHalf(model) ? widenHalf(model) : model;
	const { inputName, inputShape, outputName, fixedBatch: fixed } = signatureOf(float, options);
	const batch = fixed ?? options.batch ?? 500;
	const session = await runtime.createSession(encodeModel(float), threads === undefined ? {} : { threads });
	const normalized = normalizer(normalization, sampleShape);
	return {
		async logits(set) {
			const out = new Float32Array(set.count * options.classes);
			const reader = openSamples(set, sampleShape);
			try {
				for (let start = 0; start < set.count; start += batch) {
					const indices = Uint32Array.from({ length: Math.min(batch, set.count - start) }, (_, i) => start + i);
					const samples = allocate(set.samples, indices.length * elementCount(sampleShape));
					reader.read(indices, samples);
					const dims = [fixed ?? indices.length, ...inputShape];
					const input = { type: "float", dims, data: filledUp(normalized(samples), elementCount(dims)) } as const;
					const logits = await runBatch(session, { [inputName]: input }, outputName, options);
					out.set(logits.subarray(0, indices.length * options.classes), start * options.classes);
				}
				return out;
			} finally {
				reader.close();
			}
		},
		release: () => session.release(),
	};
}

/** Whether a model takes or gives float16: it is run in float. */
function takesHalf({ graph }: OnnxModel): boolean {
	return [...graph.inputs, ...graph.outputs].some(({ type }) => type === "float16");
}

/** The values and zeros after them, `length` in all: a model of a fixed batch wants it whole. */
function filledUp(values: Float32Array, length: number): Float32Array {
	if (values.length === length) return values;
	const whole = new Float32Array(length);
	whole.set(values);
	return whole;
}

async function runBatch(
	session: Session,
	inputs: Parameters<Session["run"]>[0],
	outputName: string,
	{ classes, where }: PredictorOptions,
): Promise<Float32Array> {
	const output = (await session.run(inputs))[outputName];
	if (output?.type === "float" && output.dims.at(-1) === classes) return output.data;
	const got = output === undefined ? "none" : `${output.type}[${output.dims.join(",")}]`;
	throw new LimbeckError("model", { where, expected: `an output float[batch,${String(classes)}]`, got });
}

/** What a classifier is asked with. */
interface Signature {
	readonly inputName: string;
	readonly inputShape: readonly number[];
	readonly outputName: string;
	/** The one batch size that it takes; any where absent. */
	readonly fixedBatch: number | undefined;
}

function signatureOf({ graph }: OnnxModel, { sampleShape, where }: PredictorOptions): Signature {
	const constants = new Set(graph.initializers.map(({ name }) => name));
	const inputs = graph.inputs.filter(({ name }) => !constants.has(name));
	const [input] = inputs;
	const [output] = graph.outputs;
	if (input?.type !== "float" || inputs.length !== 1 || output === undefined) {
		const got = `inputs ${inputs.map(({ name, type }) => `${name} (${type})`).join(", ")}`;
		throw new LimbeckError("model", { where, expected: "one float input and an output", got });
	}
	return {
		inputName: input.name,
		inputShape: sampleDims(input, sampleShape, where),
		outputName: output.name,
		fixedBatch: fixedBatch({ inputs }),
	};
}
