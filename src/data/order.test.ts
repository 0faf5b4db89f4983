import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { permutation, randomStream } from "../random.js";
import { createOrder, createTurns, epochLength, sampleIndices, stepsForEpochs } from "./order.js";

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

describe("samples from groups in turn", () => {
	const groups = [Uint32Array.of(3, 8), Uint32Array.of(0, 1, 2, 5, 9)] as const;
	const special = (epoch: number): readonly number[] =>
		Array.from(permutation(randomStream(7, "order/group/0"), epoch, 2), (at) => groups[0][at] ?? 0);
	const other = (epoch: number): readonly number[] =>
		Array.from(permutation(randomStream(7, "order/group/1"), epoch, 5), (at) => groups[1][at] ?? 0);

	test("shows a sample of the first, then one of the second, each a permutation after another", () => {
		const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = [0, 1, 2].flatMap(special);
		const [p = 0, q = 0, r = 0, s = 0, t = 0, u = 0] = [0, 1].flatMap(other);
		expect([...createTurns(7, { groups }).indices(0, 12)]).toEqual([a, p, b, q, c, r, d, s, e, t, f, u]);
	});

	test("an epoch has the first group once and as many others", () => {
		expect([epochLength(7, { groups }), epochLength(7, undefined)]).toEqual([4, 7]);
		const order = createTurns(7, { groups });
		for (let epoch = 0; epoch < 20; epoch++) {
			const shown = [...order.indices(4 * epoch, 4)];
			expect(shown.filter((sample) => groups[0].includes(sample)).sort()).toEqual([3, 8]);
			expect(shown.filter((sample) => groups[1].includes(sample))).toHaveLength(2);
		}
		// 5 epochs are 10 others: each of the 5 twice.
		const others = [...order.indices(0, 20)].filter((sample) => groups[1].includes(sample));
		expect(others.sort()).toEqual([0, 0, 1, 1, 2, 2, 5, 5, 9, 9]);
	});

	test("any run of positions can be asked for alone, of any number of groups", () => {
		const natural = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
		for (const some of [groups, [...groups, Uint32Array.of(4)], [Uint32Array.of(6, 7)]]) {
			const order = createTurns(5, { groups: some });
			const all = [...createTurns(5, { groups: some }).indices(0, 120)];
			fc.assert(
				fc.property(natural(90), natural(30), (first, length) => {
					expect([...order.indices(first, length)]).toEqual(all.slice(first, first + length));
				}),
				{ seed: 4 },
			);
		}
	});

	test("another seed is another order; a group without samples is refused", () => {
		expect(createTurns(1, { groups }).indices(0, 40)).not.toEqual(createTurns(2, { groups }).indices(0, 40));
		const usage = expect.objectContaining({ category: "usage" }) as Error;
		expect(() => createTurns(1, { groups: [Uint32Array.of(1), new Uint32Array()] })).toThrow(usage);
	});
});
