import { describe, expect, test } from "vitest";
import { evaluate, numbers, runtime } from "../../test/support/graphs.js";
import type { SampleShape } from "../data/data-set.js";
import type { SampleData } from "../data/samples.js";
import { elementCount, type Tensor } from "../onnx/tensor.js";
import { createGraph } from "../ops/index.js";
import { createPreparer } from "./preparer.js";
import { type Preprocessing, preprocess } from "./preprocess.js";

const as = { mean: 0, std: 1 } as const;

/** The same samples both ways: in a graph, and by a session before one. */
async function bothWays(data: SampleData, sampleShape: SampleShape, normalization: Preprocessing): Promise<number[]> {
	const count = data.length / elementCount(sampleShape);
	const dims = [count, ...sampleShape];
	const samples: Tensor = data instanceof Uint8Array ? { type: "uint8", dims, data } : { type: "float", dims, data };
	const g = createGraph();
	const input = preprocess(g, g.input("samples", samples), normalization);
	const within = numbers(await evaluate(g, { input }, { samples }), "input");
	const preparer = createPreparer(runtime, { sampleShape, normalization, threads: 1 });
	const before = Array.from(await preparer.prepare(data, count));
	await preparer.release();
	expect(before).toHaveLength(within.length);
	for (const [at, value] of within.entries()) expect(before[at]).toBeCloseTo(value, 5);
	return before;
}

function expectClose(got: readonly number[], expected: readonly number[]): void {
	expect(got).toHaveLength(expected.length);
	for (const [at, value] of expected.entries()) expect(got[at]).toBeCloseTo(value, 5);
}

const image = Uint8Array.of(0, 51, 102, 255, 0, 204, 17, 34, 51, 85, 170, 255);

describe("sizes, as torch.nn.functional.interpolate(mode='bilinear', align_corners=False) of PyTorch 2.13", () => {
	test.each([
		[
			[2, 2],
			[0.4, 0.475, 0.25, 0.55],
		],
		[[1, 1], [0.066667]],
		[
			[3, 5],
			[
				...[0.166667, 0.166667, 0.166667, 0.346667, 0.466667, 0.533333, 0.346667, 0.066667, 0.326667, 0.5],
				...[0.288889, 0.404445, 0.577778, 0.751111, 0.866667],
			],
		],
		[
			[6, 4],
			[
				...[0, 0.125, 0.275, 0.4, 0.5, 0.25, 0.2875, 0.6, 0.844444, 0.330556, 0.276389, 0.7],
				...[0.222222, 0.152778, 0.181944, 0.3, 0.2, 0.325, 0.475, 0.6, 0.333333, 0.541667, 0.791667, 1],
			],
		],
	] as const)("4 × 3 to %j", async (size, expected) => {
		expectClose(await bothWays(image, [1, 4, 3], { ...as, size }), expected);
		const twice = Uint8Array.of(...image, ...image);
		expectClose(await bothWays(twice, [1, 4, 3], { ...as, size }), [...expected, ...expected]);
	});
});

describe("images of one pixel, red 51, green 102, blue 204", () => {
	const pixel = Uint8Array.of(51, 102, 204);
	test.each([
		["bgr", { ...as, channels: "bgr" }, [0.8, 0.4, 0.2]],
		["rgb", { ...as, channels: "rgb" }, [0.2, 0.4, 0.8]],
		["gray", { ...as, channels: "gray" }, [0.299 * 0.2 + 0.587 * 0.4 + 0.114 * 0.8]],
		["bytes", { ...as, scale: 255 }, [51, 102, 204]],
		[
			"a mean for each channel in its own order",
			{ scale: 255, mean: [1, 2, 3], std: 2, channels: "bgr" },
			[101.5, 50, 24],
		],
	] as const satisfies readonly (readonly [string, Preprocessing, readonly number[]])[])(
		"%s",
		async (_, preprocessing, expected) => {
			expectClose(await bothWays(pixel, [3, 1, 1], preprocessing), expected);
		},
	);

	test("one grey channel serves as three", async () => {
		expectClose(await bothWays(Uint8Array.of(51), [1, 1, 1], { ...as, channels: "bgr" }), [0.2, 0.2, 0.2]);
	});
});

test("layouts: channels last, and flat", async () => {
	const values = Float32Array.from({ length: 12 }, (_, at) => at);
	const last = [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11];
	expectClose(await bothWays(values, [3, 2, 2], { ...as, layout: "nhwc" }), last);
	const g = createGraph();
	const samples = g.input("samples", { type: "float", dims: [2, 3, 2, 1] });
	expect(preprocess(g, samples, { ...as, layout: "flat" }).dims).toEqual([2, 6]);
	expect(preprocess(g, samples, { ...as, layout: "nhwc", size: [4, 5] }).dims).toEqual([2, 4, 5, 3]);
});

test("what only images can be given is refused for others", () => {
	const g = createGraph();
	const row = g.input("row", { type: "float", dims: [1, 4] });
	expect(() => preprocess(g, row, { ...as, size: [2, 2] })).toThrow(
		"input: expected images, samples of [channels, height, width], for size, channels and layout nhwc, got samples of [4]",
	);
	const two = g.input("two", { type: "float", dims: [1, 2, 4, 4] });
	expect(() => preprocess(g, two, { ...as, channels: "gray" })).toThrow("one channel or three, got 2 channels");
});
