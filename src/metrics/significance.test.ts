import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LimbeckError } from "../errors.js";
import { holm, mcnemar, mcnemarOfCounts, pairedDifference, samplesToShow, summary } from "./significance.js";

/** Outcomes in which A alone is right `onlyA` times, B alone `onlyB` times, both twice and neither once. */
function outcomes(onlyA: number, onlyB: number): readonly [boolean[], boolean[]] {
	const pattern = (a: number, b: number): boolean[] => [
		...Array<boolean>(onlyA).fill(a === 1),
		...Array<boolean>(onlyB).fill(b === 1),
		true,
		true,
		false,
	];
	return [pattern(1, 0), pattern(0, 1)];
}

/** `min(1, 2 · Σ_{i ≤ k} C(n, i) / 2ⁿ)`, the sum in exact integers. */
function exactP(k: number, n: number): number {
	let binomial = 1n;
	let sum = 0n;
	for (let i = 0n; i <= BigInt(k); i++) {
		sum += binomial;
		binomial = (binomial * (BigInt(n) - i)) / (i + 1n);
	}
	return Math.min(1, Number(2n * sum) / 2 ** n);
}

describe("mcnemar", () => {
	test("a written case", () => {
		// 1 against 5: 2 · (C(6,0) + C(6,1)) / 2⁶ = 14 / 64.
		const { onlyA, onlyB, p } = mcnemar(...outcomes(1, 5));
		expect([onlyA, onlyB]).toEqual([1, 5]);
		expect(p).toBeCloseTo(14 / 64, 14);
	});

	test("takes 0 and 1 as well", () => {
		expect(mcnemar(Uint8Array.of(1, 1, 0), [0, true, false])).toEqual({ onlyA: 1, onlyB: 0, p: 1 });
	});

	test("without a discordant pair, or with an even split, p is 1", () => {
		expect(mcnemar(...outcomes(0, 0))).toEqual({ onlyA: 0, onlyB: 0, p: 1 });
		expect(mcnemar(...outcomes(700, 700)).p).toBe(1);
	});

	// Exact integer sums, divided as fractions (Python's math.comb and fractions.Fraction).
	test.each([
		[12, 31, 0.005401572654591291],
		[2450, 2550, 0.1614852223973769],
		[1800, 2200, 2.7215677682448397e-10],
	])("%i against %i", (onlyA, onlyB, expected) => {
		expect(mcnemar(...outcomes(onlyA, onlyB)).p / expected).toBeCloseTo(1, 11);
	});

	test("p stays above 0 where it underflows", () => {
		expect(mcnemar(...outcomes(0, 3000)).p).toBe(Number.MIN_VALUE);
	});

	test("equals the exact sum for all small tables, and is symmetric", () => {
		for (let a = 0; a <= 25; a++) {
			for (let b = a; b <= 25; b++) {
				const { p } = mcnemar(...outcomes(a, b));
				expect(p / exactP(a, a + b)).toBeCloseTo(1, 12);
				expect(mcnemar(...outcomes(b, a))).toEqual({ onlyA: b, onlyB: a, p });
			}
		}
	});

	test("p lies in (0, 1] and the order of the samples changes nothing", () => {
		const pairs = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 200 });
		fc.assert(
			fc.property(pairs, (all) => {
				const test = (some: typeof all) =>
					mcnemar(
						some.map(([a]) => a),
						some.map(([, b]) => b),
					);
				const result = test(all);
				expect(result.p).toBeGreaterThan(0);
				expect(result.p).toBeLessThanOrEqual(1);
				expect(test(all.toReversed())).toEqual(result);
			}),
			{ seed: 6 },
		);
	});

	test.each([
		["different lengths", [1, 0], [1], "2 and 1 values"],
		["no sample", [], [], "0 and 0 values"],
		["a class instead of an outcome", [1, 7], [1, 0], "7 at sample 1"],
		["NaN", [1, 1], [NaN, 0], "NaN at sample 0"],
	])("refuses %s", (_, a, b, got) => {
		expect(() => mcnemar(a, b)).toThrow(LimbeckError);
		expect(() => mcnemar(a, b)).toThrow(got);
	});
});

