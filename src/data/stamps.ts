/** What tells, without reading them, whether the files of a data set are the ones that were there before. */
import type { Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { DataSurroundings } from "./data-set.js";
import { resolveDataFolders } from "./folders.js";
import { missingFile } from "./formats/bytes.js";
import type { DataChoice } from "./options.js";

/** A file as it lies. */
export interface FileStamp {
	readonly path: string;
	readonly size: number;
	readonly mtimeMs: number;
}

/** A file's stamp. @throws LimbeckError (`data`, `file`) if it cannot be looked at. */
export async function stampOf(path: string): Promise<FileStamp> {
	const found = await stat(path).catch((error: unknown) => {
		throw missingFile(error, path);
	});
	return stampFrom(path, found);
}

function stampFrom(path: string, { size, mtimeMs }: Stats): FileStamp {
	return { path: resolve(path), size, mtimeMs };
}

/** The stamps of every file that a data set may read, test samples included, by their paths; missing ones are left out. */
export async function dataStamps(choice: DataChoice & DataSurroundings): Promise<readonly FileStamp[]> {
	return stampsOf(await pathsOf(choice));
}

/** The stamps of files, by their paths; missing ones are left out. */
export async function stampsOf(paths: readonly string[]): Promise<readonly FileStamp[]> {
	const found = await Promise.all(paths.map(stampIfFile));
	return found.flat().sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function pathsOf(choice: DataChoice & DataSurroundings): Promise<readonly string[]> {
	if (choice.name === "digits") return [];
	if (choice.name === "folder") return filesBelow(choice.directory, true);
	if ("file" in choice) {
		const beside = choice.name === "npy" ? [choice.labels, choice.testLabels] : [];
		return [choice.file, choice.test, ...beside].filter((path) => path !== undefined);
	}
	const folders = resolveDataFolders(choice.name, choice.directory, choice.env ?? process.env);
	return (await Promise.all(folders.map((folder) => filesBelow(folder, false)))).flat();
}

/** What a folder holds; nothing where there is none. */
export async function filesBelow(folder: string, recursive: boolean): Promise<readonly string[]> {
	const names = await readdir(folder, { recursive }).catch(() => []);
	return names.map((name) => join(folder, name));
}

async function stampIfFile(path: string): Promise<readonly FileStamp[]> {
	const found = await stat(path).catch(() => undefined);
	return found?.isFile() === true ? [stampFrom(path, found)] : [];
}
