/** Steps in processes of this machine, several side by side as far as its cores go. */
import { EventEmitter, on } from "node:events";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { canonicalJson } from "../canonical.js";
import { interruption, LimbeckError } from "../errors.js";
import { isRecord, shown } from "../options.js";
import type { Store } from "../store/store.js";
import type { Executor, OfferedStep, StepEvent, StepId, StepState } from "./executor.js";
import { defaultSilenceMs, usableMemory } from "./limits.js";
import { type RunStepOptions, runStep } from "./run-step.js";
import { type StepProcesses, stepProcesses } from "./step-processes.js";
import { stepEntry } from "./steps.js";

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

interface Job {
	readonly step: OfferedStep;
	stop: AbortController;
	state: StepState;
	/** The cores that it runs on. */
	cores: number;
	/** Whether it is stopped only to go on with more cores. */
	moves: boolean;
}

/** How long cores lie idle before a running step gets them: what is done may let others be offered. */
const idleMs = 1000;

/** Opens the executor; it holds nothing that needs closing. */
export function localExecutor(options: LocalExecutorOptions): Executor {
	const { store, cores = availableParallelism(), memory = usableMemory(), silenceMs = defaultSilenceMs } = options;
	const { checkpointSeconds, processes = stepProcesses() } = options;
	const jobs = new Map<StepId, Job>();
	const emitter = new EventEmitter();
	let free = cores;
	const tell = (event: StepEvent): void => void emitter.emit("event", event);
	const enter = (job: Job, state: StepState): void => {
		job.state = state;
		tell({ kind: "state", id: job.step.key, state });
	};
	const withStatus = (...statuses: readonly StepState["status"][]): readonly Job[] =>
		[...jobs.values()].filter(({ state }) => statuses.includes(state.status));
	/** Networks trained side by side, a core each, are done sooner than one after the other on all cores. */
	const shareOf = ({ step }: Job): number => {
		const most = Math.min(step.cores, cores);
		if (!isDivisible(step)) return most;
		const like = withStatus("queued", "running").filter((other) => isDivisible(other.step));
		return Math.max(1, Math.min(most, Math.floor(cores / like.length)));
	};
	const start = (): void => {
		for (const job of withStatus("queued")) {
			const share = shareOf(job);
			// In order: a small step does not hold up a large one for ever.
			if (share > free) return;
			free -= share;
			Object.assign(job, { cores: share, stop: new AbortController(), moves: false });
			enter(job, { status: "running" });
			void work(job).then((state) => {
				free += share;
				enter(job, state);
				start();
			});
		}
		setTimeout(widen, idleMs).unref();
	};
	/** Gives cores that would lie idle to a step that has fewer: it leaves at a checkpoint and goes on from there. */
	const widen = (): void => {
		if (free === 0 || withStatus("queued").length > 0) return;
		const job = withStatus("running").find(
			(one) => stepEntry(one.step.kind).goesOn && one.cores < Math.min(shareOf(one), one.cores + free),
		);
		if (job === undefined) return;
		job.moves = true;
		job.stop.abort();
	};
	const work = async (job: Job): Promise<StepState> => {
		const { step, stop } = job;
		const limits = { memory: Math.floor((memory * job.cores) / cores), silenceMs };
		const hear = (event: Extract<StepEvent, { readonly kind: "training" }>["event"]): void => {
			tell({ kind: "training", id: step.key, event });
		};
		try {
			await obtainStep(store, withCores(step, job.cores), {
				limits,
				signal: stop.signal,
				onEvent: hear,
				checkpointSeconds,
				processes,
			});
			return { status: "completed" };
		} catch (error) {
			const failure = failureOf(step, error);
			if (job.moves && failure.category === "interrupted") return { status: "queued" };
			return { status: "failed", error: failure.toJSON() };
		}
	};
	return {
		offer(ready) {
			for (const step of ready) {
				if (!jobs.has(step.key)) jobs.set(step.key, queued(step));
			}
			start();
			return Promise.resolve();
		},
		state(ids) {
			return Promise.resolve(new Map(ids.map((id) => [id, jobs.get(id)?.state ?? { status: "absent" }])));
		},
		retry(ids) {
			for (const id of ids) {
				const job = jobs.get(id);
				if (job?.state.status !== "failed") continue;
				jobs.delete(id);
				jobs.set(id, queued(job.step));
			}
			start();
			return Promise.resolve();
		},
		forget(ids) {
			for (const id of ids) {
				const status = jobs.get(id)?.state.status;
				if (status === "completed" || status === "failed") jobs.delete(id);
			}
			return Promise.resolve();
		},
		cancel(ids) {
			for (const id of ids) {
				const job = jobs.get(id);
				if (job === undefined) continue;
				job.moves = false;
				job.stop.abort();
				if (job.state.status === "queued")
					enter(job, { status: "failed", error: interruption(job.step.label).toJSON() });
			}
			return Promise.resolve();
		},
		async *events(signal) {
			try {
				for await (const [event] of on(emitter, "event", { signal })) yield event as StepEvent; // As told above.
			} catch (error) {
				if (!signal.aborted) throw error;
			}
		},
	};
}

