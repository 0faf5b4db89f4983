import type { Normalization, SampleSet, SampleShape } from "../data/data-set.js";
import { allocate, type OpenSamples, openMemory } from "../data/samples.js";
import { LimbeckError } from "../errors.js";
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
 * output `[batch, classes]`. Samples are fed normalised.
 *
 * @throws LimbeckError (`model`) where the model has other inputs or outputs.
 */
export async function createPredictor(
	runtime: Runtime,
	model: OnnxModel,
	options: PredictorOptions,
): Promise<Predictor> {
	const { sampleShape, normalization, batch = 500, threads, openSamples = openMemory } = options;
	const { inputName, sampleDims, outputName } = signatureOf(model, options);
	const session = await runtime.createSession(encodeModel(model), threads === undefined ? {} : { threads });
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
					const dims = [indices.length, ...sampleDims];
					const input = { type: "float", dims, data: normalized(samples) } as const;
					out.set(await runBatch(session, { [inputName]: input }, outputName, options), start * options.classes);
				}
				return out;
			} finally {
				reader.close();
			}
		},
		release: () => session.release(),
	};
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

function signatureOf(
	{ graph }: OnnxModel,
	{ sampleShape, where }: PredictorOptions,
): { readonly inputName: string; readonly sampleDims: readonly number[]; readonly outputName: string } {
	const constants = new Set(graph.initializers.map(({ name }) => name));
	const inputs = graph.inputs.filter(({ name }) => !constants.has(name));
	const [input] = inputs;
	const [output] = graph.outputs;
	if (input?.type !== "float" || inputs.length !== 1 || output === undefined) {
		const got = `inputs ${inputs.map(({ name, type }) => `${name} (${type})`).join(", ")}`;
		throw new LimbeckError("model", { where, expected: "one float input and an output", got });
	}
	const declared = input.dims?.slice(1) ?? sampleShape;
	const sampleDims = declared.every((dim) => typeof dim === "number") ? declared : sampleShape;
	if (elementCount(sampleDims) !== elementCount(sampleShape)) {
		const got = `[batch,${declared.join(",")}]`;
		throw new LimbeckError("model", {
			where,
			expected: `an input [batch,${sampleShape.join(",")}] like the samples`,
			got,
		});
	}
	return { inputName: input.name, sampleDims, outputName: output.name };
}
