import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { logSoftmaxRow } from "./softmax.js";

describe("logSoftmaxRow", () => {
	test("equal logits share the probability", () => {
		expect([...logSoftmaxRow([7, 7, 7, 7])]).toEqual(Array(4).fill(-Math.log(4)));
	});

	test("a written case", () => {
		// Weights 1 : 2 : 5, so p = 1/8, 2/8, 5/8.
		const [a, b, c] = logSoftmaxRow([Math.log(1), Math.log(2), Math.log(5)]);
		expect(a).toBeCloseTo(Math.log(1 / 8), 14);
		expect(b).toBeCloseTo(Math.log(2 / 8), 14);
		expect(c).toBeCloseTo(Math.log(5 / 8), 14);
	});

	test("extremes neither overflow nor lose digits", () => {
		expect([...logSoftmaxRow([1000, -1000])]).toEqual([0, -2000]);
		expect([...logSoftmaxRow([3.4e38, -3.4e38])]).toEqual([0, -6.8e38]);
		// log p = −log(1 + e⁻⁴⁰) = −e⁻⁴⁰ to first order; log(softmax) would give 0.
		expect(logSoftmaxRow([40, 0])[0]).toBe(-Math.exp(-40));
	});

	test("the probabilities sum to 1 and a common shift changes nothing", () => {
		const integer = fc.integer({ min: -1000, max: 1000 });
		fc.assert(
			fc.property(fc.array(integer, { minLength: 1, maxLength: 20 }), integer, (row, shift) => {
				const logProbabilities = logSoftmaxRow(row);
				expect(logProbabilities.reduce((sum, logP) => sum + Math.exp(logP), 0)).toBeCloseTo(1, 12);
				expect(logSoftmaxRow(row.map((logit) => logit + shift))).toEqual(logProbabilities);
			}),
			{ seed: 1 },
		);
	});
});
