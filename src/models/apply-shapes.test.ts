import { describe, expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { expectGradients } from "../../test/support/gradient-check.js";
import { evaluate, integers, numbers, real } from "../../test/support/graphs.js";
import { type Attributes, int, ints } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import type { OnnxInitializer, OnnxModel, OnnxNode } from "../onnx/model.js";
import { elementCount, type Tensor } from "../onnx/tensor.js";
import { createGraph } from "../ops/index.js";
import { applyModel } from "./apply.js";
import { modelOf } from "./family.js";

function node(
	opType: string,
	inputs: readonly string[],
	outputs: readonly string[],
	attributes: Attributes = {},
): OnnxNode {
	const named = new Map(Object.entries(attributes));
	return { name: outputs[0] ?? "", opType, domain: "", inputs, outputs, attributes: named };
}

/** A model of one input `x`, whose output is the last node's. */
function modelWith(nodes: readonly OnnxNode[], constants: Readonly<Record<string, Tensor>>): OnnxModel {
	const initializers: readonly OnnxInitializer[] = Object.entries(constants).map(([name, tensor]) => ({
		name,
		tensor,
	}));
	const output = nodes.at(-1)?.outputs[0] ?? "";
	return modelOf({
		name: "exported",
		nodes,
		inputs: [{ name: "x", type: "float", dims: ["batch", "", "", ""] }],
		outputs: [{ name: output, type: "float", dims: undefined }],
		valueInfos: [],
		initializers,
	});
}

const index = (at: number): Tensor => integers([], [at]);
const vector = (...values: readonly number[]): Tensor => integers([values.length], values);
const drawn = (name: string, dims: readonly number[]): ReturnType<typeof real> =>
	real("float", dims, createDraws(3, name).reals(elementCount(dims), -1, 1));

describe("shape arithmetic vanishes where a model is placed", () => {
	const flattening = [
		node("Shape", ["x"], ["shape"]),
		node("Gather", ["shape", "zero"], ["batch"], { axis: int(0) }),
		node("Unsqueeze", ["batch", "axes"], ["first"]),
		node("Concat", ["first", "rest"], ["target"], { axis: int(0) }),
		node("Reshape", ["x", "target"], ["flat"]),
	];
	const slicing = [
		node("Shape", ["x"], ["shape"], { start: int(0), end: int(3) }),
		node("Slice", ["shape", "axes", "one"], ["lead"]),
		node("Size", ["x"], ["size"]),
		node("Reshape", ["size", "one"], ["all"]),
		node("Split", ["shape"], ["a", "b", "c"], { num_outputs: int(3) }),
		node("Squeeze", ["c", "axes"], ["c0"]),
		node("Unsqueeze", ["c0", "axes"], ["c1"]),
		node("Concat", ["lead", "rest"], ["target"], { axis: int(0) }),
		node("Reshape", ["x", "target"], ["flat"]),
	];
	// The mask of a causal attention: a triangle of the size of the sequence.
	const expanding = [
		node("Shape", ["x"], ["shape"]),
		node("ConstantOfShape", ["rank"], ["ones"], { value: { kind: "tensor", value: vector(1) } }),
		node("Tile", ["one", "rank"], ["repeated"]),
		node("Expand", ["one", "rank"], ["stretched"]),
		node("NonZero", ["ones"], ["places"]),
		node("Transpose", ["places"], ["turned"], { perm: ints([1, 0]) }),
		node("Range", ["zero", "four", "step"], ["range"]),
		node("Expand", ["x", "shape"], ["same"]),
	];

	test.each([
		{ what: "Shape, Gather, Unsqueeze, Concat, Reshape", nodes: flattening, left: ["Reshape"], dims: [2, 60] },
		{ what: "Shape, Slice, Split, Squeeze, Size", nodes: slicing, left: ["Reshape"], dims: [2, 60] },
		{ what: "constants of every kind", nodes: expanding, left: ["Expand"], dims: [2, 3, 4, 5] },
	])("$what", async ({ nodes, left, dims }) => {
		const g = createGraph();
		const x = drawn("x", [2, 3, 4, 5]);
		const input = g.input("x", x);
		const constants = {
			zero: index(0),
			axes: vector(0),
			rest: vector(-1),
			one: vector(1),
			rank: vector(4),
			four: index(4),
			step: index(1),
		};
		const y = applyModel(g, modelWith(nodes, constants), { input });
		expect(g.nodes.map(({ opType }) => opType)).toEqual(left);
		expect(y.dims).toEqual(dims);
		expect(numbers(await evaluate(g, { y }, { x }), "y")).toEqual(Array.from(x.data));
	});
});

describe("attention as exporters write it", () => {
	const [batch, tokens, width, heads] = [2, 3, 4, 2];
	const depth = width / heads;
	const constants: Readonly<Record<string, Tensor>> = {
		zero: index(0),
		one: index(1),
		two: index(2),
		axis0: vector(0),
		last: vector(-1),
		far: vector(2 ** 53),
		end1: vector(1),
		end2: vector(2),
		end3: vector(3),
		three: vector(3),
		heads: vector(heads),
		depth: vector(depth),
		width: vector(width),
		unit: real("float", [], [1]),
	};
	/** q, k, v of [3, batch, heads, tokens, depth] in the three ways that exporters write. */
	const parts: Readonly<Record<string, readonly OnnxNode[]>> = {
		Split: [
			node("Split", ["turned"], ["q1", "k1", "v1"], { axis: int(0), num_outputs: int(3) }),
			...["q", "k", "v"].map((name) => node("Squeeze", [`${name}1`, "axis0"], [name])),
		],
		Gather: [
			node("Gather", ["turned", "zero"], ["q"], { axis: int(0) }),
			node("Gather", ["turned", "one"], ["k"], { axis: int(0) }),
			node("Gather", ["turned", "two"], ["v"], { axis: int(0) }),
		],
		Slice: [
			node("Slice", ["turned", "axis0", "end1", "axis0"], ["q1"]),
			node("Slice", ["turned", "end1", "end2", "axis0"], ["k1"]),
			node("Slice", ["turned", "end2", "end3", "axis0"], ["v1"]),
			...["q", "k", "v"].map((name) => node("Squeeze", [`${name}1`, "axis0"], [name])),
		],
	};
	const sizes = [
		node("Shape", ["x"], ["shape"]),
		node("Gather", ["shape", "zero"], ["b"]),
		node("Gather", ["shape", "one"], ["t"]),
		node("Unsqueeze", ["b", "axis0"], ["b1"]),
		node("Unsqueeze", ["t", "axis0"], ["t1"]),
	];
	const heading = [
		node("MatMul", ["x", "w"], ["product"]),
		node("Add", ["bias", "product"], ["qkv"]),
		node("Concat", ["b1", "t1", "three", "heads", "depth"], ["split_shape"], { axis: int(0) }),
		node("Reshape", ["qkv", "split_shape"], ["five"]),
		node("Transpose", ["five"], ["turned"], { perm: ints([2, 0, 3, 1, 4]) }),
	];
	const product = [
		// 1 / √depth from the shape, its root on either side: torch's scaled_dot_product_attention.
		node("Shape", ["q"], ["q_shape"]),
		node("Slice", ["q_shape", "last", "far"], ["q_depth"]),
		node("Cast", ["q_depth"], ["q_float"], { to: int(1) }),
		node("Sqrt", ["q_float"], ["root"]),
		node("Div", ["unit", "root"], ["scale"]),
		node("Sqrt", ["scale"], ["half"]),
		node("Mul", ["q", "half"], ["q_scaled"]),
		node("Transpose", ["k"], ["k_turned"], { perm: ints([0, 1, 3, 2]) }),
		node("Mul", ["k_turned", "half"], ["k_scaled"]),
		node("MatMul", ["q_scaled", "k_scaled"], ["scores"]),
		node("Softmax", ["scores"], ["weights"], { axis: int(-1) }),
		node("MatMul", ["weights", "v"], ["mixed"]),
		node("Transpose", ["mixed"], ["merged"], { perm: ints([0, 2, 1, 3]) }),
		node("Concat", ["b1", "t1", "width"], ["out_shape"], { axis: int(0) }),
		node("Reshape", ["merged", "out_shape"], ["joined"]),
		node("MatMul", ["joined", "out"], ["projected"]),
		node("Add", ["x", "projected"], ["residual"]),
		node("Gather", ["residual", "zero"], ["class_token"], { axis: int(1) }),
	];
	const trained: Readonly<Record<string, readonly number[]>> = {
		w: [width, 3 * width],
		bias: [3 * width],
		out: [width, width],
	};

	const place =
		(how: string) =>
		(g: Graph, inputs: readonly Value[]): Value => {
			const [x, ...weights] = inputs;
			if (x === undefined) throw new Error("expected an input, got none");
			const weightTensors = Object.fromEntries(
				Object.entries(trained).map(([name, dims]) => [name, drawn(name, dims)]),
			);
			const model = modelWith([...sizes, ...heading, ...(parts[how] ?? []), ...product], {
				...constants,
				...weightTensors,
			});
			const names = Object.keys(trained);
			const parameters = new Map(weights.map((value, at) => [names[at] ?? "", value]));
			return applyModel(g, model, { input: x, parameters });
		};

	test.each(Object.keys(parts))("parted by %s: gradients are central differences'", async (how) => {
		const at = [
			drawn("x", [batch, tokens, width]),
			...Object.entries(trained).map(([name, dims]) => drawn(name, dims)),
		];
		await expectGradients({ at, build: place(how) });
	});

	test("no arithmetic of shapes is left", () => {
		const g = createGraph();
		const dims = [[batch, tokens, width], ...Object.values(trained)];
		const inputs = dims.map((shape, at) => g.input(`in${at}`, { type: "float", dims: shape }));
		const y = place("Split")(g, inputs);
		expect(y.dims).toEqual([batch, width]);
		const left = new Set(g.nodes.map(({ opType }) => opType));
		for (const opType of ["Shape", "Concat", "Unsqueeze", "Slice"]) expect(left).not.toContain(opType);
	});
});
