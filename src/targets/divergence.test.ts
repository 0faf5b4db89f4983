import { describe, expect, test } from "vitest";
import { logSoftmaxRow } from "../metrics/softmax.js";
import { normal, randomStream } from "../random.js";
import { divergenceOf } from "./divergence.js";

/** KL(p ‖ q) as its definition has it. */
function definition(p: Float32Array, q: Float32Array, temperature: number): number {
	const [logP, logQ] = [p, q].map((row) => logSoftmaxRow(Array.from(row, (x) => x / temperature)));
	return Array.from(logP ?? []).reduce((sum, x, c) => sum + Math.exp(x) * (x - (logQ?.[c] ?? NaN)), 0);
}

describe("the divergence of rows", () => {
	const stream = randomStream(4, "divergence");
	const rows = normal(stream, 0, 60).map((x) => 4 * x);
	const noise = normal(stream, 1, 60);

	test.each([1, 0.1, 0.03])("is KL by its definition, at every temperature: differences of %d", (size) => {
		const other = rows.map((x, i) => x + size * (noise[i] ?? 0) + 3);
		const measure = divergenceOf(20);
		for (const temperature of [1, 4, 20]) {
			for (const at of [0, 20, 40]) {
				const expected = definition(rows.subarray(at, at + 20), other.subarray(at, at + 20), temperature);
				const got = measure(rows, at, other, at, temperature);
				expect(Math.abs(got / expected - 1)).toBeLessThan(1e-6);
			}
		}
	});

	test("written values", () => {
		const measure = divergenceOf(2);
		// p = (½, ½), q = (¾, ¼): ½ ln(2/3) + ½ ln 2.
		const [p, q] = [Float32Array.of(5, 5), Float32Array.of(Math.log(3), 0)];
		expect(measure(p, 0, q, 0, 1)).toBeCloseTo(0.5 * Math.log(4 / 3), 7);
		expect(measure(p, 0, p, 0, 1)).toBe(0);
	});

	test("is finite for logits of ±1000", () => {
		const measure = divergenceOf(3);
		const [p, q] = [Float32Array.of(1000, -1000, 0), Float32Array.of(1000, 999, -1000)];
		expect(measure(p, 0, q, 0, 1)).toBeCloseTo(Math.log1p(Math.exp(-1)), 7);
		expect(measure(Float32Array.of(-1000, 1000, 0), 0, q, 0, 1)).toBeCloseTo(1 + Math.log1p(Math.exp(-1)), 4);
	});
});
