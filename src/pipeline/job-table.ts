/** What an executor that runs steps itself knows of them, and who hears of it. */
import { EventEmitter, on } from "node:events";
import type { OfferedStep, StepEvent, StepId, StepState } from "./executor.js";

/** A step that runs. */
export interface RunningJob {
	readonly step: OfferedStep;
	readonly state: { readonly status: "running" };
	/** The cores that it runs on. */
	readonly cores: number;
	readonly stop: AbortController;
	/** Whether it is stopped only to go on with more cores. */
	readonly moves: boolean;
}

/** A step that does not run. */
export interface RestingJob {
	readonly step: OfferedStep;
	readonly state: { readonly status: "queued" | "completed" } | Extract<StepState, { readonly status: "failed" }>;
}

/** A step at an executor. */
export type Job = RunningJob | RestingJob;

/** The steps of an executor by their keys, in the order in which they were offered. */
export interface JobTable {
	/** Queues a step, unless it is known. */
	add(step: OfferedStep): void;
	find(id: StepId): Job | undefined;
	queued(): readonly RestingJob[];
	running(): readonly RunningJob[];
	/** Puts a job in the place of the one before of its step, and tells if its state is another. */
	enter(job: Job): void;
	/** Forgets steps that are neither queued nor running. */
	forget(ids: readonly StepId[]): void;
	tell(event: StepEvent): void;
	/** What is told from now on. */
	events(signal: AbortSignal): AsyncIterable<StepEvent>;
}

/** Opens an empty table. */
export function jobTable(): JobTable {
	const jobs = new Map<StepId, Job>();
	const emitter = new EventEmitter();
	const tell = (event: StepEvent): void => void emitter.emit("event", event);
	return {
		add(step) {
			if (!jobs.has(step.key)) jobs.set(step.key, { step, state: { status: "queued" } });
		},
		find: (id) => jobs.get(id),
		queued: () => [...jobs.values()].filter(isQueued),
		running: () => [...jobs.values()].filter(isRunning),
		enter(job) {
			const { key } = job.step;
			const before = jobs.get(key);
			jobs.set(key, job);
			if (before?.state.status !== job.state.status) tell({ kind: "state", id: key, state: job.state });
		},
		forget(ids) {
			for (const id of ids) {
				const status = jobs.get(id)?.state.status;
				if (status === "completed" || status === "failed") jobs.delete(id);
			}
		},
		tell,
		async *events(signal) {
			try {
				for await (const [event] of on(emitter, "event", { signal })) yield event as StepEvent; // As told above.
			} catch (error) {
				if (!signal.aborted) throw error;
			}
		},
	};
}

/** Whether a job is one that runs. */
export function isRunning(job: Job): job is RunningJob {
	return job.state.status === "running";
}

function isQueued(job: Job): job is RestingJob {
	return job.state.status === "queued";
}
