import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHalf, halfTable, largestHalf, toHalf } from "./half.js";

const infinite = 0x7c00;

describe("halves", () => {
	test("every one of them comes back", () => {
		const wrong: number[] = [];
		for (let bits = 0; bits < 2 ** 16; bits++) {
			const value = fromHalf(bits);
			if (Number.isNaN(value) ? !Number.isNaN(fromHalf(toHalf(value))) : toHalf(value) !== bits) wrong.push(bits);
		}
		expect(wrong).toEqual([]);
		expect([...halfTable()].every((value, bits) => Object.is(value, fromHalf(bits)))).toBe(true);
	});

	// From the standard's table of examples.
	test.each([
		[1, 0x3c00],
		[-2, 0xc000],
		[largestHalf, 0x7bff],
		[2 ** -14, 0x0400],
		[2 ** -24, 0x0001],
		[-0, 0x8000],
		[1 / 3, 0x3555],
	])("%d is %i", (value, bits) => {
		expect(toHalf(value)).toBe(bits);
	});

	test("what lies in the middle goes to the even one, what lies beside it to the nearer one", () => {
		const beside = (value: number, step: -1 | 1): number => {
			const float = Float32Array.of(value);
			const word = new Uint32Array(float.buffer);
			word[0] = (word[0] ?? 0) + step;
			return float[0] ?? 0;
		};
		for (let bits = 0; bits < infinite - 1; bits++) {
			const middle = (fromHalf(bits) + fromHalf(bits + 1)) / 2;
			expect(toHalf(middle)).toBe(bits % 2 === 0 ? bits : bits + 1);
			expect(toHalf(beside(middle, -1))).toBe(bits);
			expect(toHalf(beside(middle, 1))).toBe(bits + 1);
		}
		expect(toHalf(65_519)).toBe(0x7bff);
		expect(toHalf(65_520)).toBe(infinite);
		expect(toHalf(Number.NEGATIVE_INFINITY)).toBe(0xfc00);
	});

	test("no half is nearer than the one it gives", () => {
		fc.assert(
			fc.property(fc.float({ min: -65_504, max: 65_504, noNaN: true }), (value) => {
				const bits = toHalf(value);
				const error = Math.abs(fromHalf(bits) - value);
				for (const other of [bits - 1, bits + 1]) {
					const distance = Math.abs(fromHalf(other & 0xffff) - value);
					if (Number.isFinite(distance)) expect(error).toBeLessThanOrEqual(distance);
				}
			}),
			{ seed: 16 },
		);
	});
});
