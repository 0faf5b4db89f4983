/** Sessions of onnxruntime-web, and no more: what runs models need not hold what builds them. */
import { LimbeckError } from "../errors.js";
import { missingModule } from "./missing-module.js";
import { openSession } from "./ort-session.js";
import type { Session, SessionOptions } from "./runtime.js";

/** A module of onnxruntime-web: all of them have the same type. */
export type WebOrt = typeof import("onnxruntime-web/wasm");

/** A module, and which of its execution providers computes. */
export interface WebEngine {
	readonly ort: WebOrt;
	readonly provider: "wasm" | "webgpu";
}

/** How onnxruntime-web is loaded. A page, or a worker, has one of it: the first to load it decides. */
export interface WebRuntimeOptions {
	/**
	 * Threads inside one operator. More than one need a page that is cross-origin isolated (headers
	 * Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy): elsewhere there is one. ONNX Runtime's own choice where
	 * absent: half the cores, 4 at most.
	 */
	readonly threads?: number;
	/**
	 * URLs of onnxruntime-web's `ort-wasm-simd-threaded.mjs` and `.wasm`; for WebGPU, of its
	 * `ort-wasm-simd-threaded.asyncify.mjs` and `.wasm`. Where absent it finds them beside itself, which bundlers see to.
	 */
	readonly files?: { readonly module: string; readonly binary: string };
	/**
	 * The module `onnxruntime-web/webgpu`: then WebGPU computes what it has operators for, WebAssembly the rest. Absent,
	 * WebAssembly computes all. The caller imports it, so that it is in no bundle that does without.
	 */
	readonly webgpu?: WebOrt;
}

/** Whether the browser has an adapter for WebGPU. */
export async function hasWebGpu(): Promise<boolean> {
	// Of a browser: Node's types do not have it.
	const { navigator } = globalThis as { readonly navigator?: { readonly gpu?: Gpu } };
	return ((await navigator?.gpu?.requestAdapter()) ?? null) !== null;
}

interface Gpu {
	requestAdapter(): Promise<object | null>;
}

/** @throws LimbeckError (`environment`) where onnxruntime-web, or an adapter for WebGPU, is not there. */
export async function loadWebOrt({ threads, files, webgpu }: WebRuntimeOptions = {}): Promise<WebEngine> {
	const ort = webgpu ?? (await importWasm());
	if (webgpu !== undefined && !(await hasWebGpu())) {
		const hint = "Leave `webgpu` out: WebAssembly computes everywhere.";
		throw new LimbeckError("environment", { where: "WebGPU", expected: "an adapter", got: "none", hint });
	}
	if (threads !== undefined) ort.env.wasm.numThreads = threads;
	if (files !== undefined) ort.env.wasm.wasmPaths = { mjs: files.module, wasm: files.binary };
	return { ort, provider: webgpu === undefined ? "wasm" : "webgpu" };
}

function importWasm(): Promise<WebOrt> {
	return import("onnxruntime-web/wasm").catch((cause: unknown) => {
		throw missingModule("onnxruntime-web", "the package", "Run `npm install onnxruntime-web`.", cause);
	});
}

/**
 * Threads are the runtime's here, and there are no files: `settings.threads`, `background` and `profile` change nothing.
 *
 * @throws LimbeckError (`model`) where ONNX Runtime refuses the model.
 */
export function createWebSession(
	{ ort, provider }: WebEngine,
	model: Uint8Array,
	settings: SessionOptions = {},
): Promise<Session> {
	const { planMemory = true, arena = true } = settings;
	return openSession(ort, model, {
		executionProviders: [provider],
		graphOptimizationLevel: "all",
		logSeverityLevel: 3,
		enableMemPattern: planMemory,
		enableCpuMemArena: arena,
	});
}
