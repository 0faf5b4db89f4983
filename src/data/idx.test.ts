import fc from "fast-check";
import { expect, test } from "vitest";
import { LimbeckError } from "../errors.js";
import { parseIdx } from "./idx.js";

const file = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6] as const;

test("reads the array", () => {
	expect(parseIdx(Uint8Array.from(file), 2, "x")).toEqual({ dims: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) });
});

test("reads a view that does not start at its buffer's first byte", () => {
	const bytes = Uint8Array.from([9, 9, 9, ...file]).subarray(3);
	expect(parseIdx(bytes, 2, "x").dims).toEqual([2, 3]);
});

test.each([
	["empty", [], "0 bytes"],
	["a cut header", file.slice(0, 9), "9 bytes"],
	["another magic", [1, ...file.slice(1)], "0x01000802"],
	["floats", [0, 0, 13, ...file.slice(3)], "0x00000d02"],
	["three dimensions", [0, 0, 8, 3, ...file.slice(4)], "0x00000803"],
	["a missing byte", file.slice(0, -1), "got 5"],
	["a byte too many", [...file, 0], "got 7"],
	["sizes beyond memory", [0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255, 1], "got 1"],
])("refuses %s", (_, bytes, message) => {
	const read = (): unknown => parseIdx(Uint8Array.from(bytes), 2, "digits.idx");
	expect(read).toThrow(message);
	expect(read).toThrow(expect.objectContaining({ category: "data", where: "digits.idx" }) as Error);
});

test("any bytes are an array of the stated size or a LimbeckError", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 24 }), fc.integer({ min: 0, max: 3 }), (bytes, dimensions) => {
			bytes.set([0, 0, 8, dimensions].slice(0, bytes.length));
			try {
				const { dims, data } = parseIdx(bytes, dimensions, "x");
				expect(data.length).toBe(dims.reduce((a, b) => a * b, 1));
			} catch (error) {
				expect(error).toBeInstanceOf(LimbeckError);
			}
		}),
		{ seed: 2 },
	);
});
