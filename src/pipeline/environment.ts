import { readFile } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import type { Environment } from "../distill/network-report.js";
import { installedVersion } from "../runtime/node.js";

/**
 * This machine and these versions.
 *
 * @param devices - what trained, besides the processor.
 */
export async function describeEnvironment(threads: number, devices: readonly string[] = []): Promise<Environment> {
	return {
		limbeck: await packageVersion(),
		node: process.version,
		onnxruntime: await installedVersion(),
		cpu: `${cpus()[0]?.model.trim() ?? "unknown"} (${String(availableParallelism())} cores)`,
		threads,
		...(devices.length === 0 ? {} : { devices }),
		platform: `${process.platform}-${process.arch}`,
	};
}

/** Limbeck's own version. */
export async function packageVersion(): Promise<string> {
	const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
	// Our own package.json.
	return (JSON.parse(text) as { readonly version: string }).version;
}
