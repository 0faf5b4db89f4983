import { expect, test } from "vitest";
import { intervalCoverage, intervalRadii, regressionMetrics, squaredErrors } from "./regression.js";

const answers = [1, 10, 2, 20, 3, 36];
const values = [1, 12, 3, 20, 5, 34];
const pairs = { answers, values, width: 2 };

test("errors of several numbers are the means over them", () => {
	const { rmse, mae, r2, perValue } = regressionMetrics(pairs);
	const [first, second] = [Math.sqrt((0 + 1 + 4) / 3), Math.sqrt((4 + 0 + 4) / 3)];
	expect(perValue.map((one) => one.rmse)).toEqual([first, second]);
	expect(rmse).toBeCloseTo((first + second) / 2, 12);
	expect(mae).toBeCloseTo((1 + 4 / 3) / 2, 12);
	expect(r2).toBeCloseTo((1 - 5 / 8 + 1 - 8 / (100 + 4 + 144)) / 2, 12);
});

test("intervals hold the share of values that they are asked for", () => {
	const truth = Array.from({ length: 99 }, (_, at) => at);
	const off = { answers: truth.map((value) => value + ((value % 10) - 4.5)), values: truth, width: 1 };
	const radii = intervalRadii(off, 0.9);
	expect(radii).toEqual([4.5]);
	expect(intervalCoverage(off, radii)).toBe(1);
	expect(intervalCoverage(off, [2.5])).toBeCloseTo(0.6, 1);
});

test("squared errors are in units of deviations", () => {
	expect(Array.from(squaredErrors(pairs, [1, 2]))).toEqual([0.5, 0.5, 2.5]);
});

test("answers that are not finite are told by their sample", () => {
	expect(() => regressionMetrics({ answers: [1, Number.NaN], values: [1, 2], width: 1 })).toThrow("answers: sample 1");
});
