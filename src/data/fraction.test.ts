import { expect, test } from "vitest";
import { digits } from "./digits.js";
import { classesOfTraining, fractionOfTraining, withoutClasses } from "./fraction.js";

const whole = await digits.load({});
const labelsIn = (labels: Int32Array): readonly number[] =>
	Array.from({ length: 10 }, (_, c) => labels.filter((label) => label === c).length);

test("a fraction of the training samples has the same share of each class", () => {
	const { data, indices } = fractionOfTraining(whole, 0.03, 1);
	const expected = labelsIn(whole.train.labels).map((count) => Math.round(0.03 * count));
	expect(labelsIn(data.train.labels)).toEqual(expected);
	expect(data.train.count).toBe(indices.length);
	expect(data.train.labels).toEqual(Int32Array.from(indices, (index) => whole.train.labels[index] ?? -1));
	expect(data.train.origin?.rows).toEqual(indices.map((index) => whole.train.origin?.rows[index] ?? 0));
	expect(data.validation).toBe(whole.validation);
});

test("a larger fraction holds a smaller one, another seed has others, and all have another fingerprint", () => {
	const [small, large, other] = [
		fractionOfTraining(whole, 0.01, 1),
		fractionOfTraining(whole, 0.02, 1),
		fractionOfTraining(whole, 0.01, 2),
	];
	expect(small.indices.every((index) => large.indices.includes(index))).toBe(true);
	expect(other.indices).not.toEqual(small.indices);
	const fingerprints = [whole, small.data, large.data, other.data].map(({ fingerprint }) => fingerprint);
	expect(new Set(fingerprints).size).toBe(4);
});

test("the smallest fraction has one sample of each class", () => {
	expect(labelsIn(fractionOfTraining(whole, 1e-9, 1).data.train.labels)).toEqual(Array.from({ length: 10 }, () => 1));
});

test("the samples of some classes are all that there are of them, and no others", () => {
	const { data, indices } = classesOfTraining(whole, [7, 8]);
	const all = labelsIn(whole.train.labels);
	expect(labelsIn(data.train.labels)).toEqual(all.map((count, c) => (c === 7 || c === 8 ? count : 0)));
	expect(data.train.labels).toEqual(Int32Array.from(indices, (index) => whole.train.labels[index] ?? -1));
	expect(data.validation).toBe(whole.validation);
	expect(data.fingerprint).not.toBe(whole.fingerprint);
	expect(() => classesOfTraining(whole, [3, 10])).toThrow("10");
});

test("a withheld class has no sample to learn from or to choose by, and its place among the classes", () => {
	const data = withoutClasses(whole, [3]);
	for (const split of ["train", "validation"] as const) {
		const all = labelsIn(whole[split].labels);
		expect(labelsIn(data[split].labels)).toEqual(all.map((count, c) => (c === 3 ? 0 : count)));
	}
	expect(data.classes).toEqual(whole.classes);
	expect(data.fingerprint).not.toBe(whole.fingerprint);
	expect(() => withoutClasses(whole, [10])).toThrow("[10]");
	expect(() => withoutClasses(whole, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toThrow("not all");
});
