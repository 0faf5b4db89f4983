import { access } from "node:fs/promises";
import { join } from "node:path";
import { LimbeckError } from "../errors.js";

/**
 * The first file of one of these names that is in one of the folders.
 *
 * @throws LimbeckError `data` if there is none, with how to get it.
 */
export async function findFile(
	dataSet: string,
	names: readonly [string, ...string[]],
	folders: readonly string[],
): Promise<string> {
	const paths = folders.flatMap((folder) => names.map((file) => join(folder, file)));
	const found = await Promise.all(
		paths.map((path) =>
			access(path).then(
				() => true,
				() => false,
			),
		),
	);
	const path = paths.find((_, i) => found[i]);
	if (path !== undefined) return path;
	throw new LimbeckError("data", {
		where: `data set ${dataSet}`,
		expected: `${names[0]} in ${folders.join(" or ")}`,
		got: "no such file",
		hint: `Run \`limbeck data get ${dataSet}\`, or pass the folder that holds it as \`--folder FOLDER\`.`,
	});
}
