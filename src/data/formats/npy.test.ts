import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { npy, npyOf, temporaryFolder } from "../../../test/support/own-data.js";
import { fileSource } from "./bytes.js";
import { openNpy } from "./npy.js";
import { fortranRows } from "./npy-fortran.js";

async function read(bytes: Buffer): Promise<{ readonly dims: readonly number[]; readonly elements: unknown[] }> {
	const path = join(await temporaryFolder(), "array.npy");
	await writeFile(path, bytes);
	const array = await openNpy(await fileSource(path));
	const elements: unknown[] = [];
	for await (const { bytes } of array.rows()) {
		for (const element of Array.from<unknown>(array.type.read(bytes))) elements.push(element);
	}
	return { dims: array.dims, elements };
}

describe("arrays of every type", () => {
	test.each([
		["|b1", Uint8Array.of(0, 1), [0, 1]],
		["|i1", Int8Array.of(-128, 127), [-128, 127]],
		["<i2", Int16Array.of(-32768, 32767), [-32768, 32767]],
		["<i4", Int32Array.of(-2147483648, 5), [-2147483648, 5]],
		["<i8", BigInt64Array.of(-(2n ** 63n), 7n), [-(2n ** 63n), 7n]],
		["|u1", Uint8Array.of(0, 255), [0, 255]],
		["<u2", Uint16Array.of(0, 65535), [0, 65535]],
		["<u4", Uint32Array.of(0, 4294967295), [0, 4294967295]],
		["<u8", BigUint64Array.of(0n, 2n ** 64n - 1n), [0n, 2n ** 64n - 1n]],
		// 1, −2, 65504 (the largest), 2⁻²⁴ (the smallest), infinity.
		["<f2", Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00), [1, -2, 65504, 2 ** -24, Infinity]],
		["<f4", Float32Array.of(0.5, -1e30), [0.5, Math.fround(-1e30)]],
		["<f8", Float64Array.of(Math.PI, -1e300), [Math.PI, -1e300]],
		["<U3", Uint32Array.of(0x63, 0xe9, 0, 0x1f600, 0, 0), ["cé", "😀"]],
		["|S2", Buffer.from("ab\0\0c\0"), ["ab", "", "c"]],
		[">i2", Buffer.of(0x01, 0x02, 0xff, 0xfe), [258, -2]],
		[">f8", Buffer.of(0x3f, 0xf0, 0, 0, 0, 0, 0, 0), [1]],
		[">U2", Buffer.of(0, 0, 0, 0x63, 0, 0x01, 0xf6, 0x00), ["c😀"]],
	] as const)("%s", async (descr, data, elements) => {
		expect(await read(npy(descr, [elements.length], data))).toEqual({ dims: [elements.length], elements });
	});

	test.each([1, 2, 3])("format version %i, fields in any order", async (version) => {
		const header = "{'shape': (2, 1), 'fortran_order': False, 'descr': '|u1'}";
		expect(await read(npyOf(header, Uint8Array.of(3, 4), version))).toEqual({ dims: [2, 1], elements: [3, 4] });
	});

	test("blocks hold whole rows, whatever the pieces that files are read in", async () => {
		// Rows of 300,001 floats: neither a block nor a piece is a multiple.
		const data = Float32Array.from({ length: 4 * 300_001 }, (_, i) => i);
		const { elements } = await read(npy("<f4", [4, 300_001], data));
		expect(elements.length).toBe(data.length);
		expect(elements.every((value, i) => value === i)).toBe(true);
	});

	test.each([
		["<f8", Float64Array],
		["|u1", Uint8Array],
		["<i2", Int16Array],
	] as const)("Fortran order of %s", async (descr, Elements) => {
		// Element (i, j, k) is 100 i + 10 j + k; in the file, i runs fastest.
		const [rows, height, width] = [2, 3, 4] as const;
		const value = (i: number, j: number, k: number): number => 100 * i + 10 * j + k;
		const stored = Array.from({ length: rows * height * width }, (_, at) =>
			value(at % rows, Math.floor(at / rows) % height, Math.floor(at / (rows * height))),
		);
		const wanted = Array.from({ length: rows * height * width }, (_, at) =>
			value(Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width),
		);
		expect(await read(npy(descr, [rows, height, width], Elements.from(stored), "True"))).toEqual({
			dims: [rows, height, width],
			elements: wanted,
		});
	});

	test("a large array in Fortran order takes several passes", async () => {
		const path = join(await temporaryFolder(), "array.npy");
		// 5 rows of 3 columns, column after column.
		await writeFile(
			path,
			Uint8Array.from({ length: 15 }, (_, at) => (at % 5) * 3 + Math.floor(at / 5)),
		);
		const array = { source: await fileSource(path), start: 0, dims: [5, 3], bytes: 1 };
		const blocks: number[][] = [];
		for await (const block of fortranRows(array, 1, 6)) blocks.push(Array.from(block));
		expect(blocks).toEqual(Array.from({ length: 5 }, (_, row) => [3 * row, 3 * row + 1, 3 * row + 2]));
	});

	test("no rows", async () => {
		expect(await read(npy("<f4", [0, 3], Buffer.of()))).toEqual({ dims: [0, 3], elements: [] });
	});
});

describe("what is refused, and why", () => {
	const four = new Float32Array(4);
	test.each([
		["another file", Buffer.from("no array at all, but long enough"), /NumPy's format/],
		["an empty file", Buffer.of(), /NumPy's format/],
		["format version 4", npyOf("{}", four, 4), /version 1, 2 or 3/],
		["no header", npyOf("{}", four), /descr, fortran_order and shape/],
		["too few elements", npy("<f4", [5], four), /20 bytes of data.*got 16/],
		["too many elements", npy("<f4", [3], four), /12 bytes of data.*got 16/],
		["sizes that overflow", npy("<f4", [2 ** 40, 2 ** 40], four), /bytes of data/],
		["a negative size", npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': (-4,)}", four), /header/],
		["pickled objects", npy("|O", [4], four), /Python objects would run code/],
		["complex numbers", npy("<c8", [2], four), /"<c8".*array\.real/],
		["dates", npy("<M8[ns]", [2], four), /"<M8\[ns\]".*int64/],
		["long doubles", npy("<f16", [1], four), /"<f16".*float64/],
		["bytes in Latin-1", npy("|S1", [2], Buffer.from("\xe4\xf6", "latin1")), /UTF-8.*char\.decode/],
		["half characters", npy("<U1", [1], Uint32Array.of(0xd83d)), /whole characters/],
		["structures", npyOf("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,)}", four), /structures/],
		["a header that runs past the end", Buffer.from("\x93NUMPY\x01\x00\xff\xff{}  ", "latin1"), /a header of at most/],
	])("%s", async (_, bytes, message) => {
		await expect(read(bytes)).rejects.toThrow(message);
		await expect(read(bytes)).rejects.toMatchObject({ category: "data" });
	});

	test("no file, and a folder", async () => {
		const folder = await temporaryFolder();
		await expect(fileSource(join(folder, "none.npy"))).rejects.toMatchObject({ category: "data", got: "none" });
		await expect(fileSource(folder)).rejects.toMatchObject({ category: "data", got: "a folder" });
	});
});
