import { describe, expect, test } from "vitest";
import { compile, real, scalar } from "../../test/support/graphs.js";
import { createGraph } from "../ops/index.js";
import { type ScheduleOptions, scheduledRate, scheduleOptions, schedules } from "./schedules.js";

const total = 100;

/** The rate at each of the steps. */
async function rates(
	options: ScheduleOptions,
	base: number,
	warmupSteps: number,
	steps: readonly number[],
	totalSteps = total,
): Promise<readonly number[]> {
	const g = createGraph();
	const step = g.input("step", { type: "float", dims: [] });
	const rate = scheduledRate(g, base, options, { step, totalSteps, warmupSteps });
	expect(rate.dims).toEqual([]);
	const session = await compile(g, { rate });
	try {
		const found: number[] = [];
		for (const at of steps) found.push(scalar(await session.run({ step: real("float", [], [at]) }), "rate"));
		return found;
	} finally {
		await session.release();
	}
}

interface ScheduleCase {
	readonly options: unknown;
	/** The factor after a share `p` of the run, in plain numbers. */
	readonly factor: (p: number) => number;
}

const cases: Readonly<Record<keyof typeof schedules, readonly ScheduleCase[]>> = {
	constant: [{ options: { name: "constant" }, factor: () => 1 }],
	cosine: [
		{ options: { name: "cosine" }, factor: (p) => (1 + Math.cos(Math.PI * p)) / 2 },
		{ options: { name: "cosine", final: 0.1 }, factor: (p) => 0.1 + (0.9 * (1 + Math.cos(Math.PI * p))) / 2 },
	],
	linear: [
		{ options: { name: "linear" }, factor: (p) => 1 - p },
		{ options: { name: "linear", final: 1.5 }, factor: (p) => 1 + p / 2 },
	],
	step: [
		{ options: { name: "step", at: [0.5, 0.75] }, factor: (p) => (p < 0.5 ? 1 : p < 0.75 ? 0.1 : 0.01) },
		{ options: { name: "step", at: [0.25], factor: 0.5 }, factor: (p) => (p < 0.25 ? 1 : 0.5) },
	],
	exponential: [{ options: { name: "exponential", final: 0.01 }, factor: (p) => 0.01 ** p }],
};

describe.each(Object.values(cases).flat())("$options", ({ options, factor }) => {
	const parsed = scheduleOptions.parse(options);
	const steps = [0, 1, 9, 10, 24, 25, 26, 49, 50, 51, 74, 75, 76, 98, 99];

	test("is the base rate times its factor", async () => {
		const found = await rates(parsed, 0.3, 0, steps);
		for (const [i, step] of steps.entries()) expect(found[i]).toBeCloseTo(0.3 * factor(step / total), 6);
	});

	test("rises evenly to the base in the warm-up, then runs over the steps that are left", async () => {
		const warmup = 20;
		const found = await rates(parsed, 0.3, warmup, [0, 9, 19, 20, 40, 60, 80, 99]);
		const expected = [0.015, 0.15, 0.3, ...[20, 40, 60, 80, 99].map((step) => 0.3 * factor((step - warmup) / 80))];
		for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 6);
	});
});

test("a run that is all warm-up stays finite", async () => {
	const found = await rates(scheduleOptions.parse({ name: "cosine" }), 1, 3, [0, 1, 2], 3);
	for (const [i, value] of [1 / 3, 2 / 3, 1].entries()) expect(found[i]).toBeCloseTo(value, 6);
});

test("drops where the options say, counted exactly: the first step at or after the share", async () => {
	const options = scheduleOptions.parse({ name: "step", at: [0.7] });
	// 0.7 is not a binary fraction: 7 of 10 steps must count as 0.7 all the same.
	for (const totalSteps of [10, 30, 70, 1000]) {
		const drop = 0.7 * totalSteps;
		const [before, at] = await rates(options, 1, 0, [Math.round(drop) - 1, Math.round(drop)], totalSteps);
		expect(before).toBeCloseTo(1, 6);
		expect(at).toBeCloseTo(0.1, 6);
	}
});
