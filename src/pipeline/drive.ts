/** The walk over a plan: what is in the store is taken, what is not is offered to an executor as soon as it can be run. */
import { setTimeout as sleep } from "node:timers/promises";
import { LimbeckError, throwIfStopped } from "../errors.js";
import type { Notice } from "../notices.js";
import type { Entry } from "../store/entry.js";
import type { Store } from "../store/store.js";
import type { TrainingEvent } from "../train/training.js";
import type { Executor, StepEvent, StepId, StepState } from "./executor.js";
import type { PlannedStep } from "./plan.js";
import { type StepName, type StepOutput, stepEntry } from "./steps.js";

/** What a walk needs, and who hears of it. */
export interface DriveOptions {
	readonly store: Store;
	readonly executor: Executor;
	readonly onTraining?: (step: PlannedStep, event: TrainingEvent) => void;
	/** A step was found, begun, or done. */
	readonly onStep?: (step: PlannedStep, what: StepNews) => void;
	/** What should be known of a step's result, when it is found or done. */
	readonly onNotice?: (notice: Notice) => void;
	/** A stop: running steps keep what they have. */
	readonly signal?: AbortSignal;
}

/** What became of a step. */
export type StepNews = "cached" | "started" | "done" | "failed";

/** The entries of finished steps, by their keys. */
export type Finished = ReadonlyMap<StepId, Entry>;

/** A wake-up may be lost; so often the state is asked for anyway. */
const pollMs = 2000;

/**
 * Does every step of a plan. A step whose key is in the store is not run, and what only such steps need is not either.
 * When one fails, those that run keep what they have and leave, so that the next walk goes on.
 *
 * @param wanted - keys of the steps whose results are asked for.
 * @returns the steps that were looked at, by their keys.
 * @throws LimbeckError: the failed step's; `interrupted` if `signal` is aborted.
 */
export async function drive(
	plan: readonly PlannedStep[],
	wanted: readonly string[],
	options: DriveOptions,
): Promise<Finished> {
	const { executor, signal } = options;
	const walk = await begin(plan, wanted, options);
	const { missing, finished } = walk;
	if (missing.size === 0) return finished;
	const closing = new AbortController();
	const bell = createBell();
	const listening = listen(executor.events(closing.signal), walk, bell, options);
	const cancel = (): void => void executor.cancel([...missing]);
	signal?.addEventListener("abort", cancel);
	try {
		await work(walk, bell, options);
		return finished;
	} finally {
		signal?.removeEventListener("abort", cancel);
		if (missing.size > 0) await settle(executor, [...missing]);
		closing.abort();
		await listening;
		// A later walk over the same executor may ask for the same steps.
		await executor.forget(plan.map(({ key }) => key));
	}
}

/** How far a walk is. */
interface Walk {
	readonly plan: readonly PlannedStep[];
	readonly steps: ReadonlyMap<StepId, PlannedStep>;
	/** The keys of the steps that are still to be done. */
	readonly missing: Set<StepId>;
	readonly finished: Map<StepId, Entry>;
}

/** Does what is missing. @throws LimbeckError: the first failed step's, when none runs any longer. */
async function work(walk: Walk, bell: Bell, options: DriveOptions): Promise<void> {
	const { plan, missing } = walk;
	const { executor, onStep, signal } = options;
	let failure: LimbeckError | undefined;
	while (missing.size > 0) {
		throwIfStopped(signal, "the run");
		const ready = plan.filter(({ key, inputs }) => missing.has(key) && inputs.every((input) => !missing.has(input)));
		if (failure === undefined) await executor.offer(ready);
		const states = await executor.state([...missing]);
		let moved = await takeCompleted(walk, states, options);
		const failed = failure === undefined ? failedOf(walk, states) : undefined;
		if (failed !== undefined) {
			failure = failed.error;
			moved = true;
			onStep?.(failed.step, "failed");
			await executor.cancel([...missing]);
		}
		if (failure !== undefined && !isBusy(states)) throw failure;
		if (!moved && missing.size > 0) await bell.wait(pollMs);
	}
}

/** Takes what is done from the store. @returns whether something is. */
async function takeCompleted(
	{ steps, missing, finished }: Walk,
	states: ReadonlyMap<StepId, StepState>,
	options: DriveOptions,
): Promise<boolean> {
	const before = missing.size;
	for (const [key, { status }] of states) {
		const step = steps.get(key);
		if (step === undefined || status !== "completed") continue;
		const entry = await options.store.find(key);
		if (entry === undefined) throw lost(step);
		finished.set(key, entry);
		missing.delete(key);
		options.onStep?.(step, "done");
		tellNotices(step, entry, options);
	}
	return missing.size < before;
}

