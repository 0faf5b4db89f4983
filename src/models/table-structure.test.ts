import { describe, expect, test } from "vitest";
import type { TensorOf } from "../onnx/tensor.js";
import { isMask, isTable, isWhole } from "./table-structure.js";

const tensor = (dims: readonly number[], at: (index: number) => number): TensorOf<"float"> => ({
	type: "float",
	dims,
	data: Float32Array.from({ length: dims.reduce((product, size) => product * size, 1) }, (_, index) => at(index)),
});
/** A number that looks drawn: a function of its place. */
const drawn = (index: number): number => ((Math.sin(index * 12.9898 + 1) * 43_758.5453) % 1) * 0.1;

describe("tables", () => {
	const frequency = (column: number): number => 10_000 ** (-column / 16);
	const tables: [string, TensorOf<"float">][] = [
		["positions of sines and cosines", tensor([1, 50, 16], (i) => Math.sin(Math.floor(i / 16) * frequency(i % 16)))],
		["rotations", tensor([50, 1, 8], (i) => Math.cos(Math.floor(i / 8) * frequency(2 * (i % 8))))],
		["equal steps", tensor([20], (i) => i / 7 - 1)],
		["powers", tensor([16], frequency)],
	];
	test.each(tables)("%s", (_, table) => {
		expect(isTable(table, table.data)).toBe(true);
	});

	const weights: [string, TensorOf<"float">][] = [
		["drawn weights", tensor([8, 3, 3, 3], drawn)],
		["gains near 1", tensor([64], (i) => 1 + drawn(i))],
		["fresh gains", tensor([64], () => 1)],
		["fresh biases", tensor([64], () => 0)],
	];
	test.each(weights)("%s are none", (_, weight) => {
		expect(isTable(weight, weight.data)).toBe(false);
		expect(isMask(weight.data)).toBe(false);
	});
});

test("masks hold two numbers, one of them 0; whole numbers are no weights", () => {
	expect(isMask([0, -100, 0, -100])).toBe(true);
	expect(isMask([0, -Infinity, 0, 0])).toBe(true);
	expect(isMask([0.5, -100, 0, -100])).toBe(false);
	expect(isWhole([0, 1, 2, 3])).toBe(true);
	expect(isWhole([1, 1, 1])).toBe(false);
});
