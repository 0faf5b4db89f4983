import { describe, expect, test } from "vitest";
import { numbers, runtime } from "../../test/support/graphs.js";
import type { Normalization, SampleShape } from "../data/data-set.js";
import type { SampleData } from "../data/samples.js";
import { modelOf } from "../models/family.js";
import { encodeModel } from "../onnx/encode.js";
import type { Tensor } from "../onnx/tensor.js";
import { createGraph } from "../ops/index.js";
import { normalizer } from "../predict/normalizer.js";
import { normalize } from "./normalize.js";

async function inGraph(data: SampleData, shape: SampleShape, normalization: Normalization): Promise<readonly number[]> {
	const dims = [data.length / shape.reduce((a, b) => a * b, 1), ...shape];
	const tensor: Tensor = data instanceof Uint8Array ? { type: "uint8", dims, data } : { type: "float", dims, data };
	const g = createGraph();
	const out = normalize(g, g.input("samples", tensor), normalization);
	const session = await runtime.createSession(encodeModel(modelOf(g.toOnnx("normalize", [["out", out]]))), {
		threads: 1,
	});
	try {
		return numbers(await session.run({ samples: tensor }), "out");
	} finally {
		await session.release();
	}
}

const bytes = Uint8Array.of(0, 51, 102, 255, 10, 20, 30, 40, 5, 4, 3, 2);
const reals = Float32Array.from(bytes, (byte) => byte / 7 - 2);

describe.each([
	["one number", [2, 3], { mean: 0.4, std: 0.2 }, () => [0.4, 0.2]],
	["nothing to subtract", [2, 3], { mean: 0, std: 0.5 }, () => [0, 0.5]],
	[
		"a number for each channel of an image",
		[3, 1, 2],
		{ mean: [0.1, 0.2, 0.3], std: [1, 2, 4] },
		(i) => [[0.1, 0.2, 0.3][(i >> 1) % 3], [1, 2, 4][(i >> 1) % 3]],
	],
	["one mean, a deviation for each feature of a row", [4], { mean: 0.5, std: [1, 2, 3, 4] }, (i) => [0.5, 1 + (i % 4)]],
] as const satisfies readonly (readonly [
	string,
	SampleShape,
	Normalization,
	(index: number) => readonly (number | undefined)[],
])[])("%s", (_, shape, normalization, at) => {
	test.each([
		["bytes", bytes, 255],
		["floats", reals, 1],
	])("%s, in a graph and outside", async (_type, data, unit) => {
		const expected = Array.from(data, (value, index) => {
			const [mean = NaN, std = NaN] = at(index);
			return (value / unit - mean) / std;
		});
		const outside = [...normalizer(normalization, shape)(data)];
		const inside = await inGraph(data, shape, normalization);
		expect(inside).toHaveLength(expected.length);
		for (const [index, value] of expected.entries()) {
			expect(outside[index]).toBeCloseTo(value, 5);
			expect(inside[index]).toBeCloseTo(value, 5);
		}
	});
});

test("a list of another length than the channels is refused", () => {
	expect(() => normalizer({ mean: [1, 2], std: 1 }, [3, 2, 2])).toThrow(
		"normalization: expected a number, or a list of 3: one for each channel, got a list of 2",
	);
});
