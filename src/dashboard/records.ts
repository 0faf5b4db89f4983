/** The runs of a store, read again only where their records have changed. */
import { readdir, stat } from "node:fs/promises";
import { type RunRecord, readRecord, recordPath } from "../pipeline/records.js";
import type { Rooms } from "../store/rooms.js";

/** The runs of a store. */
export interface Records {
	/** The newest first. A record that has not changed is the same object as before. */
	list(): Promise<readonly RunRecord[]>;
	/** The run of exactly that name. */
	find(id: string): Promise<RunRecord | undefined>;
}

interface Kept {
	readonly stamp: string;
	readonly record: RunRecord | undefined;
}

/** Opens the runs of a store. */
export function openRecords(rooms: Rooms): Records {
	const kept = new Map<string, Kept>();
	const find = async (id: string): Promise<RunRecord | undefined> => {
		const found = await stat(recordPath(rooms, id), { bigint: true }).catch(() => undefined);
		if (found === undefined) return undefined;
		const stamp = [found.ctimeNs, found.mtimeNs, found.size, found.ino].join(" ");
		const before = kept.get(id);
		// Whether the process of one that runs is still there is to be looked at.
		if (before?.stamp === stamp && before.record?.state !== "running") return before.record;
		const record = await readRecord(rooms, id);
		kept.set(id, { stamp, record });
		return record;
	};
	return {
		find: (id) => (/^[\w-][\w.-]*$/.test(id) ? find(id) : Promise.resolve(undefined)),
		async list() {
			const ids = await readdir(rooms.runs).catch(() => []);
			const there = new Set(ids);
			for (const id of kept.keys()) if (!there.has(id)) kept.delete(id);
			const records = await Promise.all(ids.map(find));
			return records.filter((record) => record !== undefined).sort((a, b) => (a.created < b.created ? 1 : -1));
		},
	};
}
