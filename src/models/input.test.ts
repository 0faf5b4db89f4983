import { expect, test } from "vitest";
import { sampleDims } from "./input.js";

test.each([
	{ declared: ["n", 784], sample: [1, 28, 28], dims: [784] },
	{ declared: ["n", 28, 28], sample: [1, 28, 28], dims: [28, 28] },
	{ declared: ["n", "channels", 28, 28], sample: [1, 28, 28], dims: [1, 28, 28] },
])("a model takes a sample as it is, flat, or without dimensions of 1: $declared", ({ declared, sample, dims }) => {
	expect(sampleDims({ dims: declared }, sample, "own.onnx")).toEqual(dims);
});

test.each([
	{ declared: ["n", 28, 28, 3], sample: [3, 28, 28], hint: "channels before height and width" },
	{ declared: ["n", 6, 4], sample: [24], hint: "samples as arrays of its shape" },
	{ declared: ["n", 7], sample: [24], hint: undefined },
])("and is refused otherwise, with what would mend it: $declared", ({ declared, sample, hint }) => {
	const told: unknown = hint === undefined ? undefined : expect.stringContaining(hint);
	expect(() => sampleDims({ dims: declared }, sample, "own.onnx")).toThrow(
		expect.objectContaining({ category: "model", hint: told }) as Error,
	);
});
