/** What is in the files of a data set, its test split among them, without opening it as one. */
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { canonicalHash } from "../canonical.js";
import { contentOf } from "./content.js";
import type { DataSurroundings } from "./data-set.js";
import { resolveDataFolders } from "./folders.js";
import type { DataChoice } from "./options.js";

/**
 * The hash of every file that a data set may read, as {@link contentOf} makes it; of no file where it has none. Of a folder of
 * pictures also the hash of the names of all else that is met on the way, which notices tell of.
 *
 * @throws LimbeckError (`file`) for a file that cannot be read; (`data`, `usage`) for a folder of pictures that cannot be
 * looked through.
 */
export async function dataContent(choice: DataChoice & DataSurroundings): Promise<readonly string[]> {
	const { env = process.env } = choice;
	if (choice.name === "folder") {
		const { openWalk } = await import("./own/folder-walk.js");
		const { pictures, names } = await (await openWalk(choice)).everything();
		return [await contentOf(pictures, env), canonicalHash(names)];
	}
	const paths = await pathsOf(choice, env);
	return paths === undefined ? [] : [await contentOf(paths, env)];
}

async function pathsOf(
	choice: Exclude<DataChoice, { name: "folder" }>,
	env: NodeJS.ProcessEnv,
): Promise<readonly string[] | undefined> {
	if (choice.name === "digits") return undefined;
	if ("file" in choice) {
		const beside =
			choice.name === "npy"
				? [choice.labels, choice.group, choice.testLabels, choice.validation, choice.validationLabels]
				: [];
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
	const found = await Promise.all(
		folders.map(async (folder) => (await readdir(folder).catch(() => [])).map((name) => join(folder, name))),
	);
	return found.flat().filter((path) => known.has(plain(basename(path))));
}

/** `train-images.idx3-ubyte.gz` and `train-images-idx3-ubyte` are one file. */
const plain = (name: string): string => name.replace(/\.gz$/, "").replaceAll(".", "-");
