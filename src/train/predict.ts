import type { SampleSet, SampleShape } from "../data/data-set.js";
import { allocate, type OpenSamples, openMemory, type SampleData } from "../data/samples.js";
import { LimbeckError } from "../errors.js";
import { fixedBatch } from "../import/batch.js";
import { widenHalf } from "../import/half.js";
import { sampleDims, sampleInput } from "../models/input.js";
import { encodeModel } from "../onnx/encode.js";
import type { OnnxModel } from "../onnx/model.js";
import { elementCount, type Tensor } from "../onnx/tensor.js";
import type { RunOptions, Runtime, Session } from "../runtime/runtime.js";
import { createPreparers, type Preparer } from "./preparer.js";
import { type Preprocessing, preprocessedShape } from "./preprocess.js";
import { offsetsOf } from "./stored-preprocessing.js";

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

/** A predictor of one model, whose answers need not be held all at once. */
export interface BatchPredictor extends Predictor {
	/** Reads and classifies the samples batch after batch: logits, `[any, classes]` each. */
	batches(set: SampleSet): AsyncIterable<Float32Array>;
}

/** What a predictor must know of the data. */
export interface PredictorOptions {
	readonly sampleShape: SampleShape;
	/** How samples become its input. */
	readonly normalization: Preprocessing;
	/** Number of classes that the output must have; any where absent. */
	readonly classes?: number;
	/** Where the model came from, for messages. */
	readonly where: string;
	/** Samples per call; 500 where absent. */
	readonly batch?: number;
	readonly threads?: number;
	/** Opens the samples; those in memory only, where absent. */
	readonly openSamples?: OpenSamples;
}

/**
 * Loads a classifier of one input, `[batch, …]` with as many elements a sample as the data has, and one float
 * output `[batch, classes]`. Samples are fed as its preprocessing says; a model whose input is uint8 normalises them itself, and
 * is given bytes as they are stored. A model that was exported for one batch size is asked in batches of that size.
 *
 * @throws LimbeckError (`model`) where the model has other inputs or outputs.
 */
export async function createPredictor(
	runtime: Runtime,
	model: OnnxModel,
	options: PredictorOptions,
): Promise<BatchPredictor> {
	const { sampleShape, threads, openSamples = openMemory } = options;
	const float = takesHalf(model) ? widenHalf(model) : model;
	const signature = signatureOf(float, options);
	const session = await runtime.createSession(encodeModel(float), threads === undefined ? {} : { threads });
	const preparers = createPreparers(runtime, options);
	const ask = asking(session, signature, options);
	const batch = signature.fixedBatch ?? options.batch ?? 500;
	const batches = async function* (set: SampleSet, room?: Room): AsyncIterable<Float32Array> {
		const reader = openSamples(set, sampleShape);
		const preparer = preparers.of(offsetsOf(set.samples));
		try {
			for (let start = 0; start < set.count; start += batch) {
				const indices = Uint32Array.from({ length: Math.min(batch, set.count - start) }, (_, i) => start + i);
				const samples = allocate(set.samples, indices.length * elementCount(sampleShape));
				reader.read(indices, samples);
				yield await ask(samples, indices.length, preparer, room?.(start, indices.length));
			}
		} finally {
			reader.close();
		}
	};
	return {
		batches: (set) => batches(set),
		async logits(set) {
			let all = new Float32Array();
			let done = 0;
			// The first batch tells how wide answers are: the others are written where they belong.
			const room: Room = (start, count) => {
				const width = all.length / set.count;
				return start === 0 || !runtime.writesInPlace ? undefined : all.subarray(start * width, (start + count) * width);
			};
			for await (const block of batches(set, room)) {
				if (done === 0) all = new Float32Array(set.count * (block.length / Math.min(batch, set.count)));
				if (block.buffer !== all.buffer) all.set(block, done);
				done += block.length;
			}
			return all;
		},
		async release() {
			await preparers.release();
			await session.release();
		},
	};
}

