/** Records of runs that never were. */
import { appendFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { logPath, newRunId, type RunRecord, writeRecord } from "../../src/pipeline/records.js";
import { roomsIn } from "../../src/store/rooms.js";

/** Writes the record of a run with two steps, by default one that is done. */
export async function leaveRecord(store: string, changes: Partial<RunRecord> = {}): Promise<RunRecord> {
	const created = new Date(Date.now() - 60_000);
	const done = { kind: "train", state: "done", began: 0, seconds: 20 } as const;
	const record: RunRecord = {
		schema: 1,
		id: newRunId("digits", created),
		command: "distill",
		recipe: { name: "digits" },
		out: join(store, "nowhere"),
		threads: 1,
		state: "done",
		created: created.toISOString(),
		updated: new Date().toISOString(),
		process: { pid: process.pid, host: hostname() },
		steps: [
			{ ...done, label: "seed 1, teacher", key: "a".repeat(64) },
			{ ...done, label: "seed 1, student", key: "b".repeat(64) },
		],
		...changes,
	};
	await writeRecord(roomsIn(store), record);
	return record;
}

/** Adds to the log of a run what a training would tell. */
export async function tellProgress(
	store: string,
	{ id }: RunRecord,
	{ label, step, text }: { readonly label: string; readonly step: number; readonly text?: string },
): Promise<void> {
	const event = {
		label,
		kind: "progress",
		seed: 1,
		step,
		steps: 1000,
		epoch: step / 100,
		loss: 1 / (1 + step),
		throughput: 5000,
		memory: 2 ** 28,
		seconds: step / 10,
	};
	const note = text === undefined ? [] : [{ label, kind: "note", seed: 1, text, seconds: step / 10 }];
	const lines = [event, ...note].map((line) => `${JSON.stringify(line)}\n`).join("");
	await appendFile(logPath(roomsIn(store), id), lines);
}
