/** Sessions of onnxruntime-node, and no more: what runs models need not hold what builds them. */
import { missingModule } from "./missing-module.js";
import { openSession } from "./ort-session.js";
import type { Session, SessionOptions } from "./runtime.js";
import { disableTelemetry } from "./telemetry.js";

/** The native module. */
export type Ort = typeof import("onnxruntime-node");

/** @throws LimbeckError (`model`) where ONNX Runtime refuses the model. */
export function createSession(ort: Ort, model: Uint8Array, settings: SessionOptions = {}): Promise<Session> {
	const { threads, planMemory = true, arena = true, profile } = settings;
	return openSession(ort, model, {
		graphOptimizationLevel: "all",
		logSeverityLevel: 3,
		enableMemPattern: planMemory,
		enableCpuMemArena: arena,
		...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
		// Moments that decay towards zero would end as denormal numbers, which are many times slower.
		extra: { session: { set_denormal_as_zero: "1" } },
		...(threads === undefined ? {} : { intraOpNumThreads: threads }),
	});
}

/** @throws LimbeckError (`environment`) where the native module cannot be loaded. */
export async function loadOrt(): Promise<Ort> {
	disableTelemetry();
	try {
		const loaded: Ort & { readonly default?: Ort } = await import("onnxruntime-node");
		return loaded.default ?? loaded;
	} catch (cause) {
		const expected = "its native module for this platform";
		throw missingModule("onnxruntime-node", expected, "Run `npx limbeck doctor`.", cause);
	}
}
