/** ONNX Runtime's C API, watched: what is made with it and not yet released. */
import type { OrtApi } from "../../src/runtime/native/api.js";
import type { Engine } from "../../src/runtime/native/engine.js";

/** Made by calls that give an address of what must be released. */
const makers = new Set<string>([
	"CreateAllocator",
	"CreateSessionOptions",
	"CreateSessionFromArray",
	"CreateRunOptions",
	"CreateTensorAsOrtValue",
	"CreateTensorWithDataAsOrtValue",
	"GetTensorTypeAndShape",
	"SessionGetInputName",
	"SessionGetOutputName",
	"GetErrorMessage",
] satisfies (keyof OrtApi)[]);

/** An engine that lists what is made and not yet released, by address. */
export function counted(engine: Engine): { readonly engine: Engine; readonly open: Map<bigint, string> } {
	const open = new Map<bigint, string>();
	const watched = Object.entries(engine.api).map(([name, entry]) => {
		// Each takes what it takes.
		const call = entry as (...given: readonly unknown[]) => unknown;
		return [
			name,
			(...given: readonly unknown[]) => {
				// A place is the last argument; values of a run are among its last ones.
				const last = given.at(-1);
				const before = last instanceof BigUint64Array ? [...last] : [];
				if (name.startsWith("Release") || name === "AllocatorFree") open.delete(last as bigint);
				const result = call(...given);
				if (!(last instanceof BigUint64Array)) return result;
				if (makers.has(name)) open.set(last[0] ?? 0n, name);
				if (name === "Run") {
					for (const [index, value] of last.entries()) if (before[index] === 0n) open.set(value, "an output");
				}
				return result;
			},
		];
	});
	// The same entries, watched.
	return { engine: { ...engine, api: Object.fromEntries(watched) as OrtApi }, open };
}
