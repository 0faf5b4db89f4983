import { canonicalHash } from "../../canonical.js";
import { contentOf } from "../../data/content.js";
import { filesOf } from "../../data/data-content.js";
import { resolveDataFolders } from "../../data/folders.js";
import type { SpeechChoice } from "./options.js";

/**
 * The hash of every file that a corpus may read, those of the test included; of the user's recordings also of the names of
 * all else in the folder, which notices tell of.
 *
 * @throws LimbeckError (`data`, `file`) for a table that cannot be read.
 */
export async function speechContent(choice: SpeechChoice): Promise<readonly string[]> {
	const { env } = process;
	if (choice.name === "recordings") {
		const { recordingFiles } = await import("./recordings-table.js");
		const { read, names } = await recordingFiles(choice);
		return [await contentOf(read, env), canonicalHash(names)];
	}
	// Whoever has recordings of their own starts without the others.
	const { corpusFacts } = await import("./index.js");
	const { download = [] } = corpusFacts.published[choice.name];
	const paths = await filesOf(download, resolveDataFolders("fsdd", choice.directory, env));
	return [await contentOf(paths, env)];
}
