/** Sessions of ONNX Runtime, whichever build of it: what onnxruntime-node and onnxruntime-web have in common. */
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-common";
import { LimbeckError } from "../errors.js";
import { type DataType, dataTypes, type Tensor } from "../onnx/tensor.js";
import type { Session } from "./runtime.js";

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
	return {
		async run(feeds) {
			const wrapped = Object.fromEntries(
				Object.entries(feeds).map(([name, { type, data, dims }]) => [
					name,
					// The table pairs each type with the array that onnxruntime wants for it.
					new ort.Tensor((ortNames[type] ?? type) as "float32", data as Float32Array, dims),
				]),
			);
			const outputs = await guarded("running a graph", () => native.run(wrapped));
			return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, fromOrt(name, tensor)]));
		},
		release: () => native.release(),
	};
}

function fromOrt(name: string, { type, dims, data }: OrtTensor): Tensor {
	const ours = ourNames[type] ?? type;
	if (Object.hasOwn(dataTypes, ours))
		return { type: ours, dims, data: ours === "float16" ? bitsOf(data) : data } as Tensor;
	throw new LimbeckError("model", { where: `output ${name}`, expected: "numbers", got: type });
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
