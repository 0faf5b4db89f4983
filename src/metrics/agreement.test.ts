import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LimbeckError } from "../errors.js";
import { agreement, meanKl } from "./agreement.js";

const classes = 3;
const logit = fc.float({ min: -1000, max: 1000, noNaN: true });
const row = fc.array(logit, { minLength: classes, maxLength: classes });
/** Samples, each with one row of logits from either classifier. */
const samples = fc.array(fc.tuple(row, row), { minLength: 1, maxLength: 20 });

type Samples = readonly (readonly [readonly number[], readonly number[]])[];
const first = (pairs: Samples): Float32Array => Float32Array.from(pairs.flatMap(([a]) => a));
const second = (pairs: Samples): Float32Array => Float32Array.from(pairs.flatMap(([, b]) => b));

describe("agreement", () => {
	test("a written case", () => {
		// Predictions 0, 1, 0 (a tie) and 0, 0, 0: equal on 2 of 3.
		expect(agreement(Float32Array.of(2, 1, 0, 5, 3, 3), Float32Array.of(9, 8, 1, 0, 1, 0), 2)).toBe(2 / 3);
	});

	test("is symmetric, 1 with itself, and blind to the order of samples", () => {
		fc.assert(
			fc.property(samples, (pairs) => {
				const value = agreement(first(pairs), second(pairs), classes);
				const reversed = pairs.toReversed();
				expect(agreement(second(pairs), first(pairs), classes)).toBe(value);
				expect(agreement(first(reversed), second(reversed), classes)).toBe(value);
				expect(agreement(first(pairs), first(pairs), classes)).toBe(1);
			}),
			{ seed: 3 },
		);
	});
});

describe("meanKl", () => {
	test("a written case", () => {
		// p = (1/2, 1/2), q = (1/4, 3/4): ½ log 2 + ½ log(2/3) = ½ log(4/3). The second sample is equal: 0.
		const teacher = Float32Array.of(0, 0, 1, 2);
		const student = Float32Array.of(0, Math.log(3), 1, 2);
		expect(meanKl(teacher, student, 2)).toBeCloseTo(Math.log(4 / 3) / 4, 7);
		// The other way round: ¼ log(1/2) + ¾ log(3/2).
		expect(meanKl(student, teacher, 2)).toBeCloseTo((0.25 * Math.log(0.5) + 0.75 * Math.log(1.5)) / 2, 7);
	});

	test("logits of ±1000 and the largest float32 values", () => {
		// p = (1, 0), log q = (−2000, 0).
		expect(meanKl(Float32Array.of(1000, -1000), Float32Array.of(-1000, 1000), 2)).toBe(2000);
		// p = (1/2, 1/2), log q = (0, −6.8e38): half of 6.8e38, up to float32.
		expect(meanKl(Float32Array.of(0, 0), Float32Array.of(3.4e38, -3.4e38), 2) / 3.4e38).toBeCloseTo(1, 6);
	});

	test("is finite, 0 or more, 0 with itself, and blind to the order of samples", () => {
		fc.assert(
			fc.property(samples, (pairs) => {
				const value = meanKl(first(pairs), second(pairs), classes);
				const reversed = pairs.toReversed();
				expect(value).toBeGreaterThanOrEqual(0);
				expect(value).toBeLessThan(Infinity);
				expect(meanKl(first(reversed), second(reversed), classes)).toBeCloseTo(value, 9);
				expect(meanKl(first(pairs), first(pairs), classes)).toBe(0);
			}),
			{ seed: 4 },
		);
	});

	test("rounding does not make near-equal distributions negative", () => {
		const nearby = fc.array(fc.float({ min: -5, max: 5, noNaN: true }), { minLength: classes, maxLength: classes });
		fc.assert(
			fc.property(nearby, (values) => {
				const shifted = values.map((value) => value * (1 + 2 ** -22));
				expect(meanKl(Float32Array.from(values), Float32Array.from(shifted), classes)).toBeGreaterThanOrEqual(0);
			}),
			{ seed: 5, numRuns: 1000 },
		);
	});
});

describe.each([
	["agreement", agreement],
	["meanKl", meanKl],
])("%s refuses", (name, measure) => {
	test.each([
		["different counts", new Float32Array(4), new Float32Array(6), `${name}, second logits`],
		["no sample", new Float32Array(0), new Float32Array(0), `${name}, first logits`],
		["NaN", new Float32Array(2), Float32Array.of(0, NaN), `${name}, second logits`],
	])("%s", (_, a, b, where) => {
		expect(() => measure(a, b, 2)).toThrow(LimbeckError);
		expect(() => measure(a, b, 2)).toThrow(where);
	});
});
