/**
 * The store: finished work by the hash of all that it depends on. Entries appear whole by a rename, are checked to the
 * last byte whenever they are read, and are never changed.
 *
 * - `entries/KEY/`: the files of a piece of work, and its manifest
 * - `work/KEY/`: what work in progress keeps, such as checkpoints
 * - `damaged/`: entries that were found damaged
 */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { LimbeckError } from "../errors.js";
import { fileError } from "../files.js";
import { type HoldOptions, hold } from "../locks.js";
import { type Entry, readEntry, sealFolder } from "./entry.js";

/** A piece of work to be found in the store, or done. */
export interface Work {
	readonly key: string;
	/** What the key is the hash of, for people. */
	readonly about: Readonly<Record<string, unknown>>;
	/**
	 * Does the work.
	 *
	 * @param output - an empty folder for its files.
	 * @param progress - a folder that outlasts a failure: what an earlier try left there is still in it.
	 * @returns plain data.
	 */
	readonly run: (output: string, progress: string) => Promise<unknown>;
}

/** What is told of the way to an entry. */
export interface StoreEvents extends HoldOptions {
	/** An entry was damaged; it is set aside and made again. */
	readonly onDamaged?: (message: string) => void;
}

/** An entry, and whether it was there. */
export interface Found {
	readonly entry: Entry;
	readonly cached: boolean;
}

/** A store in a folder. */
export interface Store {
	readonly folder: string;
	/** The entry of that key, checked; `undefined` where there is none, or none whole. */
	find(key: string, events?: StoreEvents): Promise<Entry | undefined>;
	/**
	 * The entry of a piece of work: as it was found, or done now. Of several processes that ask for the same key one does
	 * the work and the others wait.
	 *
	 * @throws LimbeckError (`file`, `disk-full`) where the folder cannot be written; what the work throws.
	 */
	obtain(work: Work, events?: StoreEvents): Promise<Found>;
	/** Takes the entry of a key out, if there is one. */
	remove(key: string): Promise<void>;
}

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

/** Where the entry of a key is, or will be. */
export function entryFolder(folder: string, key: string): string {
	return join(folder, "entries", key);
}

/** Opens the store in `folder`, which is made when something is put in. */
export function openStore(folder: string): Store {
	const find: Store["find"] = async (key, { onDamaged } = {}) => {
		const path = entryFolder(folder, key);
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
		const progress = join(folder, "work", key);
		const output = join(progress, `output-${randomUUID()}`);
		try {
			await mkdir(output, { recursive: true });
			const result = await run(output, progress);
			await sealFolder(output, { key, about, result }, new Date().toISOString());
			await mkdir(join(folder, "entries"), { recursive: true });
			await rename(output, entryFolder(folder, key));
			await rm(progress, { recursive: true, force: true });
		} catch (error) {
			await rm(output, { recursive: true, force: true }).catch(() => undefined);
			throw error instanceof Error && "code" in error ? fileError(error, folder) : error;
		}
	};
	return {
		folder,
		find,
		async remove(key) {
			await rm(entryFolder(folder, key), { recursive: true, force: true });
		},
		async obtain(work, events = {}) {
			const found = await find(work.key, events);
			if (found !== undefined) return { entry: found, cached: true };
			const isDone = async (): Promise<boolean> => (await find(work.key, events)) !== undefined;
			const release = await hold(join(folder, "locks"), work.key, isDone, events);
			try {
				// Made by another process while this one waited.
				const meanwhile = await find(work.key, events);
				if (meanwhile !== undefined) return { entry: meanwhile, cached: true };
				await make(work);
				const entry = await find(work.key, events);
				if (entry !== undefined) return { entry, cached: false };
				throw new LimbeckError("file", {
					where: entryFolder(folder, work.key),
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
