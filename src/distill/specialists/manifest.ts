/** What says which files a generalist and its specialists lie in, and how they become one classifier. */
import { basename, join } from "node:path";
import { z } from "zod";
import { LimbeckError } from "../../errors.js";
import { readText } from "../../files.js";
import { parsedJson, parseOptions } from "../../options.js";
import { combinationOptions } from "./combination-options.js";

/** A file beside the manifest: no path, so that a manifest from anywhere reaches nothing else. */
const file = z.string().refine((name) => basename(name) === name && name.endsWith(".onnx"), {
	message: "The name of an .onnx file in the same folder",
});

const shape = z.strictObject({
	schema: z.literal(1),
	classes: z.array(z.string()).min(3).describe("the names of all classes"),
	sampleShape: z.array(z.int().min(1)).min(1).max(8),
	combination: combinationOptions,
	generalist: file,
	specialists: z
		.array(z.strictObject({ file, classes: z.array(z.int().min(0)).min(1).describe("its classes, by their places") }))
		.min(1),
});

/** A generalist and its specialists as separate files in one folder. */
export type Manifest = z.infer<typeof shape>;

/** The manifest's file. */
export const manifestFile = "specialists.json";

/** A manifest as it is written. */
export function manifestText(manifest: Manifest): string {
	return `${JSON.stringify(manifest, undefined, "\t")}\n`;
}

/**
 * Reads the manifest in a folder.
 *
 * @throws LimbeckError (`file`, `usage`) for one that is not there, or is none of ours.
 */
export async function readManifest(folder: string): Promise<Manifest> {
	const path = join(folder, manifestFile);
	const text = await readText(path);
	const manifest = parseOptions(shape, parsedJson(text), path);
	const count = manifest.classes.length;
	const wrong = manifest.specialists.find(
		({ classes }) => new Set(classes.filter((c) => c < count)).size < classes.length,
	);
	if (wrong === undefined) return manifest;
	throw new LimbeckError("usage", {
		where: `${path}: ${wrong.file}`,
		expected: `classes below ${String(count)}, each once`,
		got: wrong.classes.join(", "),
	});
}
