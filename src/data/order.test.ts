import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { permutation, randomStream } from "../random.js";
import { createOrder, sampleIndices, stepsForEpochs } from "./order.js";

describe("the order of samples", () => {
	test("is one permutation after another, one an epoch", () => {
		const stream = randomStream(3, "order");
		const expected = [0, 1, 2].flatMap((epoch) => [...permutation(stream, epoch, 7)]);
		expect([...sampleIndices(3, 7, 0, 21)]).toEqual(expected);
	});

	test("any run of positions can be asked for alone, in any sequence", () => {
		const natural = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
		const order = createOrder(5, 11);
		const all = [...sampleIndices(5, 11, 0, 200)];
		fc.assert(
			fc.property(natural(150), natural(50), (first, length) => {
				expect([...order.indices(first, length)]).toEqual(all.slice(first, first + length));
			}),
			{ seed: 3 },
		);
	});

	test("refuses no samples and positions that are none", () => {
		const usage = expect.objectContaining({ category: "usage" }) as Error;
		expect(() => createOrder(0, 0)).toThrow(usage);
		expect(() => sampleIndices(0, 4, -1, 2)).toThrow(usage);
		expect(() => sampleIndices(0, 4, 0.5, 2)).toThrow(usage);
	});
});

test.each([
	[100, 10, 1, 10],
	[100, 30, 1, 4],
	[100, 30, 3, 10],
	[100, 10, 0.25, 3],
])("%d samples in batches of %d for %d epochs take %d steps", (count, batch, epochs, steps) => {
	expect(stepsForEpochs(count, batch, epochs)).toBe(steps);
});
