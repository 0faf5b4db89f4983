import { describe, expect, test } from "vitest";
import { integers } from "../../test/support/graphs.js";
import { expectSame, foreignModel, info, type ModelParts, randomTensor } from "../../test/support/models.js";
import { float, int, ints } from "../graph/attributes.js";
import { modelOpset } from "../graph/opset.js";
import { elementCount } from "../onnx/tensor.js";
import { upgradeModel, upgrades } from "./upgrade.js";

type Case = Pick<ModelParts, "opset" | "nodes" | "constants"> & {
	readonly dims: readonly number[];
	/** Whether the file says the shape of the input. */
	readonly shapeless?: boolean;
};

const perChannel = {
	scale: randomTensor("scale", [3]),
	bias: randomTensor("bias", [3]),
	mean: randomTensor("mean", [3]),
	variance: { type: "float", dims: [3], data: Float32Array.of(1, 2, 0.5) },
} as const;
const batchNormInputs = ["x", "scale", "bias", "mean", "variance"];
const mode = (value: string) => ({ kind: "string", value }) as const;
const floats = (...value: readonly number[]) => ({ kind: "floats", value }) as const;

/** Nodes in old forms that ONNX Runtime still runs. */
const cases: readonly Case[] = [
	{
		opset: 7,
		dims: [2, 3, 2, 2],
		nodes: [["BatchNormalization", batchNormInputs, ["y"], { spatial: int(1) }]],
		constants: perChannel,
	},
	{ opset: 9, dims: [2, 3, 2, 2], nodes: [["BatchNormalization", batchNormInputs, ["y"]]], constants: perChannel },
	{
		opset: 7,
		dims: [1, 1, 2, 3],
		nodes: [["Upsample", ["x"], ["y"], { mode: mode("nearest"), scales: floats(1, 1, 2, 2) }]],
	},
	{
		opset: 9,
		dims: [1, 1, 2, 3],
		nodes: [["Upsample", ["x", "scales"], ["y"], { mode: mode("linear") }]],
		constants: { scales: { type: "float", dims: [4], data: Float32Array.of(1, 1, 2, 3) } },
	},
	{
		opset: 10,
		dims: [1, 1, 2, 3],
		nodes: [["Resize", ["x", "scales"], ["y"], { mode: mode("nearest") }]],
		constants: { scales: { type: "float", dims: [4], data: Float32Array.of(1, 1, 1.5, 2) } },
	},
	{
		opset: 11,
		dims: [1, 1, 2, 3],
		nodes: [["Resize", ["x", "none", "none", "sizes"], ["y"], { mode: mode("linear") }]],
		constants: { none: { type: "float", dims: [0], data: new Float32Array() }, sizes: integers([4], [1, 1, 5, 4]) },
	},
	{
		opset: 9,
		dims: [3, 4],
		nodes: [["Slice", ["x"], ["y"], { starts: ints([1]), ends: ints([-1]), axes: ints([1]) }]],
	},
	{ opset: 9, dims: [3, 4], nodes: [["Slice", ["x"], ["y"], { starts: ints([1, 0]), ends: ints([3, 9]) }]] },
	{ opset: 9, dims: [2, 5], nodes: [["TopK", ["x"], ["y", "places"], { k: int(2) }]] },
	{ opset: 10, dims: [2, 5], nodes: [["Clip", ["x"], ["y"], { min: float(-0.5), max: float(0.25) }]] },
	{ opset: 10, dims: [2, 5], nodes: [["Clip", ["x"], ["y"], { max: float(0.25) }]] },
	{ opset: 10, dims: [2, 3], nodes: [["Pad", ["x"], ["y"], { pads: ints([0, 1, 2, 0]), value: float(3) }]] },
	{ opset: 11, dims: [2, 3], nodes: [["Dropout", ["x"], ["y"], { ratio: float(0.3) }]] },
	{ opset: 12, dims: [1, 3, 1], nodes: [["Squeeze", ["x"], ["y"], { axes: ints([2]) }]] },
	{ opset: 12, dims: [1, 3, 1], nodes: [["Squeeze", ["x"], ["y"]]] },
	{ opset: 11, dims: [3], nodes: [["Unsqueeze", ["x"], ["y"], { axes: ints([0, 2]) }]] },
	{ opset: 11, dims: [2, 3], nodes: [["ReduceSum", ["x"], ["y"], { axes: ints([1]), keepdims: int(0) }]] },
	{ opset: 17, dims: [2, 3, 2], nodes: [["ReduceMean", ["x"], ["y"], { axes: ints([0, -1]) }]] },
	{ opset: 13, dims: [2, 3, 2], nodes: [["ReduceMax", ["x"], ["y"]]] },
	{ opset: 11, dims: [5, 2], nodes: [["Split", ["x"], ["y", "z"], { split: ints([2, 3]) }]] },
	{ opset: 13, dims: [2, 6], nodes: [["Split", ["x"], ["y", "z"], { axis: int(1) }]] },
	...["Softmax", "LogSoftmax", "Hardmax"].flatMap((op): readonly Case[] => [
		{ opset: 11, dims: [2, 5], nodes: [[op, ["x"], ["y"]]] },
		{ opset: 12, dims: [2, 3, 4], nodes: [[op, ["x"], ["y"]]] },
		{ opset: 12, dims: [2, 3, 4], nodes: [[op, ["x"], ["y"], { axis: int(2) }]], shapeless: true },
		{ opset: 12, dims: [2, 3, 4], nodes: [[op, ["x"], ["y"], { axis: int(-1) }]] },
	]),
	{
		opset: 15,
		dims: [1, 1, 6, 6],
		nodes: [["RoiAlign", ["x", "rois", "images"], ["y"], { output_height: int(2), output_width: int(2) }]],
		constants: {
			rois: { type: "float", dims: [1, 4], data: Float32Array.of(0.5, 1, 4, 5) },
			images: integers([1], [0]),
		},
	},
	{
		opset: 10,
		dims: [3, 4],
		nodes: [["Scatter", ["x", "indices", "updates"], ["y"], { axis: int(1) }]],
		constants: { indices: integers([3, 1], [2, 0, 3]), updates: randomTensor("updates", [3, 1]) },
	},
	{ opset: 17, dims: [2, 5, 3, 1], nodes: [["DFT", ["x"], ["y"], { onesided: int(1) }]] },
	{ opset: 19, dims: [2, 5, 3, 1], nodes: [["DFT", ["x"], ["y"], { axis: int(2) }]] },
	...["bilinear", "nearest", "bicubic"].map(
		(name): Case => ({
			opset: 16,
			dims: [1, 2, 3, 4],
			nodes: [["GridSample", ["x", "grid"], ["y"], { mode: mode(name), align_corners: int(1) }]],
			constants: { grid: randomTensor("grid", [1, 2, 2, 2]) },
		}),
	),
	{
		opset: 16,
		dims: [1, 2, 3, 4],
		nodes: [["GridSample", ["x", "grid"], ["y"]]],
		constants: { grid: randomTensor("grid", [1, 2, 2, 2]) },
	},
	{
		opset: 18,
		dims: [2, 6, 3],
		nodes: [["GroupNormalization", ["x", "scale", "bias"], ["y"], { num_groups: int(3), epsilon: float(0.01) }]],
		constants: { scale: perChannel.scale, bias: perChannel.bias },
	},
	{ opset: 7, dims: [2, 3], nodes: [["Add", ["x", "scale"], ["y"]]], constants: { scale: perChannel.scale } },
];

