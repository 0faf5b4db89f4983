/** Data of a program, for its runs. */
import { join, resolve } from "node:path";
import type { OptionsOf } from "../data/options.js";
import { type MemoryData, writeMemoryData } from "../data/own/memory.js";
import { openStore, storeFolder } from "../store/open-store.js";

/**
 * Takes data that a program has in memory: what a recipe's `data` is. Steps run in processes of their own and know data by
 * what is in it; so the samples are written into the store once, in files named by their content. The same data again are
 * the same files, and what was trained on them is found in the store.
 *
 * @param options - `store`: the folder of the store; see `storeFolder` where absent.
 * @throws LimbeckError `usage` for a wrong option; `data` for samples or labels that cannot be used, with the place of the
 * first, counted from 0; `file` or `disk-full` if they cannot be written.
 */
export function fromMemory(
	data: MemoryData,
	{ store }: { readonly store?: string | undefined } = {},
): Promise<OptionsOf<"npy">> {
	const folder = store === undefined ? storeFolder(process.env, process.cwd()) : resolve(store);
	return writeMemoryData(join(openStore(folder).rooms.data, "arrays"), data);
}
