/** Where the build puts ONNX Runtime: as files of their own, which its threads load. */
import module from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import binary from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";

/** The URLs. @param page - the page's address. */
export function engineFiles(page: string): { readonly module: string; readonly binary: string } {
	return { module: new URL(module, page).href, binary: new URL(binary, page).href };
}
