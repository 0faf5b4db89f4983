import { join } from "node:path";
import { defaultClientConditions, defineConfig } from "vite";

/** What isolates a page, so that WebAssembly may have threads there. */
const headers = {
	"Cross-Origin-Opener-Policy": "same-origin",
	"Cross-Origin-Embedder-Policy": "require-corp",
	"Cross-Origin-Resource-Policy": "same-origin",
};

export default defineConfig({
	root: import.meta.dirname,
	// Relative, so that the page may lie in any folder of a host.
	base: "./",
	publicDir: ".made/public",
	// ONNX Runtime's WebAssembly stays a file of its own, which its threads load too.
	resolve: { conditions: ["onnxruntime-web-use-extern-wasm", ...defaultClientConditions] },
	worker: { format: "es" },
	build: {
		target: "es2023",
		emptyOutDir: true,
		assetsInlineLimit: 0,
		rolldownOptions: {
			input: [join(import.meta.dirname, "index.html"), join(import.meta.dirname, "src/service-worker.ts")],
			output: {
				entryFileNames: ({ name }) => (name === "service-worker" ? "sw.js" : "assets/[name]-[hash].js"),
			},
		},
	},
	server: { headers },
	preview: { headers },
});
