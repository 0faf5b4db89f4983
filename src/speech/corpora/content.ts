import { contentOf, filesBelow } from "../../data/content.js";
import { filesOf } from "../../data/data-content.js";
import { resolveDataFolders } from "../../data/folders.js";
import type { SpeechChoice } from "./options.js";

/** The hash of every file that a corpus may read, those of the test included. */
export async function speechContent(choice: SpeechChoice): Promise<readonly string[]> {
	const { env } = process;
	return [await contentOf(await pathsOf(choice, env), env)];
}

async function pathsOf(choice: SpeechChoice, env: NodeJS.ProcessEnv): Promise<readonly string[]> {
	if (choice.name === "recordings") return filesBelow(choice.directory, true);
	// Whoever has recordings of their own starts without the others.
	const { corpusFacts } = await import("./index.js");
	const { download = [] } = corpusFacts.published[choice.name];
	return filesOf(download, resolveDataFolders("fsdd", choice.directory, env));
}
