/** Where the library is that onnxruntime-node ships. Only Linux's has been tried. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { LimbeckError } from "../../errors.js";

const fileNames: Partial<Record<NodeJS.Platform, string>> = {
	linux: "libonnxruntime.so.1",
	darwin: "libonnxruntime.1.dylib",
	win32: "onnxruntime.dll",
};

/** @throws LimbeckError (`environment`) where there is none for this platform. */
export function libraryPath(): string {
	const { resolve } = createRequire(import.meta.url);
	const folder = join(dirname(resolve("onnxruntime-node/package.json")), "bin/napi-v6", process.platform, process.arch);
	const path = join(folder, fileNames[process.platform] ?? "libonnxruntime");
	if (existsSync(path)) return path;
	const expected = `a library for ${process.platform}-${process.arch}`;
	throw new LimbeckError("environment", { where: "onnxruntime-node", expected, got: `no file ${path}` });
}
