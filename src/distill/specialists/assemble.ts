/** The step that makes one classifier of a generalist and its specialists. */
import { writeFileAtomic } from "../../files.js";
import { importModel } from "../../import/index.js";
import { readModelFile, writeModelFile } from "../../onnx/file.js";
import { combinedModel } from "../../specialists/combination-graph.js";
import { readClusters } from "./clusters.js";
import type { CombinationOptions } from "./combination-options.js";
import { type Manifest, manifestText } from "./manifest.js";

/** What becomes one, as plain data. */
export interface AssembleStep {
	/** The generalist's file. */
	readonly generalist: string;
	/** The specialists' files, in their order. */
	readonly specialists: readonly string[];
	/** The file with their classes. */
	readonly clusters: string;
	readonly combination: CombinationOptions;
	readonly sampleShape: readonly number[];
	/** What the manifest calls the files: they are left beside it under these names. */
	readonly names: Pick<Manifest, "generalist"> & { readonly specialists: readonly string[] };
	/** Where the combined model goes. */
	readonly output: string;
	/** Where the manifest goes. */
	readonly manifest: string;
}

/** Writes generalist, specialists, selection and combination as one model, and the manifest of the separate files. */
export async function assemble(step: AssembleStep): Promise<void> {
	const { clusters, combination, sampleShape, names } = step;
	const { specialists: sets, classes } = await readClusters(clusters);
	const read = async (path: string) => importModel(await readModelFile(path));
	const specialists = await Promise.all(
		step.specialists.map(async (path, m) => ({ model: await read(path), classes: sets[m] ?? [] })),
	);
	const model = combinedModel(await read(step.generalist), specialists, sampleShape, combination);
	await writeModelFile(step.output, model);
	const manifest: Manifest = {
		schema: 1,
		classes,
		sampleShape: [...sampleShape],
		combination,
		generalist: names.generalist,
		specialists: sets.map((set, m) => ({ file: names.specialists[m] ?? "", classes: set })),
	};
	await writeFileAtomic(step.manifest, manifestText(manifest));
}
