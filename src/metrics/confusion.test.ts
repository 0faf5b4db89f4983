import { describe, expect, test } from "vitest";
import { LimbeckError } from "../errors.js";
import { classAccuracies, mostConfused } from "./confusion.js";

// Class 0: three right, one taken for 2. Class 1: two taken for 0, one for 2. Class 2: one right. Class 3: no sample.
const labels = [0, 0, 0, 0, 1, 1, 1, 2];
const predicted = [0, 0, 2, 0, 0, 2, 0, 2];

test("accuracy of each class; a class without samples has none", () => {
	expect(classAccuracies(predicted, labels, 4)).toEqual([
		{ samples: 4, correct: 3, accuracy: 3 / 4 },
		{ samples: 3, correct: 0, accuracy: 0 },
		{ samples: 1, correct: 1, accuracy: 1 },
		{ samples: 0, correct: 0 },
	]);
});

test("the most frequent confusions first, ties by label, no more than asked for", () => {
	const pairs = [
		{ label: 1, predicted: 0, count: 2 },
		{ label: 0, predicted: 2, count: 1 },
		{ label: 1, predicted: 2, count: 1 },
	];
	expect(mostConfused(predicted, labels, 4, 10)).toEqual(pairs);
	expect(mostConfused(predicted, labels, 4, 2)).toEqual(pairs.slice(0, 2));
	expect(mostConfused(labels, labels, 4, 10)).toEqual([]);
});

describe("refuses", () => {
	test.each([
		["another number of predictions", [0], [0, 1], "2 predictions"],
		["a label that is no class", [0], [4], "4 at sample 0"],
		["a prediction that is no class", [-1], [0], "-1 at sample 0"],
	])("%s", (_, some, wanted, message) => {
		expect(() => classAccuracies(some, wanted, 4)).toThrow(LimbeckError);
		expect(() => mostConfused(some, wanted, 4, 1)).toThrow(message);
	});
});
