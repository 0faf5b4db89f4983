import { describe, expect, test } from "vitest";
import { balancedAccuracy, classBalance, classCounts, macroF1 } from "./by-class.js";

describe("balanced accuracy and macro F1", () => {
	// The figures are scikit-learn's: balanced_accuracy_score, and f1_score with average="macro" and zero_division=0.
	test.each([
		["equal classes", [0, 0, 1, 1], [0, 1, 1, 1], 2, 0.75, 11 / 15],
		["the frequent class always", [0, 0, 0, 0, 0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 2, 0.5, 4 / 9],
		["a class without samples that is predicted", [0, 0, 1, 1], [0, 2, 1, 1], 3, 0.75, 5 / 9],
		["a class that is nowhere", [0, 0, 1, 1], [0, 0, 1, 0], 3, 0.75, 11 / 15],
		["one class of samples", [1, 1, 1], [1, 1, 0], 2, 2 / 3, 0.4],
		["none right", [0, 1, 2], [1, 2, 0], 3, 0, 0],
	])("%s", (_, labels, predicted, classes, balanced, f1) => {
		const counts = classCounts(predicted, labels, classes);
		expect(balancedAccuracy(counts)).toBeCloseTo(balanced, 12);
		expect(macroF1(counts)).toBeCloseTo(f1, 12);
	});
});

describe("classes so unequal that accuracy misleads", () => {
	test.each([
		["equal ones", [50, 50], false],
		["MNIST's test digits", [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009], false],
		["two thirds and one third", [200, 100], false],
		["nine tenths and one tenth", [36, 4], true],
		["seven tenths of three classes", [70, 15, 15], true],
		["a half of the classes is rare, and none is most", [190, 190, 190, 190, 190, 10, 10, 10, 10, 10], true],
		["chance in a small test", [2, 8, 5, 3, 7, 4, 6, 5, 5, 5], false],
		["one rare class of ten hides little", [100, 100, 100, 100, 100, 100, 100, 100, 100, 5], false],
		["classes without samples", [50, 0, 50, 0], false],
	])("%s", (_, samples, unequal) => {
		expect(classBalance(samples)).toEqual({
			majorityShare: Math.max(...samples) / samples.reduce((sum, one) => sum + one, 0),
			unequal,
		});
	});
});
