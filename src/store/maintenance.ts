/** Care for a store in a folder: what nobody uses is removed, and every byte is checked. */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { readEntry } from "./entry.js";
import type { Removed, Verified } from "./store.js";

/** See `Store.collectGarbage`. */
export async function collectGarbage(folder: string, kept: ReadonlySet<string>): Promise<Removed> {
	let [entries, bytes] = [0, 0];
	for (const part of ["entries", "work", "damaged"]) {
		for (const name of await readdir(join(folder, part)).catch(() => [])) {
			if (part !== "damaged" && kept.has(name)) continue;
			const path = join(folder, part, name);
			bytes += await sizeOf(path);
			entries++;
			await rm(path, { recursive: true, force: true });
		}
	}
	return { entries, bytes };
}

/** Bytes of the files in a folder and those below it; 0 where there is none. */
export async function sizeOf(path: string): Promise<number> {
	const names = await readdir(path, { recursive: true }).catch(() => []);
	const sizes = await Promise.all(
		names.map((name) =>
			stat(join(path, name)).then(
				(found) => (found.isFile() ? found.size : 0),
				() => 0,
			),
		),
	);
	return sizes.reduce((sum, size) => sum + size, 0);
}

/** See `Store.verify`. */
export async function verifyStore(folder: string): Promise<Verified> {
	const damaged: { key: string; why: string }[] = [];
	let whole = 0;
	for (const key of await readdir(join(folder, "entries")).catch(() => [])) {
		const entry = await readEntry(join(folder, "entries", key), key);
		if (!("kind" in entry)) whole++;
		else damaged.push({ key, why: entry.kind === "damaged" ? entry.why : "no manifest" });
	}
	return { whole, damaged };
}
