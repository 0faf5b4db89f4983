/** `--data` and `--folder`, as every command that reads a data set takes them. */
import { stat } from "node:fs/promises";
import { dataSets, findDataSet } from "../data/index.js";
import { LimbeckError } from "../errors.js";
import { nearest } from "../options.js";

/** A data set and, where it was named, the folder with its files. */
export interface DataSelection {
	readonly name: string;
	readonly directory?: string | undefined;
}

/**
 * Which of the two `--data` means: the name of a data set, or a folder.
 *
 * @throws LimbeckError (`usage`) where it is neither.
 */
export async function nameOrFolder(value: string): Promise<Partial<DataSelection>> {
	const names = Object.keys(dataSets);
	if (names.includes(value)) return { name: value };
	const isFolder = await stat(value).then(
		(found) => found.isDirectory(),
		() => false,
	);
	if (isFolder) return { directory: value };
	const near = nearest(value, names);
	throw new LimbeckError("usage", {
		where: "--data",
		expected: `a data set (${names.join(", ")}) or a folder that exists`,
		got: JSON.stringify(value),
		...(near === undefined ? {} : { hint: `Did you mean "${near}"?` }),
	});
}

/**
 * Refuses a folder for a data set that would not look at it.
 *
 * @throws LimbeckError (`usage`) for that, and for a data set that does not exist.
 */
export function checkDataSelection({ name, directory }: DataSelection): void {
	const { download } = findDataSet(name);
	if (download !== undefined || directory === undefined) return;
	throw new LimbeckError("usage", {
		where: `data set ${name}`,
		expected: "no folder: it comes with Limbeck",
		got: directory,
		hint: `For another data set, name it: --data mnist --folder ${directory}`,
	});
}
