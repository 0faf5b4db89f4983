/** How steps share the cores of a machine. */
import type { OfferedStep } from "./executor.js";
import type { RestingJob, RunningJob } from "./job-table.js";
import { stepEntry } from "./steps.js";

/** The steps that want cores. */
export interface Load {
	readonly queued: readonly RestingJob[];
	readonly running: readonly RunningJob[];
	/** All cores that there are. */
	readonly cores: number;
}

/** The queued steps that can start now, and the cores of each. In order: a small one does not hold up a large one for ever. */
export function startable(load: Load): readonly { readonly step: OfferedStep; readonly cores: number }[] {
	const starting: { step: OfferedStep; cores: number }[] = [];
	let free = freeCores(load);
	for (const { step } of load.queued) {
		const cores = shareOf(step, load);
		if (cores > free) break;
		free -= cores;
		starting.push({ step, cores });
	}
	return starting;
}

/** The running step that gets cores that would lie idle: one that goes on where it left, and has fewer than its share. */
export function widenable(load: Load): RunningJob | undefined {
	const free = freeCores(load);
	if (free === 0 || load.queued.length > 0) return undefined;
	return load.running.find(
		({ step, cores }) => stepEntry(step.kind).goesOn && cores < Math.min(shareOf(step, load), cores + free),
	);
}

/** A step with as many threads as it has cores. */
export function withCores(step: OfferedStep, cores: number): OfferedStep {
	if (!isDivisible(step)) return step;
	// Such a kind has threads among its options.
	return { ...step, options: { ...step.options, threads: cores } } as OfferedStep;
}

function freeCores({ running, cores }: Load): number {
	return cores - running.reduce((sum, job) => sum + job.cores, 0);
}

/** Networks trained side by side, a core each, are done sooner than one after the other on all cores. */
function shareOf(step: OfferedStep, { queued, running, cores }: Load): number {
	const most = Math.min(step.cores, cores);
	if (!isDivisible(step)) return most;
	const alike = [...queued, ...running].filter((other) => isDivisible(other.step)).length;
	return Math.max(1, Math.min(most, Math.floor(cores / alike)));
}

/** Whether a step gives the same result on fewer cores than it can use. */
function isDivisible({ kind, cores }: OfferedStep): boolean {
	return cores > 1 && stepEntry(kind).unkeyed.includes("threads");
}
