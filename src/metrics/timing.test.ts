import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LimbeckError } from "../errors.js";
import { measureLatency, percentile } from "./timing.js";

describe("percentile", () => {
	test("interpolates between the two nearest values", () => {
		const values = [10, 20, 30, 40];
		// Positions q / 100 · 3: 0, 0.75, 1.5, 2.97, 3.
		expect([0, 25, 50, 99, 100].map((q) => percentile(values, q))).toEqual([
			10,
			17.5,
			25,
			expect.closeTo(39.7, 12),
			40,
		]);
		expect(percentile([7], 99)).toBe(7);
	});

	test("lies within the values and rises with q", () => {
		const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 });
		const q = fc.double({ min: 0, max: 100, noNaN: true });
		fc.assert(
			fc.property(values, q, q, (unsorted, a, b) => {
				const sorted = unsorted.toSorted((x, y) => x - y);
				const low = percentile(sorted, Math.min(a, b));
				const high = percentile(sorted, Math.max(a, b));
				expect(low).toBeGreaterThanOrEqual(percentile(sorted, 0));
				expect(high).toBeLessThanOrEqual(percentile(sorted, 100));
				expect(high - low).toBeGreaterThanOrEqual(-1e-9);
			}),
			{ seed: 7 },
		);
	});

	test.each([
		[[], 50],
		[[1], -1],
		[[1], 101],
		[[1], NaN],
	])("refuses %j at %d", (values: number[], q) => {
		expect(() => percentile(values, q)).toThrow(LimbeckError);
	});
});

describe("measureLatency", () => {
	test("leaves the warm-up out and takes the percentiles of the rest", async () => {
		// Two slow warm-up runs, then 5, 1, 4, 2, 3 ms. Sorted: the median is 3, the 99th percentile at position
		// 0.99 · 4 = 3.96 is 4 + 0.96.
		const durations = [100, 200, 5, 1, 4, 2, 3];
		let runs = 0;
		let time = 0;
		const run = (): Promise<void> => {
			time += durations[runs] ?? NaN;
			runs += 1;
			return Promise.resolve();
		};
		const latency = await measureLatency(run, { warmup: 2, repetitions: 5, now: () => time });
		expect(runs).toBe(7);
		expect(latency.p50).toBe(3);
		expect(latency.p99).toBeCloseTo(4.96, 12);
	});

	test("waits for each run to end", async () => {
		let running = 0;
		const run = async (): Promise<void> => {
			running += 1;
			expect(running).toBe(1);
			await new Promise((resolve) => setImmediate(resolve));
			running -= 1;
		};
		await measureLatency(run, { warmup: 1, repetitions: 3, now: () => 0 });
		expect(running).toBe(0);
	});

	test("passes on what a run throws", async () => {
		const failure = new LimbeckError("model", { where: "here", expected: "a run", got: "none" });
		const latency = measureLatency(() => Promise.reject(failure), { warmup: 0, repetitions: 1, now: () => 0 });
		await expect(latency).rejects.toBe(failure);
	});

	test.each([
		[-1, 1],
		[0.5, 1],
		[0, 0],
		[0, NaN],
	])("refuses warmup %d with repetitions %d", async (warmup, repetitions) => {
		const latency = measureLatency(() => Promise.resolve(), { warmup, repetitions, now: () => 0 });
		await expect(latency).rejects.toThrow(LimbeckError);
	});
});
