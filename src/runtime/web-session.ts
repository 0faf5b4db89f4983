/** Sessions of onnxruntime-web, and no more: what runs models need not hold what builds them. */
import { LimbeckError } from "../errors.js";
import { openSession } from "./ort-session.js";
import type { Session, SessionOptions } from "./runtime.js";

/** The module of onnxruntime-web that computes in WebAssembly. */
export type WebOrt = typeof import("onnxruntime-web/wasm");

/** How onnxruntime-web is loaded. A page, or a worker, has one of it: the first to load it decides. */
export interface WebRuntimeOptions {
	/**
	 * Threads inside one operator. More than one need a page that is cross-origin isolated (headers
	 * Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy): elsewhere there is one. ONNX Runtime's own choice where
	 * absent: half the cores, 4 at most.
	 */
	readonly threads?: number;
	/**
	 * URLs of onnxruntime-web's `ort-wasm-simd-threaded.mjs` and `.wasm`. Where absent it finds them beside itself, which
	 * bundlers see to.
	 */
	readonly files?: { readonly module: string; readonly binary: string };
}

/** @throws LimbeckError (`environment`) where onnxruntime-web is not there. */
export async function loadWebOrt({ threads, files }: WebRuntimeOptions = {}): Promise<WebOrt> {
	const ort = await import("onnxruntime-web/wasm").catch((cause: unknown) => {
		throw new LimbeckError("environment", {
			where: "onnxruntime-web",
			expected: "the package",
			got: cause instanceof Error ? cause.message : String(cause),
			hint: "Run `npm install onnxruntime-web`.",
			cause,
		});
	});
	if (threads !== undefined) ort.env.wasm.numThreads = threads;
	if (files !== undefined) ort.env.wasm.wasmPaths = { mjs: files.module, wasm: files.binary };
	return ort;
}

/**
 * Threads are the runtime's here: `settings.threads` changes nothing.
 *
 * @throws LimbeckError (`model`) where ONNX Runtime refuses the model.
 */
export function createWebSession(ort: WebOrt, model: Uint8Array, settings: SessionOptions = {}): Promise<Session> {
	const { planMemory = true } = settings;
	return openSession(ort, model, {
		executionProviders: ["wasm"],
		graphOptimizationLevel: "all",
		logSeverityLevel: 3,
		enableMemPattern: planMemory,
	});
}
