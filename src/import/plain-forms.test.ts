import { expect, test } from "vitest";
import { evaluate, integers, numbers } from "../../test/support/graphs.js";
import { foreignModel, info, randomTensor, runModel } from "../../test/support/models.js";
import { int, ints, text } from "../graph/attributes.js";
import { applyModel } from "../models/apply.js";
import type { OnnxModel } from "../onnx/model.js";
import type { TensorOf } from "../onnx/tensor.js";
import { createGraph } from "../ops/index.js";
import { importModel } from "./index.js";

/** What the imported model gives for samples of any number. */
async function imported(model: OnnxModel, x: TensorOf<"float">): Promise<readonly number[]> {
	const g = createGraph();
	const y = applyModel(g, importModel(model), { input: g.input("x", x) });
	return numbers(await evaluate(g, { y }, { x }), "y");
}

const rows = ({ type, dims, data }: TensorOf<"float">, count: number): TensorOf<"float"> => ({
	type,
	dims: [count, ...dims.slice(1)],
	data: data.slice(0, (data.length / (dims[0] ?? 1)) * count),
});

const close = (got: readonly number[], expected: readonly number[]): void => {
	expect(got).toHaveLength(expected.length);
	for (const [at, value] of expected.entries()) expect(got[at]).toBeCloseTo(value, 5);
};

test("as_strided, a Gather of all elements in order, serves any batch", async () => {
	const indices = integers(
		[4, 3, 1, 1],
		Array.from({ length: 12 }, (_, at) => at),
	);
	const model = foreignModel({
		opset: 18,
		inputs: [info("x", [4, 3])],
		outputs: [info("y", [4, 3])],
		nodes: [
			["Tanh", ["x"], ["h"]],
			["Reshape", ["h", "flat"], ["all"]],
			["Gather", ["all", "indices"], ["strided"], { axis: int(0) }],
			["Flatten", ["strided"], ["y"]],
		],
		constants: { flat: integers([1], [-1]), indices },
		valueInfos: [info("h", [4, 3]), info("all", [12]), info("strided", [4, 3, 1, 1])],
	});
	const x = randomTensor("x", [4, 3]);
	const expected = numbers(await runModel(model, { x }), "y");
	close(await imported(model, x), expected);
	close(await imported(model, rows(x, 2)), expected.slice(0, 6));
	expect(importModel(model).graph.nodes.some(({ opType }) => opType === "Gather")).toBe(false);
});

test("a Gather that turns elements around stays one", async () => {
	const model = foreignModel({
		opset: 18,
		inputs: [info("x", [2, 3])],
		outputs: [info("y", [2, 3])],
		nodes: [
			["Reshape", ["x", "flat"], ["all"]],
			["Gather", ["all", "indices"], ["y"], { axis: int(0) }],
		],
		constants: { flat: integers([1], [-1]), indices: integers([2, 3], [1, 0, 2, 3, 4, 5]) },
		valueInfos: [info("all", [6])],
	});
	const x = randomTensor("x", [2, 3]);
	close(await imported(model, x), numbers(await runModel(model, { x }), "y"));
});

test.each(["LSTM", "GRU", "RNN"])("%s: initial states of zeros for one batch serve any", async (opType) => {
	const gates = { LSTM: 4, GRU: 3, RNN: 1 }[opType] ?? 1;
	const zeros: TensorOf<"float"> = { type: "float", dims: [1, 4, 2], data: new Float32Array(8) };
	const states = opType === "LSTM" ? ["zero", "zero"] : ["zero"];
	const model = foreignModel({
		opset: 17,
		inputs: [info("x", [4, 5, 3])],
		outputs: [info("y", [4, 2])],
		nodes: [
			["Transpose", ["x"], ["t"], { perm: ints([1, 0, 2]) }],
			[opType, ["t", "w", "r", "", "", ...states], ["all", "last"], { hidden_size: int(2) }],
			["Squeeze", ["last", "first"], ["y"]],
		],
		constants: {
			w: randomTensor("w", [1, gates * 2, 3]),
			r: randomTensor("r", [1, gates * 2, 2]),
			zero: zeros,
			first: integers([1], [0]),
		},
		valueInfos: [info("t", [5, 4, 3]), info("last", [1, 4, 2])],
	});
	const x = randomTensor("x", [4, 5, 3]);
	const expected = numbers(await runModel(model, { x }), "y");
	close(await imported(model, x), expected);
	close(await imported(model, rows(x, 3)), expected.slice(0, 6));
});

test("a layer in both directions, exported for a batch as large as its directions, serves any", async () => {
	const model = foreignModel({
		opset: 17,
		inputs: [info("x", [2, 5, 3])],
		outputs: [info("y", [2, 20])],
		nodes: [
			["Transpose", ["x"], ["t"], { perm: ints([1, 0, 2]) }],
			["GRU", ["t", "w", "r"], ["all"], { hidden_size: int(2), direction: text("bidirectional") }],
			["Transpose", ["all"], ["turned"], { perm: ints([0, 2, 1, 3]) }],
			["Reshape", ["turned", "joined"], ["steps"]],
			["Transpose", ["steps"], ["samples"], { perm: ints([1, 0, 2]) }],
			["Reshape", ["samples", "flat"], ["y"]],
		],
		constants: {
			w: randomTensor("w", [2, 6, 3]),
			r: randomTensor("r", [2, 6, 2]),
			joined: integers([3], [5, 2, 4]),
			flat: integers([2], [2, 20]),
		},
	});
	const x = randomTensor("x", [2, 5, 3]);
	const expected = numbers(await runModel(model, { x }), "y");
	close(await imported(model, x), expected);
	close(await imported(model, rows(x, 1)), expected.slice(0, 20));
});
