import { expect, test } from "vitest";
import { acceptanceThreshold, auroc, falsePositiveRate } from "./detection.js";

test("AUROC counts the pairs in which the unusual one is above, equal ones half", () => {
	// Pairs of (1, 2, 3) and (2, 4): 2 beats 1 and equals 2; 4 beats all three: (1 + ½ + 3) / 6.
	expect(auroc([3, 1, 2], [4, 2])).toBeCloseTo(4.5 / 6, 12);
	expect(auroc([1, 2], [3, 4])).toBe(1);
	expect(auroc([3, 4], [1, 2])).toBe(0);
	expect(auroc([5, 5], [5])).toBe(0.5);
});

test("a threshold accepts just the share of the usual cases", () => {
	const usual = Array.from({ length: 20 }, (_, k) => k);
	expect(acceptanceThreshold(usual, 0.95)).toBe(18);
	// Of 10, 18 and 19 the first two are accepted where 19 of 20 usual ones are.
	expect(falsePositiveRate(usual, [10, 18, 19])).toBeCloseTo(2 / 3, 12);
});