/** The first step that has failed, and why. */
function failedOf(
	{ steps }: Walk,
	states: ReadonlyMap<StepId, StepState>,
): { readonly step: PlannedStep; readonly error: LimbeckError } | undefined {
	for (const [key, state] of states) {
		const step = steps.get(key);
		if (step === undefined || state.status !== "failed") continue;
		return { step, error: new LimbeckError(state.error.category, state.error) };
	}
	return undefined;
}

/** Looks for what is wanted: what is found is finished, what is not is missing, and what it needs is looked for too. */
async function begin(plan: readonly PlannedStep[], wanted: readonly StepId[], options: DriveOptions): Promise<Walk> {
	const { store, onStep, onTraining } = options;
	const steps = new Map(plan.map((step) => [step.key, step]));
	const missing = new Set<StepId>();
	const finished = new Map<StepId, Entry>();
	const look = async (key: StepId): Promise<void> => {
		const step = steps.get(key);
		if (step === undefined || missing.has(key) || finished.has(key)) return;
		const entry = await store.find(key, {
			onDamaged: (text) => onTraining?.(step, { kind: "note", text }),
		});
		if (entry !== undefined) {
			finished.set(key, entry);
			onStep?.(step, "cached");
			tellNotices(step, entry, options);
			return;
		}
		missing.add(key);
		for (const input of step.inputs) await look(input);
	};
	for (const key of wanted) await look(key);
	return { plan, steps, missing, finished };
}

function tellNotices({ kind }: PlannedStep, { result }: Entry, { onNotice }: DriveOptions): void {
	// The result is one of that kind: the key names it.
	for (const notice of stepEntry(kind).notices?.(result) ?? []) onNotice?.(notice);
}

/** Waits until none of the steps runs any longer. */
async function settle(executor: Executor, ids: readonly StepId[]): Promise<void> {
	await executor.cancel(ids);
	while (isBusy(await executor.state(ids))) await sleep(settleMs);
}

function isBusy(states: ReadonlyMap<StepId, StepState>): boolean {
	return [...states.values()].some(({ status }) => status === "running" || status === "queued");
}

const settleMs = 20;

/** Tells what happens to the steps of a walk, and rings whenever one has moved. */
async function listen(
	events: AsyncIterable<StepEvent>,
	{ steps, missing }: Walk,
	bell: Bell,
	{ onTraining, onStep }: DriveOptions,
): Promise<void> {
	for await (const event of events) {
		const step = steps.get(event.id);
		if (step === undefined || !missing.has(event.id)) continue;
		if (event.kind === "training") onTraining?.(step, event.event);
		else if (event.state.status === "running") onStep?.(step, "started");
		if (event.kind === "state") bell.ring();
	}
}

/** Latching wake-up signal. */
interface Bell {
	/** Wakes whoever waits, or else whoever waits next. */
	readonly ring: () => void;
	readonly wait: (ms: number) => Promise<void>;
}

function createBell(): Bell {
	let rung = false;
	let wake: (() => void) | undefined;
	return {
		ring() {
			rung = true;
			wake?.();
		},
		async wait(ms) {
			if (!rung) {
				await new Promise<void>((resolve) => {
					const timer = setTimeout(resolve, ms);
					wake = () => {
						clearTimeout(timer);
						resolve();
					};
				});
			}
			rung = false;
		},
	};
}

function lost({ label, key }: PlannedStep): LimbeckError {
	const hint = "Was the store removed while it was in use?";
	return new LimbeckError("file", { where: label, expected: `${key} in the store`, got: "nothing", hint });
}

/** What a finished step has given. */
export type OutputOf = <Name extends StepName>(step: PlannedStep<Name>) => StepOutput<Name>;

/** What finished steps have given, by the steps. */
export function outputs(finished: Finished): OutputOf {
	return <Name extends StepName>({ key, label }: PlannedStep<Name>): StepOutput<Name> => {
		const entry = finished.get(key);
		if (entry === undefined) throw new TypeError(`drive: expected a result of ${label}, got none`);
		// What the step gave: the key names its kind and version.
		return entry.result as StepOutput<Name>;
	};
}
