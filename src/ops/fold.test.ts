import { describe, expect, test } from "vitest";
import { int } from "../graph/attributes.js";
import type { Value } from "../graph/value.js";
import type { Tensor } from "../onnx/tensor.js";
import { foldArithmetic, foldCast, foldedTensor, stretched } from "./fold.js";
import { reduce } from "./reduce.js";

const long = (dims: readonly number[], ...values: bigint[]): Tensor => ({
	type: "int64",
	dims,
	data: BigInt64Array.from(values),
});
const known = (tensor: Tensor): Value => ({ name: "x", type: tensor.type, dims: tensor.dims, constant: tensor });

const product = foldArithmetic(
	(a, b) => a * b,
	(a, b) => a * b,
);

describe("a fold", () => {
	test("is exact where a double is not", () => {
		expect(product([known(long([1], 3n)), known(long([2], 2n ** 60n + 1n, -7n))], {})).toEqual([
			long([2], 3n * (2n ** 60n + 1n), -21n),
		]);
	});

	test("gives up where an integer type cannot hold the result", () => {
		expect(product([known(long([], 2n ** 62n)), known(long([], 2n))], {})).toBeUndefined();
		expect(product([known(long([], 2n ** 62n)), known(long([], -2n))], {})).toEqual([long([], -(2n ** 63n))]);
		expect(foldedTensor("uint8", [2], [255n, 0n])).toEqual({ type: "uint8", dims: [2], data: Uint8Array.of(255, 0) });
		expect(foldedTensor("uint8", [1], [-1n])).toBeUndefined();
	});

	test("gives up where an input is not known, is absent or is float16", () => {
		const x = known(long([], 2n));
		expect(product([x, { name: "y", type: "int64", dims: [] }], {})).toBeUndefined();
		expect(product([x, undefined], {})).toBeUndefined();
		const half = known({ type: "float16", dims: [], data: Uint16Array.of(0x3c00) });
		expect(product([half, half], {})).toBeUndefined();
	});

	test("gives up where the result has more than 64 elements", () => {
		const many = (count: number): Tensor => long([count], ...Array.from({ length: count }, () => 1n));
		expect(product([known(many(64)), known(long([], 5n))], {})).toEqual([long([64], ...Array<bigint>(64).fill(5n))]);
		expect(product([known(many(65)), known(long([], 5n))], {})).toBeUndefined();
	});

	test("of a reduction gives what no elements give, where that is something", () => {
		const none = known(long([0]));
		expect(reduce.ReduceProd.fold([none], { keepdims: int(0) })).toEqual([long([], 1n)]);
		expect(reduce.ReduceSum.fold([none], {})).toEqual([long([1], 0n)]);
		expect(reduce.ReduceMax.fold([none], {})).toBeUndefined();
	});

	test("does not cast NaN or infinity to integers", () => {
		const reals = (...values: number[]): Value =>
			known({ type: "double", dims: [values.length], data: Float64Array.from(values) });
		expect(foldCast([reals(-1.9, 2.5)], "int64")).toEqual([long([2], -1n, 2n)]);
		expect(foldCast([reals(NaN)], "int64")).toBeUndefined();
		expect(foldCast([reals(Infinity)], "int32")).toBeUndefined();
	});
});

test("a stretched tensor repeats along axes of size 1 and along new ones", () => {
	expect(stretched(long([2, 1], 1n, 2n), [2, 2, 3])).toEqual([1n, 1n, 1n, 2n, 2n, 2n, 1n, 1n, 1n, 2n, 2n, 2n]);
});
