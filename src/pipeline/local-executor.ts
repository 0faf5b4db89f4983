/** Steps in processes of this machine, several side by side as far as its cores go. */
import { availableParallelism } from "node:os";
import { interruption } from "../errors.js";
import type { Store } from "../store/store.js";
import { type Load, startable, widenable, withCores } from "./core-shares.js";
import type { Executor } from "./executor.js";
import { isRunning, type JobTable, jobTable, type RestingJob, type RunningJob } from "./job-table.js";
import { defaultSilenceMs, usableMemory } from "./limits.js";
import { failureOf, obtainStep } from "./obtain-step.js";
import { type StepProcesses, stepProcesses } from "./step-processes.js";

/** What the executor may use. */
export interface LocalExecutorOptions {
	readonly store: Store;
	/** All of the machine's where absent. */
	readonly cores?: number;
	/** Bytes that all steps together may hold; what the machine has where absent. A step's share goes by its cores. */
	readonly memory?: number;
	/** See `StepLimits`. */
	readonly silenceMs?: number;
	/** See `TrainingContext`; no part of a step's options, as no key may depend on it. */
	readonly checkpointSeconds?: number | undefined;
	/** Where steps get their processes; from a pool of its own where absent. */
	readonly processes?: StepProcesses;
}

/** How long cores lie idle before a running step gets them: what is done may let others be offered. */
const idleMs = 1000;

/** Opens the executor; it holds nothing that needs closing. */
export function localExecutor({ cores = availableParallelism(), ...options }: LocalExecutorOptions): Executor {
	const jobs = jobTable();
	const load = (): Load => ({ queued: jobs.queued(), running: jobs.running(), cores });
	const work = worker({ cores, ...options }, jobs);
	const start = (): void => {
		for (const { step, cores: share } of startable(load())) {
			const job = {
				step,
				state: { status: "running" },
				cores: share,
				stop: new AbortController(),
				moves: false,
			} as const;
			jobs.enter(job);
			void work(job).then((state) => {
				jobs.enter({ step, state });
				start();
			});
		}
		setTimeout(widen, idleMs).unref();
	};
	/** Gives cores that would lie idle to a step that has fewer: it leaves at a checkpoint and goes on from there. */
	const widen = (): void => {
		const job = widenable(load());
		if (job === undefined) return;
		jobs.enter({ ...job, moves: true });
		job.stop.abort();
	};
	return {
		offer(ready) {
			for (const step of ready) jobs.add(step);
			start();
			return Promise.resolve();
		},
		state: (ids) => Promise.resolve(new Map(ids.map((id) => [id, jobs.find(id)?.state ?? { status: "absent" }]))),
		forget(ids) {
			jobs.forget(ids);
			return Promise.resolve();
		},
		cancel(ids) {
			for (const id of ids) {
				const job = jobs.find(id);
				if (job === undefined) continue;
				const { step, state } = job;
				if (isRunning(job)) {
					jobs.enter({ ...job, moves: false });
					job.stop.abort();
				} else if (state.status === "queued") {
					jobs.enter({ step, state: { status: "failed", error: interruption(step.label).toJSON() } });
				}
			}
			return Promise.resolve();
		},
		events: (signal) => jobs.events(signal),
	};
}

/** Does the work of a job, and says what the job's state is then. */
function worker(
	{
		store,
		cores,
		memory = usableMemory(),
		silenceMs = defaultSilenceMs,
		checkpointSeconds,
		processes = stepProcesses(),
	}: LocalExecutorOptions & { readonly cores: number },
	jobs: JobTable,
): (job: RunningJob) => Promise<RestingJob["state"]> {
	return async ({ step, stop, cores: share }) => {
		const limits = { memory: Math.floor((memory * share) / cores), silenceMs };
		try {
			await obtainStep(store, withCores(step, share), {
				limits,
				signal: stop.signal,
				onEvent: (event) => {
					jobs.tell({ kind: "training", id: step.key, event });
				},
				checkpointSeconds,
				processes,
			});
			return { status: "completed" };
		} catch (error) {
			const failure = failureOf(step, error);
			const job = jobs.find(step.key);
			const moves = job !== undefined && isRunning(job) && job.moves;
			if (moves && failure.category === "interrupted") return { status: "queued" };
			return { status: "failed", error: failure.toJSON() };
		}
	};
}
