import { resolveDataFolders } from "../../data/folders.js";
import { type FileStamp, filesBelow, stampsOf } from "../../data/stamps.js";
import type { SpeechChoice } from "./options.js";

/** The stamps of every file that a corpus may read, those of the test included. */
export async function speechStamps(choice: SpeechChoice): Promise<readonly FileStamp[]> {
	const folders =
		choice.name === "fsdd" ? resolveDataFolders("fsdd", choice.directory, process.env) : [choice.directory];
	const files = await Promise.all(folders.map((folder) => filesBelow(folder, choice.name === "recordings")));
	return stampsOf(files.flat());
}
