import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../random.js";
import { inMemory } from "./samples.js";
import { selectSamples, splitDataSet, stratifiedPartition } from "./splits.js";

const stream = randomStream(0, "test/split");
const partition = (labels: Int32Array, classCount: number, count: number): ReturnType<typeof stratifiedPartition> =>
	stratifiedPartition(labels, classCount, count, stream, "test");

describe("stratifiedPartition", () => {
	test("takes exactly that many, each sample once, and each class within one of its share", () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: 8, max: 40 }), { minLength: 2, maxLength: 6 }),
				fc.double({ min: 0.2, max: 0.8, noNaN: true }),
				(sizes, fraction) => {
					const labels = Int32Array.from(sizes.flatMap((size, c) => Array<number>(size).fill(c)));
					const count = Math.round(labels.length * fraction);
					const { taken, rest } = partition(labels, sizes.length, count);
					expect(taken.length).toBe(count);
					expect([...taken, ...rest].sort((a, b) => a - b)).toEqual([...labels.keys()]);
					sizes.forEach((size, c) => {
						const share = taken.filter((index) => labels[index] === c).length;
						expect(Math.abs(share - (size * count) / labels.length)).toBeLessThan(1);
					});
				},
			),
			{ seed: 1, numRuns: 50 },
		);
	});

	test("a larger part holds the smaller one", () => {
		const labels = Int32Array.from({ length: 300 }, (_, i) => i % 3);
		const larger = new Set(partition(labels, 3, 60).taken);
		expect([...partition(labels, 3, 30).taken].every((index) => larger.has(index))).toBe(true);
	});

	test.each([0, -1, 2, 1.5, Number.NaN, 28, 30, 31, 1e15])("refuses to take %d of 30 samples of 3 classes", (count) => {
		const labels = Int32Array.from({ length: 30 }, (_, i) => i % 3);
		expect(() => partition(labels, 3, count)).toThrow(
			expect.objectContaining({ category: "usage", where: "test" }) as Error,
		);
	});
});

test("a data set's fingerprint changes with a pixel, a label, the sizes, and not with the name", () => {
	const images = Uint8Array.from({ length: 80 }, (_, i) => i);
	const labels = Int32Array.from({ length: 20 }, (_, i) => i % 2);
	const build = (name: string, pixels: Uint8Array, classes: Int32Array, validation: number): string =>
		splitDataSet(
			{ name, classes: ["a", "b"], sampleShape: [1, 2, 2], normalization: { mean: 0, std: 1 } },
			{ count: 20, samples: inMemory(pixels), labels: classes },
			validation,
			stream,
		).fingerprint;
	const reference = build("one", images, labels, 4);
	expect(reference).toMatch(/^[0-9a-f]{64}$/);
	expect(build("two", images, labels, 4)).toBe(reference);
	expect(build("one", images.with(79, 0), labels, 4)).not.toBe(reference);
	expect(build("one", images, labels.with(0, 1).with(1, 0), 4)).not.toBe(reference);
	expect(build("one", images, labels, 6)).not.toBe(reference);
});

test("samples know which of all they were, split off from a part as well", () => {
	const kind = { name: "one", classes: ["a", "b"], sampleShape: [1], normalization: { mean: 0, std: 1 } };
	const pixels = Uint8Array.from({ length: 20 }, (_, row) => 100 + row);
	const labels = Int32Array.from({ length: 20 }, (_, row) => row % 2);
	const all = { count: 20, samples: inMemory(pixels), labels };
	const half = selectSamples(
		all,
		kind.sampleShape,
		Uint32Array.from({ length: 10 }, (_, row) => 2 * row + (row % 2)),
	);
	const { train, validation } = splitDataSet(kind, half, 4, stream);
	for (const { samples, origin } of [train, validation]) {
		expect(origin?.count).toBe(20);
		expect(samples).toMatchObject({ data: Uint8Array.from(origin?.rows ?? [], (row) => 100 + row) });
	}
});
