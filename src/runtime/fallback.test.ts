import koffi from "koffi";
import { expect, it } from "vitest";
import { libraryPath } from "./native/library.js";
import { nativeRuntime, nodeRuntime } from "./node.js";

it("takes onnxruntime-node's binding, and says why, where the C API cannot be used", async () => {
	// koffi's stack can no longer be set once something else has loaded a library with it: it is too small then.
	koffi.load(libraryPath());
	const reason = "koffi: expected a stack of 8 MiB, got the 2 MiB of its first use";
	await expect(nativeRuntime()).rejects.toThrow(reason);
	const { name, version, fallback } = await nodeRuntime();
	expect(name).toBe("onnxruntime-node's own binding");
	expect(version).toMatch(/^\d+\.\d+\.\d+$/);
	expect(fallback).toContain(reason);
});
