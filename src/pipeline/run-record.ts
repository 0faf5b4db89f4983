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
	readonly log: (event: object) => void;
	readonly move: (step: PlannedStep, what: StepNews) => void;
	readonly steps: () => readonly StepRecord[];
	readonly close: (state: RunRecord["state"], error?: string) => Promise<void>;
}

export async function openRecord<Event extends SeedEvent, Result, Report extends object>(
	{ command, recipe }: Run<Event, Result, Report>,
	{ out, device }: RunOptions<Event>,
	{ planner, threads, store }: PlannedRun<Event, Result>,
): Promise<OpenRecord> {
	const created = new Date();
	const id = newRunId(recipe.name, created);
	const steps = new Map<string, StepRecord>(
		planner.steps.map(({ key, kind, label }) => [key, { label, kind, key, state: "waiting" }]),
	);
	const start = performance.now();
	const began = new Map<string, number>();
	const secondsSince = (time: number): number => Math.round(performance.now() - time) / 1000;
	const write = (state: RunRecord["state"], error?: string): Promise<void> =>
		writeRecord(store.rooms, {
			...({ schema: 1, id, command, recipe, out: resolve(out), threads, state } as const),
			created: created.toISOString(),
			updated: new Date().toISOString(),
			...(error === undefined ? {} : { error }),
			...(device === undefined ? {} : { device }),
			process: { pid: process.pid, host: hostname() },
			steps: [...steps.values()],
		});
	await write("running");
	const log = await openMetricsLog(logPath(store.rooms, id));
	let writing = Promise.resolve();
	return {
		id,
		log(event) {
			log.append(event);
		},
		move({ key, kind, label }, what) {
			// A step that goes on with more cores is started again.
			if (what === "started" && !began.has(key)) began.set(key, performance.now());
			const since = began.get(key);
			const times =
				since === undefined
					? {}
					: {
							began: Math.round(since - start) / 1000,
							...(what === "started" ? {} : { seconds: secondsSince(since) }),
						};
			steps.set(key, { label, kind, key, state: what === "started" ? "running" : what, ...times });
			// A record that cannot be written now is written at the end, or fails there.
			writing = writing.then(() => write("running")).catch(() => undefined);
		},
		steps: () => [...steps.values()],
		async close(state, error) {
			await writing;
			await log.close();
			await write(state, error);
		},
	};
}
