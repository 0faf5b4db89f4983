import { describe, expect, test } from "vitest";
import { bestThresholds, markAgreement, meanBinaryKl, multiLabelMetrics, sampleF1 } from "./multi-label.js";

// Values from scikit-learn 1.9 on the same numbers: average_precision_score, f1_score, hamming_loss,
// label_ranking_average_precision_score, log_loss, and brier_score_loss over all entries.
const logits = Float32Array.of(2, -1, 0.5, -2, 1, 0.5, 0.2, 0.1, -3, 1.5, -0.5, 2.5);
const marks = Uint8Array.of(1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 1, 1);
const scores = { logits, marks, labels: 3 };
const half = [0, 0, 0];

describe("multi-label metrics", () => {
	const metrics = multiLabelMetrics(scores, half);

	test("agree with scikit-learn", () => {
		expect(metrics.meanAveragePrecision).toBeCloseTo(0.9444444444444443, 12);
		expect(metrics.microF1).toBeCloseTo(12 / 15, 12);
		expect(metrics.macroF1).toBeCloseTo((0.8 + 0.8 + 0.8) / 3, 12);
		expect(metrics.hammingLoss).toBeCloseTo(3 / 12, 12);
		expect(metrics.rankingPrecision).toBeCloseTo(0.875, 12);
		expect(metrics.nll).toBeCloseTo(0.4228363535805764, 6);
		expect(metrics.brier).toBeCloseTo(0.13831423247324326, 6);
		expect(metrics.subsetAccuracy).toBeCloseTo(1 / 4, 12);
	});

	test("thresholds are those of the largest F1 on the same samples", () => {
		const chosen = bestThresholds(scores);
		const better = multiLabelMetrics(scores, chosen);
		expect(better.macroF1).toBeGreaterThan(metrics.macroF1);
		// Of the first label 1.5 holds and 0.2 does not.
		expect(chosen[0]).toBeCloseTo((1.5 + 0.2) / 2, 6);
	});

	test("of each sample F1 counts its own labels", () => {
		expect(Array.from(sampleF1(scores, half))).toEqual([1, 2 / 3, 2 / 3, 0.8]);
	});

	test("probabilities that are equal have no divergence, others have", () => {
		expect(meanBinaryKl(logits, logits)).toBe(0);
		expect(meanBinaryKl(Float32Array.of(0), Float32Array.of(Math.log(3)))).toBeCloseTo(
			0.5 * Math.log(0.5 / 0.75) + 0.5 * Math.log(0.5 / 0.25),
			6,
		);
		expect(
			markAgreement(
				logits,
				logits.map((value) => -value),
			),
		).toBe(0);
	});

	test("are finite for logits of any size", () => {
		const large = { logits: Float32Array.of(1000, -1000), marks: Uint8Array.of(0, 1), labels: 1 };
		expect(multiLabelMetrics(large, [0]).nll).toBe(1000);
	});
});
