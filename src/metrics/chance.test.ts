import { describe, expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { byChanceOf, canShowSkill } from "./chance.js";

/** Shares of random orders of predictions in which at least so many are right. */
function simulated(labels: readonly number[], predicted: readonly number[], right: number): number {
	const draws = createDraws(7, "chance");
	const tries = 4000;
	let reached = 0;
	for (let k = 0; k < tries; k++) {
		const keys = draws.reals(predicted.length, 0, 1);
		const order = Array.from(predicted.keys()).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
		const hits = labels.filter((label, sample) => label === predicted[order[sample] ?? 0]).length;
		if (hits >= right) reached++;
	}
	return reached / tries;
}

const countsOf = (values: readonly number[], classes: number): readonly number[] =>
	Array.from({ length: classes }, (_, c) => values.filter((value) => value === c).length);

describe("the chance to be right as often by chance", () => {
	const labels = Array.from({ length: 200 }, (_, k) => (k % 4 === 0 ? k % 3 : 0));
	const predicted = Array.from({ length: 200 }, (_, k) => (k % 5 === 0 ? 1 : k % 7 === 0 ? 2 : 0));

	test.each([115, 120, 125])("is what random orders of the predictions show: %i right", (right) => {
		const margins = { samples: countsOf(labels, 3), predicted: countsOf(predicted, 3) };
		// No continuity correction: half a sample more.
		const between = (simulated(labels, predicted, right) + simulated(labels, predicted, right + 1)) / 2;
		expect(Math.abs(byChanceOf(right, margins) - between)).toBeLessThan(0.03);
	});

	test("of predictions of one class alone, and of samples of one class, is 1", () => {
		expect(byChanceOf(90, { samples: [90, 10], predicted: [100, 0] })).toBe(1);
		expect(byChanceOf(50, { samples: [50, 0], predicted: [50, 0] })).toBe(1);
	});

	test("is small for who knows the rare class, though hardly more accurate than always the frequent one", () => {
		expect(byChanceOf(94, { samples: [93, 7], predicted: [93, 7] })).toBeLessThan(1e-6);
	});
});

test.each([
	[[50, 50], true],
	[[50, 0], false],
	[[2, 1], false],
	[[0, 0], false],
] as const)("labels %j can show skill: %s", (labels, expected) => {
	expect(canShowSkill(labels)).toBe(expected);
});
