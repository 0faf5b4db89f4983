/** Which store is meant, and its opening. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { folderStore } from "./folder-store.js";
import type { Store } from "./store.js";

/**
 * Where the store is unless one is named: `LIMBECK_STORE`, or `.limbeck` in the project's folder, the nearest one
 * upwards with a package.json, or in the current one.
 */
export function storeFolder(env: NodeJS.ProcessEnv, current: string): string {
	const named = env["LIMBECK_STORE"];
	if (named !== undefined && named !== "") return resolve(named);
	for (let folder = resolve(current); ; folder = dirname(folder)) {
		if (existsSync(join(folder, "package.json"))) return join(folder, ".limbeck");
		if (folder === dirname(folder)) return join(resolve(current), ".limbeck");
	}
}

/**
 * Opens a store by its name; it is made when something is put in.
 *
 * @param name - a folder.
 */
export function openStore(name: string): Store {
	return folderStore(name);
}
