import { stat } from "node:fs/promises";
import { extname } from "node:path";

/** Takes files by the ending of their names. */
export function fileFromPath(
	endings: readonly string[],
): (path: string) => Promise<{ readonly file: string } | undefined> {
	return async (path) => {
		if (!endings.includes(extname(path).toLowerCase())) return undefined;
		const isFile = await stat(path).then(
			(found) => found.isFile(),
			() => false,
		);
		return isFile ? { file: path } : undefined;
	};
}
