import { describe, expect, test } from "vitest";
import { boundedInteger, normal, permutation, philox, randomStream, uniform } from "./random.js";

// Random123's own known-answer vectors for philox4x32-10.
const vectors: readonly (readonly [readonly [number, number], readonly number[], readonly number[]])[] = [
	[
		[0, 0],
		[0, 0, 0, 0],
		[0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
	],
	[
		[0xffffffff, 0xffffffff],
		[0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
		[0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
	],
	[
		[0xa4093822, 0x299f31d0],
		[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
		[0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
	],
];

describe("philox", () => {
	test.each(vectors)("key %j, counter %j", (key, counter, expected) => {
		const block = Uint32Array.from(counter);
		philox(key[0], key[1], block);
		expect([...block]).toEqual(expected);
	});
});

describe("streams", () => {
	test("a draw depends on seed, purpose and counter, and on nothing before it", () => {
		const draw = (seed: number, purpose: string, counter: number): number[] => [
			...randomStream(seed, purpose).words(counter, new Uint32Array(5)),
		];
		expect(draw(1, "order", 7)).toEqual(draw(1, "order", 7));
		expect(draw(1, "order", 7)).not.toEqual(draw(2, "order", 7));
		expect(draw(1, "order", 7)).not.toEqual(draw(1, "jitter", 7));
		expect(draw(1, "order", 7)).not.toEqual(draw(1, "order", 8));
		const used = randomStream(1, "order");
		used.words(3, new Uint32Array(100));
		expect([...used.words(7, new Uint32Array(5))]).toEqual(draw(1, "order", 7));
	});

	test("uniform has mean 1/2 and variance 1/12, normal mean 0 and variance 1", () => {
		const moments = (draws: Float32Array): readonly [number, number] => {
			const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
			return [mean, draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length];
		};
		const [uniformMean, uniformVariance] = moments(uniform(randomStream(3, "test"), 0, 100_000));
		expect(uniformMean).toBeCloseTo(0.5, 2);
		expect(uniformVariance).toBeCloseTo(1 / 12, 2);
		const [normalMean, normalVariance] = moments(normal(randomStream(3, "test"), 0, 100_001));
		expect(Math.abs(normalMean)).toBeLessThan(0.02);
		expect(Math.abs(normalVariance - 1)).toBeLessThan(0.02);
	});

	test("a permutation holds every index once and moves most", () => {
		const order = permutation(randomStream(5, "order"), 0, 1000);
		expect([...order].sort((a, b) => a - b)).toEqual([...Array(1000).keys()]);
		expect(order.filter((value, index) => value === index).length).toBeLessThan(10);
		expect(boundedInteger(0xffffffff, 10)).toBe(9);
	});
});
