/**
 * The store: finished work by the hash of all that it depends on. Entries appear whole, are checked to the last byte
 * whenever they are read, and are never changed. Where they are kept is the business of what opens it.
 */
import type { HoldOptions } from "../locks.js";
import type { Entry } from "./entry.js";
import type { Rooms } from "./rooms.js";

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

/** What was removed. */
export interface Removed {
	/** Entries, work in progress and damaged entries. */
	readonly entries: number;
	readonly bytes: number;
}

/** What a look at every byte has shown. */
export interface Verified {
	readonly whole: number;
	readonly damaged: readonly { readonly key: string; readonly why: string }[];
}

/** Finished work by its key. */
export interface Store {
	/** What it has of its own on this machine. */
	readonly rooms: Rooms;
	/** The entry of that key, checked; `undefined` where there is none, or none whole. */
	find(key: string, events?: StoreEvents): Promise<Entry | undefined>;
	/**
	 * The entry of a piece of work: as it was found, or done now. Of several processes that ask for the same key one does
	 * the work and the others wait.
	 *
	 * @throws LimbeckError (`file`, `disk-full`) where the store cannot be written; what the work throws.
	 */
	obtain(work: Work, events?: StoreEvents): Promise<Found>;
	/**
	 * The path of an entry's file on this machine: the one place for whoever needs a path. The file is for reading.
	 *
	 * @param name - as its manifest has it.
	 */
	pathOf(key: string, name: string): Promise<string>;
	/** The bytes of the entry of a key, of which none is looked at; `undefined` where there is none. */
	sizeOf(key: string): Promise<number | undefined>;
	/** Takes the entry of a key out, if there is one. */
	remove(key: string): Promise<void>;
	/**
	 * Removes entries, and what is left of work, of which the keys are not among those kept; and all that is damaged. Soft
	 * targets stay: other runs find them by keys of their own.
	 */
	collectGarbage(kept: ReadonlySet<string>): Promise<Removed>;
	/** Reads every entry and checks every byte of it. */
	verify(): Promise<Verified>;
}
