import { deviceError } from "./devices.js";
import type { Runtime } from "./runtime.js";
import { createWebSession, loadWebOrt, type WebRuntimeOptions } from "./web-session.js";

/** A page has the device that its module was made for. */
const refusal = "onnxruntime-web, which computes with what `webRuntime` is given";

/**
 * onnxruntime-web as Limbeck's engine, in WebAssembly or, where `options.webgpu` is given, with WebGPU: the same graphs
 * as on Node, without channel blocks, which its kernels do not have.
 *
 * In WebAssembly `run` blocks its thread until it is done: train in a worker. What has no kernel for WebGPU (in 1.30 `Loop`,
 * `LogSoftmax`, `OneHot` and arithmetic of integers) runs in WebAssembly, and its inputs and outputs are copied in each step.
 *
 * @throws LimbeckError (`environment`) where onnxruntime-web, or an adapter for WebGPU, is not there.
 */
export async function webRuntime(options: WebRuntimeOptions = {}): Promise<Runtime> {
	const engine = await loadWebOrt(options);
	const { ort, provider } = engine;
	return {
		name: provider === "webgpu" ? "onnxruntime-web with WebGPU" : "onnxruntime-web",
		version: ort.env.versions.web ?? ort.env.versions.common,
		writesInPlace: false,
		target: {},
		deviceRefusal: () => Promise.resolve(refusal),
		createSession: (model, settings) =>
			settings?.device === undefined
				? createWebSession(engine, model, settings)
				: Promise.reject(deviceError(settings.device, refusal)),
	};
}
