import { describe, expect, test } from "vitest";
import { taskNames } from "../tasks/names.js";
import { adviceOn, shipFigure } from "./report.js";

const [small, large] = [
	{ bytes: 10, validation: {} },
	{ bytes: 40, validation: {} },
];

test("forms are judged by a figure that does not depend on the number of samples", () => {
	expect(taskNames.map(shipFigure)).toEqual(["accuracy", "meanAveragePrecision", "rmse"]);
});

describe("int8 is advised", () => {
	test.each([
		["classification", 0.9, 0.898, true, "it loses 0.20 points of accuracy on the validation split"],
		["classification", 0.9, 0.89, false, "it loses 1.00 points of accuracy on the validation split"],
		["classification", 0.9, 0.9, true, "it loses no accuracy on the validation split"],
		["multi-label", 0.7, 0.71, true, "it gains 1.00 points of mAP on the validation split"],
		["multi-label", 0.7, 0.69, false, "it loses 1.00 points of mAP on the validation split"],
		["regression", 12_000, 12_060, true, "its RMSE is 0.50 % larger on the validation split"],
		["regression", 12_000, 12_600, false, "its RMSE is 5.00 % larger on the validation split"],
		["regression", 12_000, 11_400, true, "its RMSE is 5.00 % smaller on the validation split"],
		["regression", 0, 0, true, "its RMSE is the same on the validation split"],
		["regression", 0, 1, false, "its RMSE is larger than 0 on the validation split"],
	] as const)("of %s with %d in float32 and %d in int8: %s", (task, whole, own, recommended, reason) => {
		const name = shipFigure(task);
		const advice = adviceOn(
			{ ...small, validation: { [name]: own } },
			{ ...large, validation: { [name]: whole } },
			task,
		);
		expect(advice).toEqual({ recommended, reason });
	});

	test("by how like float32 it is where there are no labels, of classes alone", () => {
		const on = { ...small, validation: { agreement: 0.995 } };
		expect(adviceOn(on, large, "classification").recommended).toBe(true);
		const apart = { ...small, validation: { rmseToTeacher: 3 } };
		expect(adviceOn(apart, large, "regression")).toMatchObject({ recommended: false });
	});
});
