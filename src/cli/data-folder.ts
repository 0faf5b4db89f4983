/** Where a data set's files lie on this machine. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import type { DataSetFacts, RemoteFile } from "../data/data-set.js";
import { resolveDataFolders } from "../data/folders.js";

/** The folder of a data set's files. */
export interface DataFolder {
	readonly folder: string;
	/** Whether every file is there; whether they are right is another question. */
	readonly complete: boolean;
}

/**
 * The first folder that holds all of a data set's files; otherwise the first that holds some; otherwise the first that
 * is looked into. `undefined` for a data set that needs no files.
 *
 * @param explicit - the folder that the user named, if any.
 */
export async function findDataFolder(
	name: string,
	{ download }: DataSetFacts,
	explicit?: string,
): Promise<DataFolder | undefined> {
	if (download === undefined) return undefined;
	const candidates = await Promise.all(
		resolveDataFolders(name, explicit, process.env).map(async (folder) => {
			const present = (await Promise.all(download.map((file) => isPresent(file, folder)))).filter(Boolean).length;
			return { folder, present, complete: present === download.length };
		}),
	);
	const [best] = candidates.sort((a, b) => b.present - a.present);
	return best;
}

/** Whether a file is there, packed or not. */
async function isPresent({ name }: RemoteFile, folder: string): Promise<boolean> {
	const found = [name, name.replace(/\.gz$/, "")].map((file) => access(join(folder, file)));
	return Promise.any(found).then(
		() => true,
		() => false,
	);
}
