/** What a store has of its own on this machine: work in progress, and what is known of runs. */
import { join } from "node:path";

/** Folders of this machine, each made when something is put in. Their contents are read and written as any files are. */
export interface Rooms {
	/** What holds all others: its disk is theirs. */
	readonly folder: string;
	/** Locks between processes. */
	readonly locks: string;
	/** Records and logs of runs, a folder each. */
	readonly runs: string;
	/** Identities of data. */
	readonly data: string;
	/** Soft targets, which other runs find by keys of their own. */
	readonly targets: string;
	/** What the work of a key keeps while it goes on, such as checkpoints. */
	progress(key: string): string;
}

/** The rooms in a folder. */
export function roomsIn(folder: string): Rooms {
	return {
		folder,
		locks: join(folder, "locks"),
		runs: join(folder, "runs"),
		data: join(folder, "data"),
		targets: join(folder, "targets"),
		progress: (key) => join(folder, "work", key),
	};
}
