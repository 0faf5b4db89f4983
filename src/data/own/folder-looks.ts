/** What a folder looks like, before anything is said of it. */

import { type Folder, type FolderWalk, openWalk } from "./folder-walk.js";
import { partsAmong } from "./part-names.js";

/** The most folders that are looked into. */
const mostFolders = 5000;

/**
 * What a folder looks like: one with pictures by class, some folder in which has a picture, however far down; or one with
 * pictures and no class.
 */
export async function looksOfFolder(directory: string): Promise<"classes" | "unlabelled" | undefined> {
	try {
		const walk = await openWalk({ directory });
		const { folders, pictures } = await walk.look(walk.root);
		const parts = partsAmong(folders.map(({ name }) => name));
		const train = folders.find(({ name }) => parts.get(name) === "train");
		const samples = train === undefined ? { folders, pictures } : await walk.look(train);
		const classes = samples.folders.filter(({ name }) => train !== undefined || !parts.has(name));
		if (samples.pictures.length > 0 && !(await hasPicture(classes, walk))) return "unlabelled";
		return (await hasPicture(folders, walk)) ? "classes" : undefined;
	} catch {
		return undefined; // No folder, or one that cannot be read: reading it as data will say so.
	}
}

/** Whether a picture lies in one of the folders or further down. */
async function hasPicture(folders: readonly Folder[], walk: FolderWalk): Promise<boolean> {
	const waiting = [...folders];
	for (let looked = 0; looked < mostFolders; looked++) {
		const folder = waiting.shift();
		if (folder === undefined) return false;
		const inside = await walk.look(folder);
		if (inside.pictures.length > 0) return true;
		waiting.push(...inside.folders);
	}
	return false;
}
