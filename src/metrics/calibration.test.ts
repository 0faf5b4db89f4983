import { describe, expect, test } from "vitest";
import { expectedCalibrationError, reliabilityBins } from "./calibration.js";

describe("reliabilityBins", () => {
	test("a bin holds its upper edge and not its lower one; empty bins are left out", () => {
		// In fifteenths: 0.4 is 6, the upper edge of bin 5; 0.41 is 6.15, in bin 6; 1 is the upper edge of the last.
		const bins = reliabilityBins(Float64Array.of(1, 0.41, 0.4), Uint8Array.of(1, 0, 1));
		expect(bins).toEqual([
			{ lower: 5 / 15, upper: 6 / 15, count: 1, confidence: 0.4, accuracy: 1 },
			{ lower: 6 / 15, upper: 7 / 15, count: 1, confidence: 0.41, accuracy: 0 },
			{ lower: 14 / 15, upper: 1, count: 1, confidence: 1, accuracy: 1 },
		]);
		// (0.6 + 0.41 + 0) / 3
		expect(expectedCalibrationError(bins)).toBeCloseTo(1.01 / 3, 14);
	});

	test("samples of one bin are averaged before they are compared", () => {
		// Confidences 0.74 and 0.76 average 0.75; 3 of 4 are right: the gap is 0.
		const bins = reliabilityBins(Float64Array.of(0.74, 0.76, 0.74, 0.76), Uint8Array.of(1, 1, 0, 1));
		expect(bins).toHaveLength(1);
		expect(expectedCalibrationError(bins)).toBeCloseTo(0, 14);
	});
});
