import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LimbeckError } from "../errors.js";
import { classificationMetrics } from "./classification.js";
import { topKAccuracy } from "./ranking.js";

describe("topKAccuracy", () => {
	test("a written case, with ties", () => {
		// Ranks of the labels: first; second; third of a tie of all, since two stand before it; first of that tie.
		const logits = Float32Array.of(3, 2, 1, 3, 2, 1, 0, 0, 0, 0, 0, 0);
		const labels = [0, 1, 2, 0];
		expect([1, 2, 3].map((k) => topKAccuracy(logits, labels, 3, k))).toEqual([2 / 4, 3 / 4, 1]);
	});

	test("top-1 is the accuracy, top-k rises with k, and all classes hold every label", () => {
		const classes = 4;
		// Few values, so that ties are frequent.
		const sample = fc.record({
			row: fc.array(fc.nat(2), { minLength: classes, maxLength: classes }),
			label: fc.nat(classes - 1),
		});
		fc.assert(
			fc.property(fc.array(sample, { minLength: 1, maxLength: 20 }), (samples) => {
				const logits = Float32Array.from(samples.flatMap(({ row }) => row));
				const labels = samples.map(({ label }) => label);
				const values = [1, 2, 3, 4].map((k) => topKAccuracy(logits, labels, classes, k));
				expect(values[0]).toBe(classificationMetrics(logits, labels, classes).accuracy);
				expect(values).toEqual(values.toSorted((a, b) => a - b));
				expect(values[3]).toBe(1);
			}),
			{ seed: 9 },
		);
	});

	test.each([0, 4, 1.5, NaN])("refuses k = %d of three classes", (k) => {
		expect(() => topKAccuracy(new Float32Array(3), [0], 3, k)).toThrow(LimbeckError);
		expect(() => topKAccuracy(new Float32Array(3), [0], 3, k)).toThrow("a k from 1 to 3");
	});
});
