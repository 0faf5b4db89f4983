/** `--data` and `--folder`, as every command that reads a data set takes them. */
import { z } from "zod";
import { dataSets, ownDataSets, publishedDataSets } from "../data/index.js";
import { dataOptions } from "../data/options.js";
import { LimbeckError } from "../errors.js";
import { nearest } from "../options.js";
import { dataSetsIn, emptyHanded, hintForFile, isFolder } from "./data-folder.js";

/** A recipe's data alone, to which settings such as `data.label=species` can be applied. */
export const dataChoice = z.strictObject({ data: dataOptions });

/** Fields of a recipe's `data`, not yet checked. */
export type DataFields = Readonly<Record<string, unknown>>;

/**
 * The fields that `--data` and `--folder` set. `--data` is the name of a data set, a path to data of the user's own, or
 * the folder with the files of the data set that the recipe names.
 *
 * @param recipe - the data that the recipe names.
 * @throws LimbeckError (`usage`) where it is none of them; of a folder it says what is in it.
 */
export async function dataFields(
	data: string | undefined,
	folder: string | undefined,
	recipe: DataFields = {},
): Promise<DataFields> {
	const named = data === undefined ? {} : await nameOrPath(data, recipe);
	return folder === undefined ? named : { ...named, directory: folder };
}

async function nameOrPath(value: string, recipe: DataFields): Promise<DataFields> {
	const names = Object.keys(dataSets);
	if (names.includes(value)) return { name: value };
	const [ofRecipe] = Object.entries(publishedDataSets).filter(([name]) => name === recipe["name"]);
	const takesFolder = ofRecipe !== undefined && "download" in ofRecipe[1] && (await isFolder(value));
	if (takesFolder && (await dataSetsIn(value)).includes(ofRecipe[0])) return { directory: value };
	for (const [name, { fromPath }] of Object.entries(ownDataSets)) {
		const fields = await fromPath?.(value);
		if (fields !== undefined) return { name, ...fields };
	}
	if (takesFolder) return { directory: value };
	if (await isFolder(value)) throw await emptyHanded(value);
	const near = nearest(value, names);
	const hint = (await hintForFile(value)) ?? (near === undefined ? undefined : `Did you mean "${near}"?`);
	throw new LimbeckError("usage", {
		where: "--data",
		expected: `a data set (${names.join(", ")}), or a folder or file of yours that exists (see limbeck data list)`,
		got: JSON.stringify(value),
		...(hint === undefined ? {} : { hint }),
	});
}
