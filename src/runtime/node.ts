import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Target } from "../ops/operator.js";
import { blockProbe, targetOf } from "./block-probe.js";
import { createSession, loadOrt, type Ort } from "./node-session.js";
import type { Runtime } from "./runtime.js";

/**
 * onnxruntime-node as Limbeck's engine.
 *
 * `run` blocks the event loop until the native call returns, and a native crash ends the process: call it in a child
 * process where either would hurt.
 *
 * @throws LimbeckError (`environment`) where the native module cannot be loaded.
 */
export async function nodeRuntime(): Promise<Runtime> {
	const ort = await loadOrt();
	return {
		name: "onnxruntime-node",
		version: ort.env.versions.node ?? (await installedVersion()),
		target: await probeTarget(ort),
		createSession: (model, options) => createSession(ort, model, options),
	};
}

/** Asks a tiny graph how many channels a block of this processor's layout has. */
async function probeTarget(ort: Ort): Promise<Target> {
	const { model, input } = blockProbe();
	try {
		const probe = await createSession(ort, model, { threads: 1 });
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
