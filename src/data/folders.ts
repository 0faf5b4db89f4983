import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The user's cache folder of Limbeck: `XDG_CACHE_HOME` or `~/.cache`, on macOS `~/Library/Caches`, on Windows
 * `LOCALAPPDATA`.
 */
export function userCacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
	const home = env["HOME"] ?? homedir();
	const xdg = env["XDG_CACHE_HOME"] ?? "";
	const caches: Partial<Record<NodeJS.Platform, string>> = {
		darwin: join(home, "Library", "Caches"),
		win32: env["LOCALAPPDATA"] ?? join(home, "AppData", "Local"),
	};
	// The XDG specification: an empty variable counts as unset.
	return join(caches[platform] ?? (xdg === "" ? join(home, ".cache") : xdg), "limbeck");
}

/**
 * The folders in which a data set's files are looked for, in order; a download goes into the first.
 *
 * `explicit` (the `--folder` option) stands above the environment's `LIMBECK_DATA`, which stands above the user's cache.
 * The first two may be the folder of the files, or hold it under the data set's name.
 */
export function resolveDataFolders(
	name: string,
	explicit: string | undefined,
	env: NodeJS.ProcessEnv,
): readonly [string, ...string[]] {
	if (explicit !== undefined) return [explicit, join(explicit, name)];
	const shared = env["LIMBECK_DATA"] ?? "";
	if (shared !== "") return [join(shared, name), shared];
	return [join(userCacheFolder(env, process.platform), "data", name)];
}
