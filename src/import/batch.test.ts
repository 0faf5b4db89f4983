import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { applyModel } from "../models/apply.js";
import { decodeModel } from "../onnx/decode.js";
import type { OnnxModel, OnnxNode } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";
import { createGraph } from "../ops/index.js";
import { importModel } from "./index.js";
import { onnxNode } from "./rewrite.js";

const integers = (...values: number[]): Tensor => ({
	type: "int64",
	dims: [values.length],
	data: BigInt64Array.from(values, BigInt),
});
const floats = (dims: readonly number[], value: (at: number) => number = (at) => at): Tensor => ({
	type: "float",
	dims,
	data: Float32Array.from({ length: dims.reduce((product, size) => product * size, 1) }, (_, at) => value(at)),
});

function fixed(
	input: readonly number[],
	output: readonly number[],
	constants: Record<string, Tensor>,
	nodes: readonly OnnxNode[],
): OnnxModel {
	return {
		irVersion: 8,
		opsetImports: new Map([["", 21]]),
		producerName: "",
		producerVersion: "",
		metadata: new Map(),
		graph: {
			name: "g",
			valueInfos: [],
			nodes,
			inputs: [{ name: "x", type: "float", dims: input }],
			outputs: [{ name: "y", type: "float", dims: output }],
			initializers: Object.entries(constants).map(([name, tensor]) => ({ name, tensor })),
		},
	};
}

/** The shape of the output at a batch size. */
function outputAt(model: OnnxModel, batch: number, sample: readonly number[]): readonly number[] {
	const g = createGraph();
	const input = g.input("x", { type: "float", dims: [batch, ...sample] });
	return applyModel(g, importModel(model), { input }).dims;
}

const cases: [string, OnnxModel, readonly number[]][] = [
	[
		"shapes that begin with heads × batch",
		fixed([8, 16], [8, 16], { a: integers(32, 4), b: integers(8, 16) }, [
			onnxNode("Reshape", ["x", "a"], ["h"]),
			onnxNode("Reshape", ["h", "b"], ["y"]),
		]),
		[16],
	],
	[
		"equal scales of as many heads as samples",
		fixed([2, 2, 3, 4], [2, 2, 3, 4], { scale: floats([2, 1, 1], () => 2) }, [onnxNode("Mul", ["x", "scale"], ["y"])]),
		[2, 3, 4],
	],
	[
		"heads × batch behind the tokens, as PyTorch's own attention has them",
		fixed([8, 5, 16], [8, 5, 16], { a: integers(5, 32, 4), b: integers(5, 8, 16) }, [
			onnxNode("Transpose", ["x"], ["t"], { perm: { kind: "ints", value: [1, 0, 2] } }),
			onnxNode("Reshape", ["t", "a"], ["h"]),
			onnxNode("Reshape", ["h", "b"], ["u"]),
			onnxNode("Transpose", ["u"], ["y"], { perm: { kind: "ints", value: [1, 0, 2] } }),
		]),
		[5, 16],
	],
	[
		"a token that was stretched over the batch",
		fixed([8, 5, 4], [8, 6, 4], { token: floats([8, 1, 4], (at) => at % 4) }, [
			onnxNode("Concat", ["token", "x"], ["y"], { axis: { kind: "int", value: 1 } }),
		]),
		[5, 4],
	],
	[
		"a token that two nodes take",
		fixed([8, 5, 4], [8, 7, 4], { token: floats([8, 1, 4], (at) => at % 4) }, [
			onnxNode("Concat", ["token", "x"], ["one"], { axis: { kind: "int", value: 1 } }),
			onnxNode("Concat", ["token", "one"], ["y"], { axis: { kind: "int", value: 1 } }),
		]),
		[5, 4],
	],
	[
		"an Expand of samples to a constant shape",
		fixed([8, 4, 1], [8, 4, 6], { shape: integers(8, 4, 6) }, [
			onnxNode("Tanh", ["x"], ["t"]),
			onnxNode("Expand", ["t", "shape"], ["y"]),
		]),
		[4, 1],
	],
	[
		"an Expand that gives samples another axis before theirs",
		fixed([8, 4, 1], [8, 3, 4, 6], { shape: integers(3, 8, 4, 6) }, [
			onnxNode("Expand", ["x", "shape"], ["e"]),
			onnxNode("Transpose", ["e"], ["y"], { perm: { kind: "ints", value: [1, 0, 2, 3] } }),
		]),
		[4, 1],
	],
	[
		"the token of a batch of one",
		fixed([1, 5, 4], [1, 6, 4], { token: floats([1, 1, 4]) }, [
			onnxNode("Concat", ["token", "x"], ["y"], { axis: { kind: "int", value: 1 } }),
		]),
		[5, 4],
	],
];
test.each(cases)("%s: at its own batch as it was, and at any other", (_, model, sample) => {
	const [own = 0, ...rest] = model.graph.outputs[0]?.dims ?? [];
	for (const batch of [Number(own), 1, 3, 12]) expect(outputAt(model, batch, sample)).toEqual([batch, ...rest]);
});

test("a file of a fixed batch with heads × batch", () => {
	const file = join(import.meta.dirname, "../../test/cases/inputs/networks/staticbatch.onnx");
	const model = decodeModel(readFileSync(file));
	for (const batch of [8, 5]) expect(outputAt(model, batch, [16])).toEqual([batch, 3]);
});

test("rows that differ from sample to sample stay as they are, with a notice, and are refused at another batch", () => {
	const model = fixed([8, 5, 4], [8, 6, 4], { token: floats([8, 1, 4]) }, [
		onnxNode("Concat", ["token", "x"], ["y"], { axis: { kind: "int", value: 1 } }),
	]);
	expect(outputAt(model, 8, [5, 4])).toEqual([8, 6, 4]);
	expect(importModel(model).notices?.map(({ text }) => text)).toEqual([
		"The model takes batches of 8 alone: a node depends on the size for which it was exported. It is trained with batches " +
			"of 8, whatever the recipe says.",
	]);
	expect(() => outputAt(model, 4, [5, 4])).toThrow(
		/input x: expected batches of 8, which alone the model takes, got 4/,
	);
});
