/** Models that hostile ones are made of: every operator's cases, every family, old forms, quantised, with control flow. */
import { float, int, ints, text } from "../../src/graph/attributes.js";
import { modelOf } from "../../src/models/family.js";
import { buildModel, familyOf } from "../../src/models/index.js";
import { encodeModel } from "../../src/onnx/encode.js";
import type { OnnxModel } from "../../src/onnx/model.js";
import { writeModelMessage } from "../../src/onnx/wire-writer.js";
import { createGraph, type OperatorName, operators } from "../../src/ops/index.js";
import type { Operator, OperatorCase } from "../../src/ops/operator.js";
import { foreignModel, info, type NodeParts, randomTensor } from "../support/models.js";
import { buildCase } from "../support/operator-cases.js";

function caseModel(name: OperatorName, one: OperatorCase): OnnxModel {
	const g = createGraph();
	const { at, build } = buildCase(name, one);
	// The first input is fed; the others stand in the file.
	const values = at.map((tensor, i) => (i === 0 ? g.input("x", tensor) : g.parameter(`w${i}`, tensor)));
	const outputs = build(g, values);
	return modelOf(
		g.toOnnx(
			name,
			outputs.map((y, i) => [`y${i}`, y] as const),
		),
	);
}

const familyOptions = {
	mlp: { hidden: [4], inputDropout: 0.1 },
	cnn: { channels: [2] },
	resnet: { depth: 8, width: 0.25 },
	mobilenet: {},
	vit: {},
} as const;

const old = (opset: number, ...nodes: readonly NodeParts[]): OnnxModel =>
	foreignModel({
		opset,
		nodes,
		inputs: [info("x", ["n", 3, 4, 4])],
		outputs: [info("y", undefined)],
		constants: {
			w: randomTensor("w", [2, 3, 3, 3]),
			v: randomTensor("v", [48, 2]),
			c: randomTensor("c", [3]),
			shape: { type: "int64", dims: [2], data: BigInt64Array.of(0n, -1n) },
			half: { type: "float16", dims: [2], data: Uint16Array.of(15_360, 0) },
			bytes: { type: "uint8", dims: [48, 2], data: new Uint8Array(96) },
		},
		valueInfos: [info("h", ["n", 3, 4, 4])],
	});

const body = modelOf(createGraph().toOnnx("body", [])).graph;

/** Nodes in the forms of older operator sets and of other programs. */
const foreign: readonly OnnxModel[] = [
	old(6, ["Add", ["x", "c"], ["y"], { broadcast: int(1) }]),
	old(7, ["BatchNormalization", ["x", "c", "c", "c", "c"], ["y"], { spatial: int(1) }]),
	old(8, ["Upsample", ["x"], ["y"], { mode: text("nearest"), scales: { kind: "floats", value: [1, 1, 2, 2] } }]),
	old(9, ["Slice", ["x"], ["y"], { starts: ints([1]), ends: ints([-1]), axes: ints([1]) }]),
	old(9, ["TopK", ["x"], ["y", "places"], { k: int(2) }]),
	old(10, ["Clip", ["x"], ["h"], { min: float(0) }], ["Pad", ["h"], ["y"], { pads: ints([0, 0, 1, 1, 0, 0, 1, 1]) }]),
	old(10, ["Resize", ["x", "half"], ["y"], { mode: text("nearest") }]),
	old(12, ["Unsqueeze", ["x"], ["h"], { axes: ints([0]) }], ["Squeeze", ["h"], ["y"], { axes: ints([0]) }]),
	old(12, ["Split", ["x"], ["h", "y"], { axis: int(1), split: ints([1, 2]) }], ["Softmax", ["h"], ["z"]]),
	old(17, ["ReduceMean", ["x"], ["y"], { axes: ints([2, 3]), keepdims: int(0) }]),
	old(18, ["GroupNormalization", ["x", "c", "c"], ["y"], { num_groups: int(3) }]),
	old(13, ["Conv", ["x", "w"], ["h"]], ["Reshape", ["h", "shape"], ["r"]], ["Softmax", ["r"], ["y"]]),
	old(
		17,
		["Shape", ["x"], ["s"]],
		["Constant", [], ["k"], { value_ints: ints([-1]) }],
		["Gather", ["s", "k"], ["n"]],
		["Concat", ["n", "k"], ["t"], { axis: int(0) }],
		["Reshape", ["x", "t"], ["y"]],
	),
	old(21, ["Flatten", ["x"], ["h"]], ["MatMulInteger", ["h", "bytes"], ["y"]]),
	old(21, ["QuantizeLinear", ["x", "c"], ["q"]], ["DequantizeLinear", ["q", "c"], ["y"]]),
	old(21, [
		"If",
		["x"],
		["y"],
		{ then_branch: { kind: "graph", value: body }, else_branch: { kind: "graph", value: body } },
	]),
	old(21, ["Shrink", ["x"], ["h"]], ["Relu", ["h"], ["y"]]),
	old(
		21,
		["Constant", [], ["k"], { value: { kind: "tensor", value: randomTensor("k", [3, 1, 1]) } }],
		["Mul", ["x", "k"], ["y"]],
	),
];

/** The models. */
export function seedModels(): readonly OnnxModel[] {
	// The tables' keys are their entries' names.
	const names = Object.keys(operators) as OperatorName[];
	const cases = names.flatMap((name) => {
		const { cases: own }: Operator = operators[name];
		return own.slice(0, 3).map((one) => caseModel(name, one));
	});
	const task = { sampleShape: [3, 8, 8], classes: 2, seed: 1 };
	// As above; the families' own schemas fill in what is left out.
	const families = (Object.keys(familyOptions) as (keyof typeof familyOptions)[]).map((family) => {
		const options = familyOf(family).options.parse(familyOptions[family]);
		return buildModel({ family, ...options } as Parameters<typeof buildModel>[0], task);
	});
	return [...cases, ...families, ...foreign];
}

const largestSeed = 2 ** 13;

/** Files that name other files for their tensors; the reader has to refuse all of them or stay in their folder. */
export function externalSeeds(): readonly Uint8Array[] {
	const externalData = [
		{ key: "location", value: "w.bin" },
		{ key: "offset", value: "4" },
		{ key: "length", value: "8" },
	];
	const initializer = [{ name: "w", dataType: 1, dims: [2], dataLocation: 1, externalData }];
	return [writeModelMessage({ irVersion: 10, opsetImport: [{ version: 21 }], graph: { initializer } })];
}

/** Tensors with their elements in the typed fields, which our own encoder does not write. */
function typedFieldSeeds(): readonly Uint8Array[] {
	const initializer = [
		{ name: "a", dataType: 1, dims: [2], floatData: [new Uint8Array(8)] },
		{ name: "b", dataType: 7, dims: [3], int64Data: [Uint8Array.of(1, 0xac, 2, 3)] },
		{ name: "c", dataType: 9, dims: [1, 2], int32Data: [Uint8Array.of(0, 1)] },
		{ name: "d", dataType: 13, dims: [1], uint64Data: [Uint8Array.of(7)] },
	];
	return [writeModelMessage({ irVersion: 10, opsetImport: [{ version: 21 }], graph: { initializer } })];
}

/** The files of small models. */
export function modelFiles(): readonly Uint8Array[] {
	const files = [...seedModels().map(encodeModel), ...externalSeeds(), ...typedFieldSeeds()];
	return files.filter(({ length }) => length <= largestSeed);
}