describe("holm", () => {
	test("a written case", () => {
		// Rising: 0.01 · 4, 0.02 · 3, 0.03 · 2, 0.8 · 1; the third is no less than the second.
		expect(holm([0.03, 0.8, 0.01, 0.02])).toEqual([0.06, 0.8, 0.04, 0.06]);
	});

	test("none exceeds 1, one test alone is left as it is, and equal ones stay equal", () => {
		expect(holm([0.6, 0.9])).toEqual([1, 1]);
		expect(holm([0.04])).toEqual([0.04]);
		expect(holm([0.02, 0.02])).toEqual([0.04, 0.04]);
		expect(holm([])).toEqual([]);
	});
});

describe("summary", () => {
	test("mean and sample standard deviation", () => {
		// Deviations −2, −1, 3 from 4: variance (4 + 1 + 9) / (3 − 1) = 7.
		expect(summary([2, 3, 7])).toEqual({ values: [2, 3, 7], mean: 4, std: Math.sqrt(7) });
	});

	test("one value has no spread", () => {
		expect(summary([0.3])).toEqual({ values: [0.3], mean: 0.3 });
		expect(summary([0.3])).not.toHaveProperty("std");
	});

	test("equal values spread by exactly 0, large ones keep their digits", () => {
		// 0.1 + 0.1 + 0.1 is not 3 · 0.1 in float64.
		expect(summary([0.1, 0.1, 0.1])).toMatchObject({ mean: 0.1, std: 0 });
		expect(summary([1e15 + 1, 1e15 + 2, 1e15 + 3])).toMatchObject({ mean: 1e15 + 2, std: 1 });
	});

	test.each([[[]], [[1, NaN]], [[Infinity]]])("refuses %j", (values: number[]) => {
		expect(() => summary(values)).toThrow(LimbeckError);
	});
});

describe("pairedDifference", () => {
	// Differences 2, 4, 3: mean 3, deviation 1; t of 2 degrees is 4.302653, of 1 12.706205, of 3 3.182446, of 30 2.042272.
	test("two-sided 95 % by Student's t", () => {
		const { value, interval } = pairedDifference([5, 7, 4], [3, 3, 1]);
		expect(value).toBe(3);
		expect(interval?.low).toBeCloseTo(3 - 4.302653 / Math.sqrt(3), 5);
		expect(interval?.high).toBeCloseTo(3 + 4.302653 / Math.sqrt(3), 5);
	});

	test.each([
		[1, 12.706205],
		[3, 3.182446],
		[4, 2.776445],
		[30, 2.042272],
		[101, 1.983731],
	])("%i degrees of freedom: t = %f, as tables have it", (freedom, t) => {
		const values = Array.from({ length: freedom + 1 }, (_, k) => k);
		const { std = 0 } = summary(values);
		const { value, interval } = pairedDifference(
			values,
			values.map(() => 0),
		);
		expect((((interval?.high ?? 0) - value) * Math.sqrt(freedom + 1)) / std).toBeCloseTo(t, 5);
	});

	test("a single pair has no interval, and lists must be of one length", () => {
		expect(pairedDifference([2], [5])).toEqual({ value: -3 });
		expect(() => pairedDifference([1, 2], [1])).toThrow(LimbeckError);
	});
});

test("the samples that McNemar's test needs, by Miettinen's formula", () => {
	// d = 40 / 2000, δ = 20 / 2000: 2.8² · 0.02 / 0.01² = 1568.
	expect(samplesToShow({ onlyA: 10, onlyB: 30 }, 2000)).toBeCloseTo(1568, 9);
	expect(samplesToShow({ onlyA: 3, onlyB: 3 }, 100)).toBe(Infinity);
	expect(mcnemarOfCounts(10, 30).p).toBeLessThan(0.05);
});
