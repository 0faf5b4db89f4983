import { expect, test } from "vitest";
import { type Load, startable, widenable } from "./core-shares.js";
import type { OfferedStep } from "./executor.js";
import type { RestingJob, RunningJob } from "./job-table.js";

/** An offered step of which only kind, name and cores matter here. */
function step(key: string, cores: number, kind: OfferedStep["kind"] = "train"): OfferedStep {
	// Shares depend on no options.
	return { key, kind, label: key, options: {}, about: {}, cores } as unknown as OfferedStep;
}

const queued = (one: OfferedStep): RestingJob => ({ step: one, state: { status: "queued" } });

function running(one: OfferedStep, cores: number): RunningJob {
	return { step: one, state: { status: "running" }, cores, stop: new AbortController(), moves: false };
}

function started(load: Partial<Load>): readonly (readonly [key: string, cores: number])[] {
	return startable({ queued: [], running: [], cores: 4, ...load }).map(({ step: { key }, cores }) => [key, cores]);
}

test("trainings share the cores; what cannot do with fewer has all that it asks for", () => {
	expect(started({ queued: [queued(step("a", 4)), queued(step("b", 4))] })).toEqual([
		["a", 2],
		["b", 2],
	]);
	expect(started({ queued: [queued(step("a", 4, "evaluate")), queued(step("b", 4))] })).toEqual([["a", 4]]);
	expect(started({ queued: [queued(step("a", 9))] })).toEqual([["a", 4]]);
});

test("a small step does not hold up a large one that was offered before it", () => {
	const beside = [running(step("r", 1), 1)];
	expect(
		started({ queued: [queued(step("large", 4, "evaluate")), queued(step("small", 1))], running: beside }),
	).toEqual([]);
});

test("idle cores go to a training with fewer than its share, unless a step waits", () => {
	const [narrow, wide] = [running(step("narrow", 4), 2), running(step("one", 1), 1)];
	expect(widenable({ queued: [], running: [wide, narrow], cores: 4 })).toBe(narrow);
	expect(widenable({ queued: [queued(step("waits", 4))], running: [wide, narrow], cores: 4 })).toBeUndefined();
	expect(widenable({ queued: [], running: [running(step("narrow", 4), 4)], cores: 4 })).toBeUndefined();
	expect(widenable({ queued: [], running: [running(step("cannot", 4, "evaluate"), 2)], cores: 4 })).toBeUndefined();
});