const modelFor = ({ dims, shapeless, nodes, ...parts }: Case) =>
	foreignModel({
		...parts,
		nodes,
		inputs: [info("x", shapeless === true ? undefined : dims)],
		outputs: nodes.flatMap(([, , outputs]) =>
			outputs.map((name) => ({ name, type: name === "places" ? "int64" : "float", dims: undefined }) as const),
		),
	});

describe("a node of an older version computes what it did", () => {
	test.each(cases.map((one) => ({ what: `${one.nodes[0]?.[0] ?? ""} of opset ${String(one.opset)}`, one })))(
		"$what",
		async ({ one }) => {
			const before = modelFor(one);
			const after = upgradeModel(before);
			expect(after.opsetImports.get("")).toBe(modelOpset);
			const x = { type: "float", dims: one.dims, data: randomTensor("x", one.dims).data } as const;
			expect(x.data).toHaveLength(elementCount(one.dims));
			await expectSame(before, after, { x });
		},
	);

	test("and every row of the table is exercised, but those that ONNX Runtime cannot run before", () => {
		const exercised = (operators: readonly string[], to: number): boolean =>
			cases.some(({ opset, nodes }) => opset < to && operators.includes(nodes[0]?.[0] ?? ""));
		// Version 6 runs nowhere any more; its rows drop attributes.
		expect(upgrades.filter(({ operators, to }) => to > 7 && !exercised(operators, to))).toEqual([]);
	});
});

test("rows stand in the order of versions, so that each sees the form of the one before", () => {
	const versions = upgrades.map(({ to }) => to);
	expect(versions).toEqual(versions.toSorted((a, b) => a - b));
});

describe("what cannot be upgraded is refused", () => {
	const model = (opset: number, ...node: Case["nodes"][number]) =>
		foreignModel({ opset, nodes: [node], inputs: [], outputs: [] });

	test("an operator set before 6, if its operators have changed since", () => {
		expect(() => upgradeModel(model(5, "Relu", ["x"], ["y"]))).toThrow("opset: expected version 6 to 26, got 5");
		expect(upgradeModel(model(5, "GlobalAveragePool", ["x"], ["y"])).opsetImports.get("")).toBe(modelOpset);
	});

	test("an operator set that ONNX Runtime does not run yet", () => {
		expect(() => upgradeModel(model(27, "Relu", ["x"], ["y"]))).toThrow("got 27");
	});

	test("operands that are aligned by an attribute", () => {
		expect(() => upgradeModel(model(6, "Add", ["x", "b"], ["y"], { broadcast: int(1), axis: int(1) }))).toThrow(
			"y (Add): expected operands that are aligned at the right, got an attribute axis. Export the model again",
		);
		const [node] = upgradeModel(model(6, "Add", ["x", "b"], ["y"], { broadcast: int(1) })).graph.nodes;
		expect(node?.attributes.size).toBe(0);
	});

	test("statistics of each pixel", () => {
		expect(() => upgradeModel(model(7, "BatchNormalization", batchNormInputs, ["y"], { spatial: int(0) }))).toThrow(
			"spatial 0",
		);
	});
});