/** Where the answers about the samples `start` … `start + count − 1` are to be; in new memory where that is not known. */
type Room = (start: number, count: number) => Float32Array | undefined;

/** Answers about a batch of samples, `[count, classes]`: in `room` where it is given and the engine can write there. */
type Ask = (samples: SampleData, count: number, preparer: Preparer, room?: Float32Array) => Promise<Float32Array>;

function asking(session: Session, signature: Signature, options: PredictorOptions): Ask {
	const { inputName, inputType, inputShape, outputName, fixedBatch: fixed } = signature;
	const inputOf = async (samples: SampleData, count: number, preparer: Preparer): Promise<Tensor> => {
		const dims = [fixed ?? count, ...inputShape];
		const length = elementCount(dims);
		if (inputType === "float") {
			return { type: inputType, dims, data: filledUp(await preparer.prepare(samples, count), length) };
		}
		if (samples instanceof Uint8Array) return { type: inputType, dims, data: filledUp(samples, length) };
		throw new LimbeckError("model", { where: options.where, expected: "an input of floats", got: "one of bytes" });
	};
	// What follows the batch in the output's dimensions, once an answer has told.
	let answered: readonly number[] | undefined;
	const intoOf = (count: number, room: Float32Array | undefined): RunOptions => {
		if (room === undefined || answered === undefined || count !== (fixed ?? count)) return {};
		return { into: { [outputName]: { type: "float", dims: [count, ...answered], data: room } } };
	};
	return async (samples, count, preparer, room) => {
		const input = { [inputName]: await inputOf(samples, count, preparer) };
		const output = (await session.run(input, intoOf(count, room)))[outputName];
		const { data: answer, width } = answerOf(output, options);
		answered = output?.dims.slice(1);
		return answer.subarray(0, count * width);
	};
}

/** Whether a model takes or gives float16: it is run in float. */
function takesHalf({ graph }: OnnxModel): boolean {
	return [...graph.inputs, ...graph.outputs].some(({ type }) => type === "float16");
}

/** The values and zeros after them, `length` in all: a model of a fixed batch wants it whole. */
function filledUp<T extends Float32Array | Uint8Array>(values: T, length: number): T {
	if (values.length === length) return values;
	// The same kind of array, longer.
	const whole = (values instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length)) as T;
	whole.set(values);
	return whole;
}

function answerOf(
	output: Tensor | undefined,
	{ classes, where }: PredictorOptions,
): { readonly data: Float32Array; readonly width: number } {
	// [batch], and dimensions of 1 behind the classes, are rows of numbers too.
	const [, ...dims] = output?.dims ?? [];
	const long = dims.filter((dim) => dim !== 1);
	const width = long[0] ?? 1;
	const wide = long.length < 2 && output?.dims.length !== 0 && width === (classes ?? width);
	if (output?.type === "float" && wide) return { data: output.data, width };
	const got = output === undefined ? "none" : `${output.type}[${output.dims.join(",")}]`;
	throw new LimbeckError("model", { where, expected: `an output float[batch,${String(classes ?? "classes")}]`, got });
}

/** What a classifier is asked with. */
interface Signature {
	readonly inputName: string;
	readonly inputType: "float" | "uint8";
	readonly inputShape: readonly number[];
	readonly outputName: string;
	/** The one batch size that it takes; any where absent. */
	readonly fixedBatch: number | undefined;
}

function signatureOf(model: OnnxModel, { sampleShape, normalization, where }: PredictorOptions): Signature {
	const input = sampleInput(model, where);
	const { name, type } = input;
	const [output] = model.graph.outputs;
	if ((type !== "float" && type !== "uint8") || output === undefined) {
		const got = output === undefined ? "no output" : `the input ${JSON.stringify(name)} of type ${type}`;
		throw new LimbeckError("model", { where, expected: "a float or uint8 input, and an output", got });
	}
	return {
		inputName: name,
		inputType: type,
		inputShape: sampleDims(input, preprocessedShape(sampleShape, normalization), where),
		outputName: output.name,
		fixedBatch: fixedBatch({ inputs: [input] }),
	};
}
