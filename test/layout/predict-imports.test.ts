import { readFile, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const dist = join(import.meta.dirname, "../../dist");

/** What `limbeck/predict` loads: files of ours below dist/, and packages. */
async function loadedBy(entry: string): Promise<{ readonly files: readonly string[]; readonly packages: Set<string> }> {
	const packages = new Set<string>();
	const seen = new Set<string>();
	const visit = async (file: string): Promise<void> => {
		if (seen.has(file)) return;
		seen.add(file);
		const text = await readFile(file, "utf8");
		const specifiers = text.matchAll(/(?:from\s+|import\s*\(?\s*)"([\w@./:-]+)"/g);
		for (const [, specifier = ""] of specifiers) {
			if (specifier.startsWith(".")) await visit(join(dirname(file), specifier));
			else packages.add(specifier);
		}
	};
	await visit(join(dist, entry));
	return { files: [...seen].map((file) => relative(dist, file)).toSorted(), packages };
}

test("limbeck/predict loads no code that trains, and little else", async () => {
	const { files, packages } = await loadedBy("predict/index.js");
	const folders = [...new Set(files.map((file) => file.split("/")[0] ?? ""))].toSorted();
	expect(folders).toEqual([
		...["errors.js", "files.js", "graph", "json.js", "metrics", "onnx", "predict", "random.js", "runtime", "tasks"],
	]);
	expect(files.filter((file) => file.startsWith("tasks"))).toEqual(["tasks/names.js"]);
	expect([...packages].filter((name) => !name.startsWith("node:")).toSorted()).toEqual([
		"@bufbuild/protobuf/wire",
		"koffi",
		"onnxruntime-node",
	]);
	const sizes = await Promise.all(files.map(async (file) => (await stat(join(dist, file))).size));
	// Measured: see docs/architecture.md. Without comments and spaces it is about a third.
	expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(220_000);
});

test("limbeck/predict/web loads the same, but files of Node's", async () => {
	const { files, packages } = await loadedBy("predict/web.js");
	const folders = [...new Set(files.map((file) => file.split("/")[0] ?? ""))].toSorted();
	expect(folders).toEqual([
		"errors.js",
		"graph",
		"json.js",
		"metrics",
		"onnx",
		"predict",
		"random.js",
		"runtime",
		"tasks",
	]);
	expect([...packages].toSorted()).toEqual(["@bufbuild/protobuf/wire", "onnxruntime-web/wasm"]);
});
