/**
 * A store in a folder, where entries appear whole by a rename. Beside its rooms:
 *
 * - `entries/KEY/`: the files of a piece of work, and its manifest
 * - `damaged/`: entries that were found damaged
 */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { LimbeckError } from "../errors.js";
import { fileError } from "../files.js";
import { hold } from "../locks.js";
import { readEntry, sealFolder } from "./entry.js";
import { collectGarbage, sizeOf, verifyStore } from "./maintenance.js";
import { roomsIn } from "./rooms.js";
import type { Store, Work } from "./store.js";

/** Opens the store in `folder`, which is made when something is put in. */
export function folderStore(folder: string): Store {
	const rooms = roomsIn(folder);
	const folderOf = (key: string): string => join(folder, "entries", key);
	const find: Store["find"] = async (key, { onDamaged } = {}) => {
		const path = folderOf(key);
		const read = await readEntry(path, key);
		if (!("kind" in read)) return read;
		if (read.kind === "absent") return undefined;
		const aside = join(folder, "damaged", `${key}-${randomUUID()}`);
		await mkdir(join(folder, "damaged"), { recursive: true });
		// Another process may have been faster.
		await rename(path, aside).catch(() => undefined);
		onDamaged?.(`${path}: ${read.why}. It is set aside in ${aside} and made again.`);
		return undefined;
	};
	const make = async ({ key, about, run }: Work): Promise<void> => {
		const progress = rooms.progress(key);
		const output = join(progress, `output-${randomUUID()}`);
		try {
			await mkdir(output, { recursive: true });
			const result = await run(output, progress);
			await sealFolder(output, { key, about, result }, new Date().toISOString());
			await mkdir(join(folder, "entries"), { recursive: true });
			await rename(output, folderOf(key));
			await rm(progress, { recursive: true, force: true });
		} catch (error) {
			await rm(output, { recursive: true, force: true }).catch(() => undefined);
			throw error instanceof Error && "code" in error ? fileError(error, folder) : error;
		}
	};
	return {
		rooms,
		find,
		pathOf: (key, name) => Promise.resolve(join(folderOf(key), name)),
		sizeOf: (key) => (existsSync(folderOf(key)) ? sizeOf(folderOf(key)) : Promise.resolve(undefined)),
		collectGarbage: (kept) => collectGarbage(folder, kept),
		verify: () => verifyStore(folder),
		async remove(key) {
			await rm(folderOf(key), { recursive: true, force: true });
		},
		async obtain(work, events = {}) {
			const found = await find(work.key, events);
			if (found !== undefined) return { entry: found, cached: true };
			const isDone = async (): Promise<boolean> => (await find(work.key, events)) !== undefined;
			const release = await hold(rooms.locks, work.key, isDone, events);
			try {
				// Made by another process while this one waited.
				const meanwhile = await find(work.key, events);
				if (meanwhile !== undefined) return { entry: meanwhile, cached: true };
				await make(work);
				const entry = await find(work.key, events);
				if (entry !== undefined) return { entry, cached: false };
				throw new LimbeckError("file", {
					where: folderOf(work.key),
					expected: "what was just written",
					got: "something else",
					hint: "The disk may be failing.",
				});
			} finally {
				await release?.();
			}
		},
	};
}
