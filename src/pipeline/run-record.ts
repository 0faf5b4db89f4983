/** The record and the log of a run while it goes on. */
import { hostname } from "node:os";
import { resolve } from "node:path";
import type { StepNews } from "./drive.js";
import { openMetricsLog } from "./metrics-log.js";
import type { PlannedStep } from "./plan.js";
import type { PlannedRun } from "./planned-run.js";
import { logPath, newRunId, type RunRecord, type StepRecord, writeRecord } from "./records.js";
import type { Run, RunOptions, SeedEvent } from "./run-types.js";

/** A run's record while it goes on. */
export interface OpenRecord {
	readonly id: string;
	/** Adds an event to the run's log. */
	readonly log: (event: object) => void;
	readonly move: StepRecords["move"];
	readonly steps: StepRecords["all"];
	/** @throws LimbeckError (`disk-full`, `file`) where record or log could not be written. */
	readonly close: (state: RunRecord["state"], error?: string) => Promise<void>;
}

/** Opens the record of a run that begins now. */
export async function openRecord<Event extends SeedEvent, Result, Report extends object>(
	{ command, recipe }: Run<Event, Result, Report>,
	{ out, device }: RunOptions<Event>,
	{ planner, threads, store }: PlannedRun<Event, Result>,
): Promise<OpenRecord> {
	const created = new Date();
	const id = newRunId(recipe.name, created);
	const steps = stepRecords(planner.steps);
	const write = (state: RunRecord["state"], error?: string): Promise<void> =>
		writeRecord(store.rooms, {
			schema: 1,
			id,
			command,
			recipe,
			out: resolve(out),
			threads,
			state,
			created: created.toISOString(),
			updated: new Date().toISOString(),
			...(error === undefined ? {} : { error }),
			...(device === undefined ? {} : { device }),
			process: { pid: process.pid, host: hostname() },
			steps: [...steps.all()],
		});
	await write("running");
	const log = await openMetricsLog(logPath(store.rooms, id));
	let writing = Promise.resolve();
	return {
		id,
		log(event) {
			log.append(event);
		},
		move(step, what) {
			steps.move(step, what);
			// A record that cannot be written now is written at the end, or fails there.
			writing = writing.then(() => write("running")).catch(() => undefined);
		},
		steps: steps.all,
		async close(state, error) {
			await writing;
			await log.close();
			await write(state, error);
		},
	};
}

/** The steps of a run, how far each is, and when it began. */
interface StepRecords {
	readonly all: () => readonly StepRecord[];
	readonly move: (step: PlannedStep, what: StepNews) => void;
}

function stepRecords(planned: readonly PlannedStep[]): StepRecords {
	const start = performance.now();
	const steps = new Map<string, StepRecord>(
		planned.map(({ key, kind, label }) => [key, { label, kind, key, state: "waiting" }]),
	);
	const begun = new Map<string, number>();
	const seconds = (ms: number): number => Math.round(ms) / 1000;
	return {
		all: () => [...steps.values()],
		move({ key, kind, label }, what) {
			const runs = what === "started";
			const now = performance.now();
			// A step that goes on with more cores is started again.
			if (runs && !begun.has(key)) begun.set(key, now);
			const since = begun.get(key);
			steps.set(key, {
				label,
				kind,
				key,
				state: runs ? "running" : what,
				...(since === undefined ? {} : { began: seconds(since - start) }),
				...(since === undefined || runs ? {} : { seconds: seconds(now - since) }),
			});
		},
	};
}
