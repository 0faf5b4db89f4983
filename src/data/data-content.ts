/** What is in the files of a data set, its test split among them, without opening it as one. */
import { basename } from "node:path";
import { contentOf, filesBelow } from "./content.js";
import type { DataSurroundings } from "./data-set.js";
import { resolveDataFolders } from "./folders.js";
import type { DataChoice } from "./options.js";

/**
 * The hash of every file that a data set may read, as {@link contentOf} makes it; of no file where it has none.
 *
 * @throws LimbeckError (`file`) for a file that cannot be read.
 */
export async function dataContent(choice: DataChoice & DataSurroundings): Promise<readonly string[]> {
	const { env = process.env } = choice;
	const paths = await pathsOf(choice, env);
	return paths === undefined ? [] : [await contentOf(paths, env)];
}

async function pathsOf(choice: DataChoice, env: NodeJS.ProcessEnv): Promise<readonly string[] | undefined> {
	if (choice.name === "digits") return undefined;
	if (choice.name === "folder") return filesBelow(choice.directory, true);
	if ("file" in choice) {
		const beside = choice.name === "npy" ? [choice.labels, choice.group, choice.testLabels] : [];
		return [choice.file, choice.test, ...beside].filter((path) => path !== undefined);
	}
	// Whoever has data of their own starts without the others.
	const { publishedDataSets } = await import("./index.js");
	const { download = [] } = publishedDataSets[choice.name];
	return filesOf(download, resolveDataFolders(choice.name, choice.directory, env));
}

/** Those of the files that are in the folders, packed or not, under any of their usual names. */
export async function filesOf(
	files: readonly { readonly name: string }[],
	folders: readonly string[],
): Promise<readonly string[]> {
	const known = new Set(files.map(({ name }) => plain(name)));
	const found = await Promise.all(folders.map((folder) => filesBelow(folder, false)));
	return found.flat().filter((path) => known.has(plain(basename(path))));
}

/** `train-images.idx3-ubyte.gz` and `train-images-idx3-ubyte` are one file. */
const plain = (name: string): string => name.replace(/\.gz$/, "").replaceAll(".", "-");
