import { expect, test } from "vitest";
import { binomialTail } from "./binomial.js";

// Σ_{i ≥ k} C(n, i) pⁱ (1 − p)ⁿ⁻ⁱ
test.each([
	[0, 5, 0.3, 1],
	[2, 2, 0.5, 0.25],
	[3, 4, 0.5, 5 / 16],
	[1, 3, 0.1, 1 - 0.9 ** 3],
	[8, 8, 1 / 3, (1 / 3) ** 8],
])("P(X ≥ %d) of %d tries at %d", (k, n, p, expected) => {
	expect(binomialTail(k, n, p)).toBeCloseTo(expected, 12);
});
