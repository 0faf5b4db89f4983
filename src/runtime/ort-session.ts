/** Sessions of ONNX Runtime, whichever build of it: what onnxruntime-node and onnxruntime-web have in common. */
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-common";
import { LimbeckError, throwIfStopped } from "../errors.js";
import { type DataType, dataTypes, type Tensor } from "../onnx/tensor.js";
import type { DeviceTensor, Session } from "./runtime.js";

/** What is used of a build's module. */
export type OrtModule = Pick<typeof import("onnxruntime-common"), "InferenceSession" | "Tensor">;

/** onnxruntime's names for element types, where they differ from ours. */
const ortNames: Partial<Record<DataType, OrtTensor.Type>> = { float: "float32", double: "float64" };
const ourNames: Readonly<Record<string, DataType | undefined>> = { float32: "float", float64: "double" };

/** @throws LimbeckError (`model`) where ONNX Runtime refuses the model. */
export async function openSession(
	ort: OrtModule,
	model: Uint8Array,
	options: InferenceSession.SessionOptions,
): Promise<Session> {
	const native = await guarded("loading a graph", () => ort.InferenceSession.create(model, options));
	const inputs = new Set(native.inputNames);
	let released: Promise<void> | undefined;
	return {
		async run(feeds, { into = {}, stop } = {}) {
			throwIfStopped(stop, "running a graph");
			const wrapped = Object.fromEntries(
				Object.entries(feeds)
					.filter(([name]) => inputs.has(name))
					.map(([name, fed]) => {
						const { type, data, dims } = ownTensor(fed);
						// The table pairs each type with the array that onnxruntime wants for it.
						return [name, new ort.Tensor((ortNames[type] ?? type) as "float32", data as Float32Array, dims)];
					}),
			);
			const outputs = await guarded("running a graph", () => native.run(wrapped));
			return Object.fromEntries(
				Object.entries(outputs).map(([name, tensor]) => {
					const output = fromOrt(name, tensor);
					const target = into[name];
					return [name, target === undefined ? output : filled(ownTensor(target), name, output)];
				}),
			);
		},
		release: () => (released ??= native.release()),
	};
}

/** A tensor of JavaScript's: these sessions have no device whose memory could hold others. */
function ownTensor(tensor: Tensor | DeviceTensor): Tensor {
	if ("data" in tensor) return tensor;
	throw new TypeError(`session: expected a tensor in memory, got one on ${tensor.device}`);
}

function fromOrt(name: string, { type, dims, data }: OrtTensor): Tensor {
	const ours = ourNames[type] ?? type;
	if (Object.hasOwn(dataTypes, ours))
		return { type: ours, dims, data: ours === "float16" ? bitsOf(data) : data } as Tensor;
	throw new LimbeckError("model", { where: `output ${name}`, expected: "numbers", got: type });
}

/** A caller's tensor with an output's elements. */
function filled(target: Tensor, name: string, output: Tensor): Tensor {
	const [expected, got] = [target, output].map(({ type, dims }) => `${type}[${dims.join(",")}]`);
	if (expected === undefined || got !== expected) {
		throw new LimbeckError("model", { where: `output ${name}`, expected: String(expected), got: String(got) });
	}
	// Arrays of the same type.
	(target.data as Float32Array).set(output.data as Float32Array);
	return target;
}

/** Half-precision numbers as their bits: onnxruntime gives a Float16Array where JavaScript has one. */
function bitsOf(data: OrtTensor["data"]): OrtTensor["data"] {
	return ArrayBuffer.isView(data) ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
}

async function guarded<T>(where: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (cause) {
		const got = cause instanceof Error ? cause.message : String(cause);
		throw new LimbeckError("model", { where, expected: "a graph that ONNX Runtime runs", got, cause });
	}
}
