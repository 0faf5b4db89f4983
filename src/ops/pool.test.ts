import { describe, expect, test } from "vitest";
import { evaluate, numbers, type RealTensor, real } from "../../test/support/graphs.js";
import { gradients } from "../autodiff/gradients.js";
import { type Attributes, int, ints } from "../graph/attributes.js";
import type { Value } from "../graph/value.js";
import { createGraph, type OperatorName } from "./index.js";

/** The gradient of Σ y with respect to the one input of a node. */
async function gradientAt(name: OperatorName, x: RealTensor, attributes: Attributes = {}): Promise<readonly number[]> {
	const g = createGraph();
	const value = g.parameter("x", x);
	const sum = g.op("ReduceSum", [g.op(name, [value], attributes)], { keepdims: int(0) });
	const [dx] = gradients(g, sum, [value]);
	return dx === undefined ? [] : numbers(await evaluate(g, { dx }), "dx");
}

describe("on a tie the first maximum takes the gradient", () => {
	test.each(["float", "double"] as const)("windows side by side, %s", async (type) => {
		const x = real(type, [1, 1, 2, 4], [0, 0, 1, 2, 0, 0, 2, 2]);
		const attributes = { kernel_shape: ints([2, 2]), strides: ints([2, 2]) };
		expect(await gradientAt("MaxPool", x, attributes)).toEqual([1, 0, 0, 1, 0, 0, 0, 0]);
	});

	test("windows that overlap, where a maximum of two gets both", async () => {
		const x = real("float", [1, 1, 5], [3, 3, 4, 4, 1]);
		expect(await gradientAt("MaxPool", x, { kernel_shape: ints([2]) })).toEqual([1, 0, 2, 1, 0]);
	});

	test("over all", async () => {
		expect(await gradientAt("GlobalMaxPool", real("float", [1, 1, 3], [5, 5, 5]))).toEqual([1, 0, 0]);
	});
});

test("a vector of zeros, which has no direction, passes no gradient", async () => {
	expect(await gradientAt("LpNormalization", real("float", [2, 2], [0, 0, 3, 4]))).toEqual([
		0,
		0,
		expect.closeTo(0.032, 6),
		expect.closeTo(-0.024, 6),
	]);
});

describe("outputs that a node may leave out", () => {
	const attributes = { kernel_shape: ints([2, 2]) };

	test("are not written where nothing uses them", () => {
		const g = createGraph();
		const y = g.op("MaxPool", [g.input("x", { type: "float", dims: [1, 1, 4, 4] })], attributes);
		expect(g.toOnnx("test", [["y", y]]).nodes[0]?.outputs).toEqual([y.name]);
	});

	test("are computed where something does", async () => {
		const g = createGraph();
		const x = g.parameter("x", real("float", [1, 1, 2, 2], [1, 2, 4, 3]));
		const [, indices] = g.ops("MaxPool", [x], attributes);
		expect(numbers(await evaluate(g, { indices: indices ?? x }), "indices")).toEqual([2]);
	});
});

describe("types that do not fit", () => {
	const misfits: readonly {
		readonly op: OperatorName;
		readonly dims: readonly (readonly number[])[];
		readonly attributes?: Attributes;
		readonly says: readonly string[];
	}[] = [
		{ op: "MaxPool", dims: [[1, 1, 4]], attributes: { kernel_shape: ints([2, 2]) }, says: ["2 spatial", "[1,1,4]"] },
		{ op: "AveragePool", dims: [[1, 1, 2]], attributes: { kernel_shape: ints([3]) }, says: ["window [3]", "[1,1,2]"] },
		{
			op: "MaxPool",
			dims: [[1, 1, 4]],
			attributes: { kernel_shape: ints([2]), storage_order: int(1) },
			says: ["storage_order 0"],
		},
		{
			op: "AveragePool",
			dims: [[1, 1, 6]],
			attributes: { kernel_shape: ints([1]), strides: ints([3]), auto_pad: { kind: "string", value: "SAME_UPPER" } },
			says: ["strides"],
		},
		{ op: "GlobalAveragePool", dims: [[2, 3]], says: ["[2,3]"] },
		{ op: "LayerNormalization", dims: [[2, 3], [2]], says: ["[3]", "[2]"] },
		{ op: "InstanceNormalization", dims: [[2, 3, 4], [3], [4]], says: ["float[4]"] },
		{
			op: "GroupNormalization",
			dims: [[2, 3, 4], [3], [3]],
			attributes: { num_groups: int(2) },
			says: ["divide 3 channels", "2"],
		},
	];

	test.each(misfits)("$op of $dims", ({ op, dims, attributes, says }) => {
		const g = createGraph();
		const inputs: readonly Value[] = dims.map((shape, index) => g.input(`x${index}`, { type: "float", dims: shape }));
		for (const part of says) expect(() => g.op(op, inputs, attributes)).toThrow(part);
	});
});
