import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { LimbeckError } from "../errors.js";
import type { Target } from "../ops/operator.js";
import { blockProbe, targetOf } from "./block-probe.js";
import { type DeviceName, deviceError } from "./devices.js";
import { openEngine } from "./native/engine.js";
import { sessionMaker } from "./native/session-maker.js";
import { createSession, loadOrt } from "./node-session.js";
import { productOf } from "./product-probe.js";
import type { Runtime } from "./runtime.js";

/** ONNX Runtime has one environment in a process, and so have we. */
let loaded: Promise<Runtime> | undefined;

/**
 * The library of onnxruntime-node as Limbeck's engine: through its C API, which copies nothing, and otherwise through
 * onnxruntime-node's own binding.
 *
 * A native crash ends the process: call it in a child process where that would hurt.
 *
 * @throws LimbeckError (`environment`) where neither can be loaded.
 */
export function nodeRuntime(): Promise<Runtime> {
	loaded ??= nativeRuntime().catch((error: unknown) =>
		bindingRuntime(error instanceof Error ? error.message : String(error)),
	);
	return loaded;
}

/**
 * The C API of the library that onnxruntime-node ships.
 *
 * @throws LimbeckError (`environment`) that says why it cannot be used.
 */
export async function nativeRuntime(): Promise<Runtime> {
	const engine = await openEngine();
	const create = await sessionMaker(engine);
	return {
		name: `the C API of onnxruntime-node's library (koffi ${engine.koffi.version})`,
		version: engine.version,
		writesInPlace: true,
		target: await probeTarget(create),
		deviceRefusal: (name) => deviceRefusal(create, name),
		createSession: create,
	};
}

/**
 * onnxruntime-node's own binding: inputs and outputs are copied, and runs block the event loop.
 *
 * @param fallback - why it is used.
 * @throws LimbeckError (`environment`) where the native module cannot be loaded.
 */
export async function bindingRuntime(fallback?: string): Promise<Runtime> {
	const ort = await loadOrt();
	const refusal = `onnxruntime-node's own binding, which Limbeck uses no device through${fallback === undefined ? "" : ` (${fallback})`}`;
	const create: Runtime["createSession"] = (model, options) =>
		options?.device === undefined
			? createSession(ort, model, options)
			: Promise.reject(deviceError(options.device, refusal));
	return {
		name: "onnxruntime-node's own binding",
		version: ort.env.versions.node ?? (await installedVersion()),
		...(fallback === undefined ? {} : { fallback }),
		writesInPlace: false,
		target: await probeTarget(create),
		deviceRefusal: () => Promise.resolve(refusal),
		createSession: create,
	};
}

/** Why a device cannot multiply two numbers. */
async function deviceRefusal(create: Runtime["createSession"], device: DeviceName): Promise<string | undefined> {
	try {
		const [product] = await productOf(create, 3, 5, { device });
		return product === 15 ? undefined : `3 × 5 = ${String(product)}`;
	} catch (error) {
		return error instanceof LimbeckError ? error.got : String(error);
	}
}

/** Asks a tiny graph how many channels a block of this processor's layout has. */
async function probeTarget(create: Runtime["createSession"]): Promise<Target> {
	const { model, input } = blockProbe();
	try {
		const probe = await create(model, { threads: 1 });
		const outputs = await probe.run(input);
		await probe.release();
		return targetOf(outputs);
	} catch {
		// A processor without that layout has no such kernels.
		return {};
	}
}

/** The version of the ONNX Runtime that is installed, without loading it. */
export async function installedVersion(): Promise<string> {
	const file = createRequire(import.meta.url).resolve("onnxruntime-node/package.json");
	// A published package.json always has a version.
	return (JSON.parse(await readFile(file, "utf8")) as { version: string }).version;
}
