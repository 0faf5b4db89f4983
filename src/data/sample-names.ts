import { relative } from "node:path";
import type { DataChoice } from "./options.js";
import { listFolder } from "./own/folder-files.js";
import type { SplitName } from "./own/partition.js";

/** What a sample is called, by its split and its row there, or in what both were split off from. */
export type NameOfSample = (split: SplitName, row: number) => string;

/**
 * What samples are called: pictures by their path in the folder, others by their row, counted from 0.
 *
 * @throws LimbeckError `data` for a folder that cannot be read.
 */
export async function sampleNames(choice: DataChoice): Promise<NameOfSample> {
	if (choice.name !== "folder") return (_, row) => String(row);
	const { directory } = choice;
	const { lists } = await listFolder(choice);
	return (split, row) => {
		const path = (lists[split] ?? lists.train).images[row]?.path;
		return path === undefined ? String(row) : relative(directory, path);
	};
}
