/** Sessions of onnxruntime-node, and no more: what runs models need not hold what builds them. */
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { LimbeckError } from "../errors.js";
import { type DataType, dataTypes, type Tensor } from "../onnx/tensor.js";
import type { Session, SessionOptions } from "./runtime.js";

/** The native module. */
export type Ort = typeof import("onnxruntime-node");

/** onnxruntime's names for element types, where they differ from ours. */
const ortNames: Partial<Record<DataType, OrtTensor.Type>> = { float: "float32", double: "float64" };
const ourNames: Readonly<Record<string, DataType | undefined>> = { float32: "float", float64: "double" };

/** @throws LimbeckError (`model`) where ONNX Runtime refuses the model. */
export async function createSession(ort: Ort, model: Uint8Array, settings: SessionOptions = {}): Promise<Session> {
	const { threads, planMemory = true } = settings;
	const options: InferenceSession.SessionOptions = {
		graphOptimizationLevel: "all",
		logSeverityLevel: 3,
		enableMemPattern: planMemory,
		// Moments that decay towards zero would end as denormal numbers, which are many times slower.
		extra: { session: { set_denormal_as_zero: "1" } },
		...(threads === undefined ? {} : { intraOpNumThreads: threads }),
	};
	const native = await guarded("loading a graph", () => ort.InferenceSession.create(model, options));
	return session(ort, native);
}

function session(ort: Ort, native: InferenceSession): Session {
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

/** @throws LimbeckError (`environment`) where the native module cannot be loaded. */
export async function loadOrt(): Promise<Ort> {
	// ONNX Runtime reads it as it loads: it would else report its use over the network and write a file where it runs.
	process.env["ORT_DISABLE_TELEMETRY"] ??= "1";
	try {
		const loaded: Ort & { readonly default?: Ort } = await import("onnxruntime-node");
		return loaded.default ?? loaded;
	} catch (cause) {
		throw new LimbeckError("environment", {
			where: "onnxruntime-node",
			expected: "its native module for this platform",
			got: cause instanceof Error ? cause.message : String(cause),
			hint: "Run `npx limbeck doctor`.",
			cause,
		});
	}
}
