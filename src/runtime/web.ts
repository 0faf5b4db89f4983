import type { Runtime } from "./runtime.js";
import { createWebSession, loadWebOrt, type WebRuntimeOptions } from "./web-session.js";

/**
 * onnxruntime-web as Limbeck's engine, in WebAssembly: the same graphs as on Node, without channel blocks, which its
 * kernels do not have.
 *
 * `run` blocks its thread until it is done: train in a worker.
 *
 * @throws LimbeckError (`environment`) where onnxruntime-web is not there.
 */
export async function webRuntime(options: WebRuntimeOptions = {}): Promise<Runtime> {
	const ort = await loadWebOrt(options);
	return {
		name: "onnxruntime-web",
		version: ort.env.versions.web ?? ort.env.versions.common,
		target: {},
		createSession: (model, settings) => createWebSession(ort, model, settings),
	};
}
