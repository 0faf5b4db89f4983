import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LimbeckError } from "../errors.js";
import { classificationMetrics, predictedClasses } from "./classification.js";

/** Logits whose softmax is the given probabilities, up to float32. */
const logitsOf = (...probabilities: readonly number[]): Float32Array => Float32Array.from(probabilities, Math.log);

const thrownBy = (call: () => unknown): unknown => {
	try {
		return call();
	} catch (error) {
		return error;
	}
};

describe("predictedClasses", () => {
	test("takes the largest logit, and of equal ones the lowest index", () => {
		expect([...predictedClasses(Float32Array.of(1, 2, 0, 5, 5, 4, -3, -2, -2), 3)]).toEqual([1, 0, 1]);
		expect([...predictedClasses(Float32Array.of(-3.4e38, -3.4e38), 2)]).toEqual([0]);
	});
});

describe("classificationMetrics", () => {
	test("a written case", () => {
		const logits = logitsOf(0.7, 0.2, 0.1, 0.2, 0.7, 0.1, 0.1, 0.05, 0.85, 0.5, 0.3, 0.2);
		const metrics = classificationMetrics(logits, [0, 0, 2, 1], 3);
		expect(metrics.errors).toBe(2);
		expect(metrics.accuracy).toBe(0.5);
		// −(log 0.7 + log 0.2 + log 0.85 + log 0.3) / 4
		expect(metrics.nll).toBeCloseTo(-Math.log(0.0357) / 4, 6);
		// Samples: 0.09 + 0.04 + 0.01 = 0.14; 0.64 + 0.49 + 0.01 = 1.14; 0.01 + 0.0025 + 0.0225 = 0.035;
		// 0.25 + 0.49 + 0.04 = 0.78. Their sum is 2.095.
		expect(metrics.brier).toBeCloseTo(2.095 / 4, 6);
		// Bins: {0.5} accuracy 0, gap 0.5; {0.7, 0.7} accuracy 1/2, gap 0.2; {0.85} accuracy 1, gap 0.15.
		// (1 · 0.5 + 2 · 0.2 + 1 · 0.15) / 4
		expect(metrics.ece).toBeCloseTo(1.05 / 4, 6);
		expect(metrics.reliabilityBins.map(({ count, accuracy }) => [count, accuracy])).toEqual([
			[1, 0],
			[2, 0.5],
			[1, 1],
		]);
	});

	test("equal logits", () => {
		// p = 1/2 each: nll log 2, Brier 1/4 + 1/4, confidence 1/2 against accuracy 1/2.
		const metrics = classificationMetrics(new Float32Array(4), Uint8Array.of(0, 1), 2);
		expect(metrics).toMatchObject({ errors: 1, accuracy: 0.5, nll: Math.LN2, ece: 0 });
		expect(metrics.brier).toBeCloseTo(0.5, 14);
	});

	test("logits of ±1000", () => {
		const logits = Float32Array.of(1000, -1000);
		expect(classificationMetrics(logits, [0], 2)).toMatchObject({ errors: 0, nll: 0, brier: 0, ece: 0 });
		// log p(label) = −1000 − 1000; Brier (1 − 0)² + (0 − 1)²; confidence 1 against accuracy 0.
		expect(classificationMetrics(logits, [1], 2)).toMatchObject({ errors: 1, nll: 2000, brier: 2, ece: 1 });
	});

	test("a near-certain class keeps its digits", () => {
		// 1 − p = e⁻⁴⁰ to first order: nll e⁻⁴⁰, Brier 2 e⁻⁸⁰.
		const metrics = classificationMetrics(Float32Array.of(40, 0), [0], 2);
		expect(metrics.nll / Math.exp(-40)).toBeCloseTo(1, 12);
		expect(metrics.brier / Math.exp(-80)).toBeCloseTo(2, 12);
	});

	test("the largest float32 values stay finite", () => {
		const metrics = classificationMetrics(Float32Array.of(3.4e38, -3.4e38), [1], 2);
		expect(metrics.nll).toBeCloseTo(6.8e38, -33);
		expect(metrics.brier).toBe(2);
	});

	test("ranges hold, and the order of the samples changes nothing", () => {
		const classes = 4;
		const logit = fc.float({ min: -1000, max: 1000, noNaN: true });
		const sample = fc.record({
			row: fc.array(logit, { minLength: classes, maxLength: classes }),
			label: fc.nat(classes - 1),
		});
		const samples = fc.array(sample, { minLength: 1, maxLength: 30 });
		const shuffled = samples.chain((all) =>
			fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
		);
		fc.assert(
			fc.property(shuffled, ([before, after]) => {
				const [a, b] = [before, after].map((all) =>
					classificationMetrics(
						Float32Array.from(all.flatMap(({ row }) => row)),
						all.map(({ label }) => label),
						classes,
					),
				);
				expect(a?.errors).toBe(b?.errors);
				expect(a?.accuracy).toBe(b?.accuracy);
				for (const [name, most] of [
					["nll", 2001],
					["brier", 2],
					["ece", 1],
				] as const) {
					const value = a?.[name] ?? NaN;
					expect(value).toBeGreaterThanOrEqual(0);
					expect(value).toBeLessThanOrEqual(most + 1e-12);
					expect(b?.[name]).toBeCloseTo(value, 9);
				}
			}),
			{ seed: 2 },
		);
	});
});

describe("bad input", () => {
	const good = new Float32Array(6);
	test.each([
		["no sample", new Float32Array(0), [], 3, "usage", "0 values"],
		["a part of a row", new Float32Array(7), [0, 0], 3, "usage", "7 values"],
		["one class", good, [0, 0], 1, "usage", "1"],
		["half a class", good, [0, 0], 1.5, "usage", "1.5"],
		[
			"NaN",
			Float32Array.of(0, 0, 0, 0, NaN, 0),
			[0, 0],
			3,
			"model",
			"NaN at sample 1, class 1 (1 of 2 samples have such values)",
		],
		[
			"infinity",
			Float32Array.of(0, 0, -Infinity, 0, 0, 0),
			[0, 0],
			3,
			"model",
			"-Infinity at sample 0, class 2 (1 of 2 samples have such values)",
		],
		["too few labels", good, [0], 3, "usage", "1"],
		["too many labels", good, [0, 0, 0], 3, "usage", "3"],
		["a label too large", good, [0, 3], 3, "data", "3 at sample 1"],
		["a negative label", good, [-1, 0], 3, "data", "-1 at sample 0"],
		["a fractional label", good, [0, 0.5], 3, "data", "0.5 at sample 1"],
		["a NaN label", good, [NaN, 0], 3, "data", "NaN at sample 0"],
	])("%s", (_, logits, labels, classes, category, got) => {
		const error = thrownBy(() => classificationMetrics(logits, labels, classes));
		expect(error).toBeInstanceOf(LimbeckError);
		expect(error).toMatchObject({ category, got });
	});
});