function queued(step: OfferedStep): Job {
	return { step, stop: new AbortController(), state: { status: "queued" }, cores: 0, moves: false };
}

/** Whether a step gives the same result on fewer cores than it can use. */
function isDivisible({ kind, cores }: OfferedStep): boolean {
	return cores > 1 && stepEntry(kind).unkeyed.includes("threads");
}

/** A step with as many threads as it has cores. */
function withCores(step: OfferedStep, cores: number): OfferedStep {
	if (!isDivisible(step)) return step;
	// Such a kind has threads among its options.
	return { ...step, options: { ...step.options, threads: cores } } as OfferedStep;
}

/** Runs a step in a process and puts what it leaves into the store, unless it is there. */
async function obtainStep(
	store: Store,
	{ key, about, kind, options, label }: OfferedStep,
	{
		signal,
		onEvent,
		...how
	}: Required<Pick<RunStepOptions, "limits" | "signal" | "onEvent" | "checkpointSeconds" | "processes">>,
): Promise<void> {
	const note = (text: string): void => {
		onEvent({ kind: "note", text });
	};
	const targets = join(store.folder, "targets");
	await store.obtain(
		{
			key,
			about,
			run: async (output, progress) => {
				// The kind picks the options; TypeScript cannot pair them here.
				const result: unknown = await runStep(kind, options as never, {
					...how,
					signal,
					onEvent,
					folders: { output, progress, targets },
				});
				checkData(label, about, result);
				const files = await stepEntry(kind).opened?.(options as never);
				if (canonicalJson(files) !== canonicalJson(about["files"])) throw changed(label, "files", "others");
				return result;
			},
		},
		{
			signal,
			onDamaged: note,
			onWait: () => {
				note(`another process does ${label}: waiting for it`);
			},
		},
	);
}

/** A training tells what data it has read; a plan took them for what they were when they were last read. */
function checkData(label: string, { data }: OfferedStep["about"], result: unknown): void {
	const read = isRecord(result) && isRecord(result["data"]) ? result["data"]["fingerprint"] : undefined;
	if (data === undefined || read === undefined || read === data) return;
	throw changed(label, `samples (${shown(data)})`, `others (${shown(read)})`);
}

function changed(label: string, what: string, got: string): LimbeckError {
	return new LimbeckError("data", {
		where: `${label}: the data`,
		expected: `the ${what} that the plan was made for`,
		got,
		hint: "The files have changed in the meantime: run again.",
	});
}

function failureOf(step: OfferedStep, error: unknown): LimbeckError {
	if (error instanceof LimbeckError) return error;
	const got = error instanceof Error ? (error.stack ?? error.message) : String(error);
	return new LimbeckError("internal", { where: step.label, expected: "no defect of Limbeck's own", got });
}
