import { expect, test } from "vitest";
import { syntheticData } from "../../test/support/synthetic.js";
import type { AnyDataSet } from "../data/data-set.js";
import type { LabelData } from "../tasks/labels.js";
import type { TaskName } from "../tasks/names.js";
import { faultOf, nearChance } from "./near-chance.js";

/** Logits of two classes, by what is predicted. */
const logitsOf = (predicted: readonly number[]): Float32Array =>
	Float32Array.from(predicted.flatMap((one) => (one === 0 ? [1, 0] : [0, 1])));
const turns = (count: number): Int32Array => Int32Array.from({ length: count }, (_, at) => at % 2);

test.each<readonly [string, readonly number[], Int32Array, RegExp | undefined]>([
	["one class for all", [1, 1, 1, 1], turns(4), /same class/],
	["one class for all, without labels", [1, 1, 1, 1], new Int32Array(), /same class/],
	[
		"as good as guessing",
		Array.from({ length: 100 }, (_, at) => (at % 4 < 2 ? 0 : 1)),
		turns(100),
		/near chance.*50\.00 %.*50\.00 %/,
	],
	["all right, of few", [0, 1, 0, 1], turns(4), undefined],
	["mostly right", Array.from({ length: 100 }, (_, at) => (at < 30 ? 0 : at % 2)), turns(100), undefined],
	["five of six right", [0, 1, 0, 1, 0, 0], turns(6), undefined],
	["no labels", [0, 1, 1, 0], new Int32Array(), undefined],
	["samples of one class, which show nothing", Array.from({ length: 50 }, () => 0), new Int32Array(50), undefined],
	["samples of one class, some wrong", Array.from({ length: 50 }, (_, at) => at % 2), new Int32Array(50), undefined],
	[
		"hardly more right than always the most frequent class, but it knows the rare one",
		Array.from({ length: 100 }, (_, at) => (at < 93 ? 0 : 1)),
		Int32Array.from({ length: 100 }, (_, at) => (at < 90 || at > 96 ? 0 : 1)),
		undefined,
	],
])("%s", (_, predicted, labels, wanted) => {
	const found = nearChance(logitsOf(predicted), labels, 2);
	if (wanted === undefined) expect(found).toBeUndefined();
	else expect(found).toMatch(wanted);
});

/** Data of a task with some labels for validation. */
function dataOf(task: TaskName, labels: LabelData, classes: readonly string[]): AnyDataSet {
	const plain = syntheticData(4, 4);
	return {
		...plain,
		task,
		classes,
		validation: { ...plain.validation, count: labels.length / classes.length, labels },
	};
}

test("numbers are nothing where one number for all samples is as near", () => {
	const values = Float64Array.from({ length: 40 }, (_, at) => 1000 * (at % 5));
	const data = dataOf("regression", values, ["price"]);
	expect(faultOf(new Float32Array(40).fill(2000), data)).toMatch(/no better than one answer.*RMSE 1414.*1414/);
	expect(
		faultOf(
			Float32Array.from(values, (value) => value + 100),
			data,
		),
	).toBeUndefined();
	expect(
		faultOf(new Float32Array(10).fill(2000), dataOf("regression", values.slice(0, 10), ["price"])),
	).toBeUndefined();
	expect(faultOf(new Float32Array(40), dataOf("regression", new Float64Array(), ["price"]))).toBeUndefined();
});

test("labels are nothing where equal scores for all samples rank them as well", () => {
	const marks = Uint8Array.from({ length: 80 }, (_, at) => (at % 3 === 0 ? 1 : 0));
	const data = dataOf("multi-label", marks, ["a", "b"]);
	expect(faultOf(new Float32Array(80), data)).toMatch(/no better than one answer.*mAP/);
	expect(
		faultOf(
			Float32Array.from(marks, (mark) => mark - 0.5),
			data,
		),
	).toBeUndefined();
});
