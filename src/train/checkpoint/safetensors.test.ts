import { describe, expect, test } from "vitest";
import type { Tensor } from "../../onnx/tensor.js";
import { decodeTensors, encodeTensors, type TensorFile } from "./safetensors.js";

const weights: Tensor = { type: "float", dims: [2, 2], data: Float32Array.of(1.5, -0, Number.NaN, 4) };
const file: TensorFile = {
	tensors: {
		weights,
		count: { type: "int64", dims: [], data: BigInt64Array.of(-7n) },
		none: { type: "float", dims: [0, 3], data: new Float32Array() },
		mask: { type: "bool", dims: [3], data: Uint8Array.of(1, 0, 1) },
		half: { type: "float16", dims: [1], data: Uint16Array.of(0x3c00) },
	},
	metadata: { about: 'a "text"', __proto__of: "é" },
};

/** A file with this header, text or JSON, and these bytes behind it. */
function made(header: unknown, data: readonly number[] = []): Uint8Array {
	const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
	const bytes = new Uint8Array(8 + text.length + data.length);
	new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
	bytes.set(text, 8);
	bytes.set(data, 8 + text.length);
	return bytes;
}

test("what is encoded is decoded to the bit", () => {
	expect(decodeTensors(encodeTensors(file), "file")).toEqual(file);
	expect(decodeTensors(encodeTensors({ tensors: {}, metadata: {} }), "file")).toEqual({ tensors: {}, metadata: {} });
});

test("the same content gives the same bytes, in whatever order it is given", () => {
	const reversed = Object.fromEntries(Object.entries(file.tensors).reverse());
	expect(encodeTensors({ ...file, tensors: reversed })).toEqual(encodeTensors(file));
});

test("the layout is that of the format's specification", () => {
	// {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} as the reference implementation writes it.
	const header = { a: { dtype: "F32", shape: [1], data_offsets: [0, 4] } };
	const bytes = made(`${JSON.stringify(header)}  `, [0, 0, 128, 63]);
	expect(decodeTensors(bytes, "file").tensors).toEqual({
		a: { type: "float", dims: [1], data: Float32Array.of(1) },
	});
	const own = encodeTensors({ tensors: { a: { type: "float", dims: [1], data: Float32Array.of(1) } }, metadata: {} });
	expect([...own.subarray(-4)]).toEqual([0, 0, 128, 63]);
	expect(Number(new DataView(own.buffer).getBigUint64(0, true)) % 8).toBe(0);
});

describe("refused", () => {
	const one = { dtype: "U8", shape: [2], data_offsets: [0, 2] };
	test.each<[string, Uint8Array, string]>([
		["an empty file", new Uint8Array(), "a safetensors file"],
		["a header longer than the file", Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 0, 123, 125), "a header inside the file"],
		["a header that is enormous", Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128), "a header inside the file"],
		["a header that is no JSON", made("{"), "a header of JSON"],
		["a header that is a list", made("[]"), "a header of JSON"],
		["a header that is no UTF-8", made("{}").fill(0xff, 8), "a header of JSON"],
		["an unknown type", made({ a: { ...one, dtype: "F8" } }, [1, 2]), "F32"],
		["a shape of another size", made({ a: { ...one, shape: [3] } }, [1, 2]), "3 bytes for [3]"],
		["a shape that is negative", made({ a: { ...one, shape: [-2] } }, [1, 2]), "type, shape and place of a"],
		["a hole", made({ a: { ...one, data_offsets: [1, 3] } }, [0, 1, 2]), "a at byte 0"],
		["an overlap", made({ a: one, b: { ...one, data_offsets: [1, 3] } }, [1, 2, 3]), "b at byte 2"],
		["bytes behind the last tensor", made({ a: one }, [1, 2, 3]), "bytes, got"],
		["a tensor that is cut", made({ a: one }, [1]), "2 bytes for [2]"],
		[
			"a tensor by the name of a prototype",
			made('{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', [9]),
			"bytes",
		],
		["metadata that is no text", made({ __metadata__: { a: 1 } }), "texts as metadata"],
	])("%s", (_, bytes, message) => {
		expect(() => decodeTensors(bytes, "x.safetensors")).toThrow(message);
		expect(() => decodeTensors(bytes, "x.safetensors")).toThrow(/^x\.safetensors/);
	});

	test("every truncation of a file", () => {
		const bytes = encodeTensors(file);
		for (let length = 0; length < bytes.length; length++) {
			expect(() => decodeTensors(bytes.subarray(0, length), "file"), String(length)).toThrow("file");
		}
	});
});
