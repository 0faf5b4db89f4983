/** Execution providers of ONNX Runtime: how a session is given the one of a device. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type DeviceName, deviceError, devices } from "../devices.js";
import { received } from "./api.js";
import type { Engine } from "./engine.js";

/** What the library of CUDA's provider is reached through. Where the file is absent, ONNX Runtime also logs it. */
const bridges: Partial<Record<NodeJS.Platform, string>> = {
	linux: "libonnxruntime_providers_shared.so",
	win32: "onnxruntime_providers_shared.dll",
};

/** The device whose provider has an entry of its own in the C API. */
function appendCuda({ api, library }: Engine, options: bigint): void {
	const bridge = bridges[process.platform] ?? "library of its provider";
	if (!existsSync(join(dirname(library), bridge))) throw new Error(`no ${bridge} beside ONNX Runtime's library`);
	const settings = received((place) => {
		api.CreateCUDAProviderOptions(place);
	});
	try {
		api.SessionOptionsAppendExecutionProvider_CUDA_V2(options, settings);
	} finally {
		api.ReleaseCUDAProviderOptions(settings);
	}
}

const others: Partial<Record<DeviceName, (engine: Engine, options: bigint) => void>> = { cuda: appendCuda };

/** What ONNX Runtime says, without the place in its source and the condition that it checks. */
function reasonOf(cause: unknown): string {
	const message = cause instanceof Error ? cause.message : String(cause);
	return (message.split(" was false. ").at(-1) ?? message).trim();
}

/**
 * Has a session's device compute what it has kernels for.
 *
 * @throws LimbeckError (`environment`) where it cannot be used here.
 */
export function appendDevice(engine: Engine, options: bigint, name: DeviceName): void {
	const { api } = engine;
	const append =
		others[name] ??
		(() => {
			api.SessionOptionsAppendExecutionProvider(options, devices[name].provider, null, null, 0);
		});
	try {
		append(engine, options);
		// What `elsewhere` is read from.
		api.AddSessionConfigEntry(options, "session.record_ep_graph_assignment_info", "1");
	} catch (cause) {
		throw deviceError(name, reasonOf(cause), cause);
	}
}
