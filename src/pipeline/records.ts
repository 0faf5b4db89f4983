/** What is known of runs in the rooms of a store: a folder for each, with what was asked for, how far it is, and its events. */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { LimbeckError } from "../errors.js";
import { fileError, writeFileAtomic } from "../files.js";
import { deviceChoices } from "../runtime/devices.js";
import type { Rooms } from "../store/rooms.js";

const stepShape = z.strictObject({
	label: z.string(),
	kind: z.string(),
	key: z.string(),
	state: z.enum(["waiting", "running", "done", "cached", "failed", "stopped"]),
	/** Seconds from the run's beginning to the step's, where it was run. */
	began: z.number().optional(),
	/** Wall-clock time in this run. */
	seconds: z.number().optional(),
});

const recordShape = z.strictObject({
	schema: z.literal(1),
	id: z.string().regex(/^[\w.-]+$/),
	/** The workflow. Which there are is not for the store to say: another version may have others. */
	command: z.string().regex(/^[a-z][a-z-]*$/),
	/** The recipe, every default filled in. */
	recipe: z.record(z.string(), z.unknown()),
	/** The folder for the results, absolute. */
	out: z.string(),
	threads: z.int().min(1),
	/** What trains the networks, where that is not the recipe's to say. */
	device: z.enum(deviceChoices).optional(),
	created: z.iso.datetime(),
	updated: z.iso.datetime(),
	state: z.enum(["running", "done", "failed", "stopped"]),
	/** What went wrong. */
	error: z.string().optional(),
	/** Who works on it. */
	process: z.strictObject({ pid: z.int(), host: z.string() }),
	steps: z.array(stepShape),
});

/** A run as it is recorded. */
export type RunRecord = z.infer<typeof recordShape>;

/** A step of a run as it is recorded. */
export type StepRecord = z.infer<typeof stepShape>;

const recordFile = "run.json";

/** A name for a run, which sorts by time: `20261124-213015-digits-3f2a`. */
export function newRunId(name: string, now: Date): string {
	const time = now.toISOString().replaceAll(/[-:]/g, "").replace("T", "-").slice(0, 15);
	const safe = name.replaceAll(/[^\w-]+/g, "-").slice(0, 40);
	return `${time}-${safe}-${randomBytes(2).toString("hex")}`;
}

/** Writes a run's record, whole or not at all. */
export async function writeRecord({ runs }: Rooms, record: RunRecord): Promise<void> {
	const folder = join(runs, record.id);
	await mkdir(folder, { recursive: true }).catch((error: unknown) => {
		throw fileError(error, folder);
	});
	await writeFileAtomic(join(folder, recordFile), `${JSON.stringify(record, undefined, "\t")}\n`);
}

/** All runs, the newest first; a record that cannot be read is left out. One whose process is gone has stopped. */
export async function listRuns(rooms: Rooms): Promise<readonly RunRecord[]> {
	const ids = await readdir(rooms.runs).catch(() => []);
	const records = await Promise.all(ids.map((id) => readRecord(rooms, id)));
	return records.filter((record) => record !== undefined).sort((a, b) => (a.created < b.created ? 1 : -1));
}

/**
 * The run of that name, or of a beginning that no other has; `last` is the newest.
 *
 * @throws LimbeckError (`usage`) where there is none, or several.
 */
export async function findRun(rooms: Rooms, name: string): Promise<RunRecord> {
	const runs = await listRuns(rooms);
	const found = name === "last" ? runs.slice(0, 1) : runs.filter(({ id }) => id === name || id.startsWith(name));
	const exact = found.find(({ id }) => id === name) ?? (found.length === 1 ? found[0] : undefined);
	if (exact !== undefined) return exact;
	throw new LimbeckError("usage", {
		where: `run ${name}`,
		expected: "the name of one run, or its beginning",
		got: found.length === 0 ? `none in ${rooms.folder}` : found.map(({ id }) => id).join(", "),
		hint: "limbeck runs list shows them all.",
	});
}

/**
 * The output folder of a run that is done.
 *
 * @param name - see {@link findRun}.
 * @throws LimbeckError (`usage`) where there is no such run, or it has not ended.
 */
export async function finishedFolder(rooms: Rooms, name: string): Promise<string> {
	const { id, state, out } = await findRun(rooms, name);
	if (state === "done") return out;
	throw new LimbeckError("usage", {
		where: `run ${id}`,
		expected: "a run that is done",
		got: state,
		hint: `Go on with it: limbeck resume ${id}.`,
	});
}

/** The file of a run's record. */
export function recordPath({ runs }: Rooms, id: string): string {
	return join(runs, id, recordFile);
}

/** The file of the events that a run has told. */
export function logPath({ runs }: Rooms, id: string): string {
	return join(runs, id, "metrics.jsonl");
}

/**
 * The record of the run of exactly that name; nothing where there is none, or none that can be read. Where its process is
 * gone it has stopped, and with a run that has ended all its steps have.
 */
export async function readRecord(rooms: Rooms, id: string): Promise<RunRecord | undefined> {
	const text = await readFile(recordPath(rooms, id), "utf8").catch(() => "null");
	try {
		const record = recordShape.parse(JSON.parse(text));
		if (record.id !== id) return undefined;
		if (record.state === "running" && isAlive(record)) return record;
		return {
			...record,
			state: record.state === "running" ? "stopped" : record.state,
			steps: record.steps.map((step) => (step.state === "running" ? { ...step, state: "stopped" } : step)),
		};
	} catch {
		return undefined;
	}
}

/** Whether the process that works on a run is there; on another machine nobody can tell, and it is taken to be. */
function isAlive({ process: { pid, host } }: RunRecord): boolean {
	if (host !== hostname()) return true;
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
}

/** Removes a run's record; what it has made stays in the store. */
export async function removeRun({ runs }: Rooms, id: string): Promise<void> {
	await rm(join(runs, id), { recursive: true, force: true });
}
