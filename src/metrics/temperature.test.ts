import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { LimbeckError } from "../errors.js";
import { classificationMetrics } from "./classification.js";
import { fitTemperature, scaledLogits } from "./temperature.js";

/** Four samples of two classes whose logits differ by `margin`, three of them right. */
const threeOfFour = (margin: number): Float32Array => Float32Array.of(margin, 0, margin, 0, margin, 0, margin, 0);
const labels = [0, 0, 0, 1];

describe("fitTemperature", () => {
	test.each([0.5, 2, 40, 2000])("makes a confidence of ¾ of a margin of %d that is right in ¾", (margin) => {
		// σ(margin / T) = ¾, so T = margin / log 3.
		expect(fitTemperature(threeOfFour(margin), labels, 2)).toBeCloseTo(margin / Math.log(3), 8);
		const { nll, ece } = classificationMetrics(
			scaledLogits(threeOfFour(margin), fitTemperature(threeOfFour(margin), labels, 2)),
			labels,
			2,
		);
		// The entropy of (¾, ¼).
		expect(nll).toBeCloseTo(0.75 * Math.log(4 / 3) + 0.25 * Math.log(4), 6);
		expect(ece).toBeCloseTo(0, 6);
	});

	test.each([
		["without an error, as low as it may be", [2, 0, 0, 3], [0, 1], 0.01],
		["of logits that are wrong more often than not, as high", [2, 0, 2, 0], [1, 1], 10_000],
		["of equal logits, which say nothing, as high", [0, 0, 0, 0], [0, 1], 10_000],
	])("%s", (_, logits, wanted, expected) => {
		expect(fitTemperature(Float32Array.from(logits), wanted, 2)).toBe(expected);
	});

	test("is the minimum of the loss, and scales with the logits", () => {
		const classes = 5;
		const nllAt = (logits: Float32Array, wanted: readonly number[], temperature: number): number =>
			classificationMetrics(scaledLogits(logits, temperature), wanted, classes).nll;
		fc.assert(
			fc.property(fc.nat(1000), (seed) => {
				const draws = createDraws(seed, "temperature");
				const wanted = Array.from({ length: 40 }, () => draws.integer(0, classes - 1));
				// The label's logit is somewhat larger than the others.
				const logits = Float32Array.from(
					wanted.flatMap((label) => draws.reals(classes, -4, 4).map((logit, c) => logit + (c === label ? 2 : 0))),
				);
				const fitted = fitTemperature(logits, wanted, classes);
				const least = nllAt(logits, wanted, fitted);
				for (const factor of [0.98, 1.02]) expect(nllAt(logits, wanted, fitted * factor)).toBeGreaterThan(least);
				const doubled = logits.map((logit) => 2 * logit);
				expect(fitTemperature(doubled, wanted, classes) / (2 * fitted)).toBeCloseTo(1, 9);
			}),
			{ seed: 10, numRuns: 20 },
		);
	});

	test.each([
		["NaN", Float32Array.of(NaN, 0), [0], "NaN at sample 0"],
		["a label that is no class", Float32Array.of(0, 0), [2], "2 at sample 0"],
	])("refuses %s", (_, logits, wanted, got) => {
		expect(() => fitTemperature(logits, wanted, 2)).toThrow(LimbeckError);
		expect(() => fitTemperature(logits, wanted, 2)).toThrow(got);
	});
});
