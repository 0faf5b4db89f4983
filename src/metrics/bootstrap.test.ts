import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LimbeckError } from "../errors.js";
import { percentileInterval, resampledMeans } from "./bootstrap.js";

describe("resampledMeans", () => {
	test("of two samples, 0 and 1: both, one or none of them in the shares ¼, ½, ¼", () => {
		const [means = new Float64Array()] = resampledMeans([[0, 1]], { resamples: 4000, seed: 3 });
		const share = (value: number): number => means.filter((mean) => mean === value).length / 4000;
		expect(share(0) + share(0.5) + share(1)).toBe(1);
		// Four standard deviations of a share: 4 · √(p (1 − p) / 4000).
		expect(Math.abs(share(0) - 0.25)).toBeLessThan(0.028);
		expect(Math.abs(share(0.5) - 0.5)).toBeLessThan(0.032);
	});

	test("is the same for the same seed, and another for another", () => {
		const row = Uint8Array.from({ length: 50 }, (_, i) => i % 3);
		expect(resampledMeans([row], { seed: 4 })).toEqual(resampledMeans([row], { seed: 4 }));
		expect(resampledMeans([row], { seed: 4 })).not.toEqual(resampledMeans([row], { seed: 5 }));
	});

	test("resamples all rows alike", () => {
		const outcomes = fc.array(fc.nat(1), { minLength: 1, maxLength: 30 });
		fc.assert(
			fc.property(outcomes, (row) => {
				const opposite = row.map((value) => 1 - value);
				const [a = [], b = [], c = []] = resampledMeans([row, opposite, row], { resamples: 20 });
				expect(c).toEqual(a);
				for (const [at, mean] of a.entries()) expect(mean + (b[at] ?? NaN)).toBeCloseTo(1, 12);
			}),
			{ seed: 8 },
		);
	});

	test.each([
		["no row", [], {}, "rows of  values"],
		["no sample", [[]], {}, "rows of 0 values"],
		["rows of different lengths", [[1], [1, 0]], {}, "rows of 1, 2 values"],
		["no resample", [[1]], { resamples: 0 }, "0 resamples"],
		["half a resample", [[1]], { resamples: 1.5 }, "1.5 resamples"],
	])("refuses %s", (_, rows: readonly number[][], options, got) => {
		expect(() => resampledMeans(rows, options)).toThrow(LimbeckError);
		expect(() => resampledMeans(rows, options)).toThrow(got);
	});
});

describe("percentileInterval", () => {
	test("leaves 2.5 % on either side, whatever the order", () => {
		// Of 0 … 40 the positions are 0.025 · 40 = 1 and 39.
		const values = Array.from({ length: 41 }, (_, i) => (i * 7) % 41);
		expect(percentileInterval(values)).toEqual({ low: 1, high: 39 });
		expect(percentileInterval([3])).toEqual({ low: 3, high: 3 });
		expect(() => percentileInterval([])).toThrow(LimbeckError);
	});

	test("of an accuracy of ½ on 400 samples is ½ ± 1.96 · √(¼ / 400)", () => {
		const [means = []] = resampledMeans([Uint8Array.from({ length: 400 }, (_, i) => i % 2)]);
		const { low, high } = percentileInterval(means);
		expect(Math.abs(low - 0.451)).toBeLessThan(0.006);
		expect(Math.abs(high - 0.549)).toBeLessThan(0.006);
	});

	test("of an accuracy of 1 is 1", () => {
		const [means = []] = resampledMeans([[1, 1, 1]]);
		expect(percentileInterval(means)).toEqual({ low: 1, high: 1 });
	});
});
