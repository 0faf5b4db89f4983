import { LimbeckError } from "../errors.js";
import { encodeModel } from "../onnx/encode.js";
import type { OnnxModel } from "../onnx/model.js";
import { elementCount } from "../onnx/tensor.js";
import type { Runtime, Session } from "../runtime/runtime.js";
import type { Normalization } from "./training-graph.js";

/** A classifier ready to answer. */
export interface Predictor {
	/**
	 * @param images - uint8 `[count, channels, height, width]`.
	 * @returns logits `[count, classes]`.
	 */
	logits(images: Uint8Array): Promise<Float32Array>;
	/** Frees the native memory. */
	release(): Promise<void>;
}

/** What a predictor must know of the data. */
export interface PredictorOptions {
	readonly imageShape: readonly [number, number, number];
	readonly normalization: Normalization;
	/** Number of classes that the output must have. */
	readonly classes: number;
	/** Where the model came from, for messages. */
	readonly where: string;
	/** Samples per call; 500 where absent. */
	readonly batch?: number;
	readonly threads?: number;
}

/**
 * Loads a classifier of one float input, `[batch, …]` with as many elements a sample as an image has, and one float
 * output `[batch, classes]`. Images are fed as (pixel / 255 − mean) / std.
 *
 * @throws LimbeckError (`model`) where the model has other inputs or outputs.
 */
export async function createPredictor(
	runtime: Runtime,
	model: OnnxModel,
	options: PredictorOptions,
): Promise<Predictor> {
	const { imageShape, normalization, batch = 500, threads } = options;
	const { inputName, sampleDims, outputName } = signatureOf(model, options);
	const session = await runtime.createSession(encodeModel(model), threads === undefined ? {} : { threads });
	const size = elementCount(imageShape);
	return {
		async logits(images) {
			const count = images.length / size;
			const parts: Float32Array[] = [];
			for (let start = 0; start < count; start += batch) {
				const pixels = images.subarray(start * size, Math.min(count, start + batch) * size);
				const input = {
					type: "float",
					dims: [pixels.length / size, ...sampleDims],
					data: scale(pixels, normalization),
				};
				parts.push(await runBatch(session, { [inputName]: input as never }, outputName, options));
			}
			return concatenate(parts);
		},
		release: () => session.release(),
	};
}

/** (pixel / 255 − mean) / std of every pixel. */
function scale(pixels: Uint8Array, { mean, std }: Normalization): Float32Array {
	const table = Float32Array.from({ length: 256 }, (_, pixel) => (pixel / 255 - mean) / std);
	const out = new Float32Array(pixels.length);
	for (let i = 0; i < pixels.length; i++) out[i] = table[pixels[i] ?? 0] ?? 0;
	return out;
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
	{ imageShape, where }: PredictorOptions,
): { readonly inputName: string; readonly sampleDims: readonly number[]; readonly outputName: string } {
	const constants = new Set(graph.initializers.map(({ name }) => name));
	const inputs = graph.inputs.filter(({ name }) => !constants.has(name));
	const [input] = inputs;
	const [output] = graph.outputs;
	if (input?.type !== "float" || inputs.length !== 1 || output === undefined) {
		const got = `inputs ${inputs.map(({ name, type }) => `${name} (${type})`).join(", ")}`;
		throw new LimbeckError("model", { where, expected: "one float input and an output", got });
	}
	const declared = input.dims?.slice(1) ?? imageShape;
	const sampleDims = declared.every((dim) => typeof dim === "number") ? declared : imageShape;
	if (elementCount(sampleDims) !== elementCount(imageShape)) {
		const got = `[batch,${declared.join(",")}]`;
		throw new LimbeckError("model", {
			where,
			expected: `an input [batch,${imageShape.join(",")}] like the images`,
			got,
		});
	}
	return { inputName: input.name, sampleDims, outputName: output.name };
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
	const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		all.set(part, at);
		at += part.length;
	}
	return all;
}
