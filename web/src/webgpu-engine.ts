/** ONNX Runtime with WebGPU, and where the build puts it. Only who wants it loads this. */

import module from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url";
import binary from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import * as webgpu from "onnxruntime-web/webgpu";
import type { WebRuntimeOptions } from "../../src/web.js";

/** What `webRuntime` wants for WebGPU. @param page - the page's address. */
export function webGpuEngine(page: string): Pick<WebRuntimeOptions, "webgpu" | "files"> {
	return { webgpu, files: { module: new URL(module, page).href, binary: new URL(binary, page).href } };
}
