/** Where a data set's files lie on this machine, and what lies in a folder. */

import { access, readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import type { DataSetFacts, RemoteFile } from "../data/data-set.js";
import { resolveDataFolders } from "../data/folders.js";
import { ownDataSets, publishedDataSets } from "../data/index.js";
import { LimbeckError } from "../errors.js";
import { firstFew, shownPath } from "../names.js";
import { settingText } from "../settings.js";

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
	const spellings = [name, name.replace(/-(?=idx\d)/, ".")].flatMap((one) => [one, one.replace(/\.gz$/, "")]);
	const found = spellings.map((file) => access(join(folder, file)));
	return Promise.any(found).then(
		() => true,
		() => false,
	);
}

/** Whether a path is a folder. */
export function isFolder(path: string): Promise<boolean> {
	return stat(path).then(
		(found) => found.isDirectory(),
		() => false,
	);
}

/** The published data sets of which all files lie in a folder, or in one in it of the data set's name. */
export async function dataSetsIn(folder: string): Promise<readonly string[]> {
	const found: string[] = [];
	for (const [name, facts] of Object.entries(publishedDataSets)) {
		if ((await findDataFolder(name, facts, folder))?.complete === true) found.push(name);
	}
	return found;
}

/** Says that a folder holds no pictures, and what it holds instead. */
export async function emptyHanded(folder: string): Promise<LimbeckError> {
	const names = (await readdir(folder)).filter((name) => !name.startsWith(".")).sort();
	return new LimbeckError("usage", {
		where: "--data",
		expected: "a folder of pictures: one for each class, or pictures alone",
		got: `${shownPath(folder)}, which holds ${names.length === 0 ? "nothing" : firstFew(names.map(shownPath), 5)}`,
		hint: await hintFor(folder, names),
	});
}

/** What to write for the data in a folder that is none of pictures. */
async function hintFor(folder: string, names: readonly string[]): Promise<string> {
	const sets = await dataSetsIn(folder);
	if (sets.length > 0)
		return `It has the files of ${sets.join(" and ")}: ${sets.map((name) => `--data ${name} --folder ${folder}`).join(", or ")}.`;
	const ofSpeech = names.includes("transcripts.csv") || names.some((name) => extname(name).toLowerCase() === ".wav");
	if (ofSpeech) return `It holds recordings, which are for limbeck speech: limbeck speech --data ${folder}.`;
	for (const name of names) {
		const path = join(folder, name);
		for (const { fromPath } of Object.values(ownDataSets)) {
			if (!(await isFolder(path)) && (await fromPath?.(path)) !== undefined) return `Name the file: --data ${path}.`;
		}
	}
	const array = names.find(isArray);
	return array === undefined ? listHint : arrayHint(join(folder, array));
}

const listHint = "limbeck data list shows what data may be.";

const isArray = (name: string): boolean => extname(name).toLowerCase() === ".npy";

const arrayHint = (path: string): string =>
	`Name the arrays: --data npy ${settingText("data.file", path)} --set data.labels=LABELS.npy.`;

/** What to write for a file that no kind of data takes by its path; `undefined` where there is no such file. */
export async function hintForFile(path: string): Promise<string | undefined> {
	const isFile = await stat(path).then(
		(found) => found.isFile(),
		() => false,
	);
	if (!isFile) return undefined;
	return isArray(path) ? arrayHint(path) : `There is such a file, of no kind that is data by its name. ${listHint}`;
}
