/**
 * Models of older operator sets as models of the current one. Operators change their form now and then: what was an
 * attribute becomes an input, a default moves. Each change is a row that says what a node of the older form becomes.
 *
 * Source: ONNX, "Operator Changelog"; every change of form from version 6 to 26 of the operators that classifiers use.
 */
import { LimbeckError } from "../errors.js";
import { int, numberOf } from "../graph/attributes.js";
import { modelIrVersion, modelOpset } from "../graph/opset.js";
import type { OnnxAttribute, OnnxModel, OnnxNode } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";
import {
	nodeName,
	onnxNode,
	type Rewrite,
	rewriteNodes,
	type Surroundings,
	withAttributes,
	withoutAttributes,
} from "./rewrite.js";

/** A change of form: what a node of these operators becomes in version `to`. */
export interface Upgrade {
	readonly operators: readonly string[];
	/** The first version that has the new form. */
	readonly to: number;
	readonly rewrite: Rewrite;
}

/** Older ones are taken where nothing in them has changed since. */
const oldestOpset = 6;

/** The operators that changed between versions 1 and 6. */
const changedBefore6 = new Set([
	...["Abs", "Add", "BatchNormalization", "Cast", "Ceil", "Clip", "Concat", "Div", "Dropout", "Elu", "Exp", "Floor"],
	...["Gemm", "GlobalLpPool", "HardSigmoid", "InstanceNormalization", "LeakyRelu", "Log", "LpPool", "Max", "Mean"],
	...["Min", "Mul", "Neg", "PRelu", "Pad", "Reciprocal", "Relu", "Reshape", "Selu", "Sigmoid", "Split", "Sqrt", "Sub"],
	...["Sum", "Tanh", "Tile"],
]);

/** The newest that ONNX Runtime 1.30 runs. */
const newestOpset = 26;

const exportAgain = `Export the model again with opset ${modelOpset}, or convert it with onnx.version_converter.`;

const string = (value: string) => ({ kind: "string", value }) as const;

const integers = (values: readonly number[]): Tensor => ({
	type: "int64",
	dims: [values.length],
	data: BigInt64Array.from(values, wholeNumber),
});
const floats = (values: readonly number[]): Tensor => ({
	type: "float",
	dims: [values.length],
	data: Float32Array.from(values),
});
const scalar = (value: number): Tensor => ({ type: "float", dims: [], data: Float32Array.of(value) });

function wholeNumber(value: number): bigint {
	if (Number.isSafeInteger(value)) return BigInt(value);
	throw new LimbeckError("model", { where: "attribute", expected: "whole numbers", got: String(value) });
}

/** Makes a constant of an attribute's number or numbers. */
type TensorMaker = (value: readonly number[]) => Tensor;

/** Attributes that became the inputs after the first, in this order. */
function attributesToInputs(...makers: readonly (readonly [attribute: string, tensor: TensorMaker])[]): Rewrite {
	return (node, around) => {
		const inputs = makers.map(([attribute, tensor]) => {
			const value = node.attributes.get(attribute);
			if (value === undefined) return "";
			const where = `${nodeName(node)} (${node.opType})`;
			return around.addConstant(`${nodeName(node)}/${attribute}`, tensor(numbersIn(value, attribute, where)));
		});
		const [data = ""] = node.inputs;
		const stripped = withoutAttributes(node, ...makers.map(([attribute]) => attribute));
		return [{ ...stripped, inputs: withoutTrailingBlanks([data, ...inputs]) }];
	};
}

/** ONNX's specification makes each of these a number or a list of numbers. */
function numbersIn(attribute: OnnxAttribute, name: string, where: string): readonly number[] {
	const { kind, value } = attribute;
	if (kind === "int" || kind === "float") return [value];
	if (kind === "ints" || kind === "floats") return value;
	throw new LimbeckError("model", { where, expected: `numbers in attribute ${name}`, got: kind });
}

function withoutTrailingBlanks(names: readonly string[]): readonly string[] {
	return names.slice(0, names.findLastIndex((name) => name !== "") + 1);
}

const axesToInput = attributesToInputs(["axes", integers]);
const first: TensorMaker = ([value = 0]) => scalar(value);

/** Before version 13 a softmax ran over all axes from `axis` on, as if they were one. */
const softmaxOverOneAxis: Rewrite = (node, around) => {
	const axis = numberOf(Object.fromEntries(node.attributes), "axis", 1);
	const [x = ""] = node.inputs;
	const [y = ""] = node.outputs;
	const rank = around.rankOf(x) ?? around.rankOf(y);
	if (axis === -1 || axis + 1 === rank) return [withAttributes(node, { axis: int(-1) })];
	const [rows, soft, shape] = ["rows", "softmax", "shape"].map((part) => around.freshName(`${y}/${part}`)) as [
		string,
		string,
		string,
	];
	return [
		onnxNode("Flatten", [x], [rows], { axis: int(axis) }),
		{ ...withAttributes(node, { axis: int(-1) }), inputs: [rows], outputs: [soft] },
		onnxNode("Shape", [x], [shape]),
		onnxNode("Reshape", [soft, shape], [y]),
	];
};

/** Before version 11 pixels stood at their corners, and the nearest was that below. */
const resizeFromCorners: Rewrite = ({ inputs: [x = "", scales = ""], ...node }) => [
	withAttributes(
		{ ...node, opType: "Resize", inputs: [x, "", scales] },
		{ coordinate_transformation_mode: string("asymmetric"), nearest_mode: string("floor") },
	),
];

/** Before version 13 an input that is not wanted was an empty constant; now it is left out. */
const blankEmptyInputs: Rewrite = (node, { constantOf }) => [
	{
		...node,
		inputs: withoutTrailingBlanks(node.inputs.map((name) => (constantOf(name)?.data.length === 0 ? "" : name))),
	},
];

/**
 * Before version 21 GroupNormalization had a scale and a bias for each group: those of the groups as channels of an
 * InstanceNormalization.
 */
const groupsAsChannels: Rewrite = (node, around) => {
	const [x = "", scale = "", bias = ""] = node.inputs;
	const [y = ""] = node.outputs;
	const attributes = Object.fromEntries(node.attributes);
	const names = ["grouped", "normalized", "shape"].map((part) => around.freshName(`${y}/${part}`));
	const [grouped, normalized, shape] = names as [string, string, string];
	const groups = around.addConstant(`${y}/groups`, integers([0, numberOf(attributes, "num_groups", 1), -1]));
	const { epsilon } = attributes;
	return [
		onnxNode("Reshape", [x, groups], [grouped]),
		onnxNode("InstanceNormalization", [grouped, scale, bias], [normalized], epsilon === undefined ? {} : { epsilon }),
		onnxNode("Shape", [x], [shape]),
		onnxNode("Reshape", [normalized, shape], [y]),
	];
};

/** Before version 20 the axis of a DFT was an attribute, 1 where absent. */
const transformAxis: Rewrite = (node, around) => {
	const axis = numberOf(Object.fromEntries(node.attributes), "axis", 1);
	const constant: Tensor = { type: "int64", dims: [], data: BigInt64Array.of(BigInt(axis)) };
	const [x = "", length = ""] = node.inputs;
	const inputs = [x, length, around.addConstant(`${nodeName(node)}/axis`, constant)];
	return [{ ...withoutAttributes(node, "axis"), inputs }];
};

/** Before version 20 GridSample's modes had the names that they have in two dimensions. */
const interpolationNames: Rewrite = (node) => {
	const mode = node.attributes.get("mode")?.value ?? "bilinear";
	const renamed = mode === "bilinear" ? "linear" : mode === "bicubic" ? "cubic" : undefined;
	return [renamed === undefined ? node : withAttributes(node, { mode: string(renamed) })];
};

/** Every change of form, in the order of versions. */
export const upgrades: readonly Upgrade[] = [
	{
		operators: ["Add", "Sub", "Mul", "Div", "Pow", "And", "Or", "Xor", "Equal", "Greater", "Less", "PRelu", "Gemm"],
		to: 7,
		rewrite: broadcastAtTheRight,
	},
	{ operators: ["BatchNormalization", "Dropout"], to: 7, rewrite: (node) => [withoutAttributes(node, "is_test")] },
	// Whether all steps are an output, which shows in the outputs themselves.
	{ operators: ["LSTM", "GRU", "RNN"], to: 7, rewrite: (node) => [withoutAttributes(node, "output_sequence")] },
	// The statistics were of one channel even then, unless `spatial` was 0.
	{ operators: ["BatchNormalization"], to: 9, rewrite: withoutSpatial },
	{ operators: ["Upsample"], to: 9, rewrite: attributesToInputs(["scales", floats]) },
	{ operators: ["Upsample"], to: 10, rewrite: (node) => [{ ...node, opType: "Resize" }] },
	{
		operators: ["Slice"],
		to: 10,
		rewrite: attributesToInputs(["starts", integers], ["ends", integers], ["axes", integers]),
	},
	{ operators: ["TopK"], to: 10, rewrite: attributesToInputs(["k", integers]) },
	{ operators: ["Resize"], to: 11, rewrite: resizeFromCorners },
	{ operators: ["Scatter"], to: 11, rewrite: (node) => [{ ...node, opType: "ScatterElements" }] },
	{ operators: ["Clip"], to: 11, rewrite: attributesToInputs(["min", first], ["max", first]) },
	{ operators: ["Pad"], to: 11, rewrite: attributesToInputs(["pads", integers], ["value", first]) },
	{ operators: ["Dropout"], to: 12, rewrite: attributesToInputs(["ratio", first]) },
	{ operators: ["Squeeze", "Unsqueeze", "ReduceSum"], to: 13, rewrite: axesToInput },
	{ operators: ["Split"], to: 13, rewrite: attributesToInputs(["split", integers]) },
	{ operators: ["Softmax", "LogSoftmax", "Hardmax"], to: 13, rewrite: softmaxOverOneAxis },
	{ operators: ["Resize"], to: 13, rewrite: blankEmptyInputs },
	// The other outputs were those of training.
	{
		operators: ["BatchNormalization"],
		to: 14,
		rewrite: (node) => [{ ...node, outputs: node.outputs.slice(0, 1) }],
	},
	{
		operators: ["RoiAlign"],
		to: 16,
		rewrite: (node) => [withAttributes(node, { coordinate_transformation_mode: string("output_half_pixel") })],
	},
	{
		operators: [
			...["ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax"],
			...["ReduceMean", "ReduceMin", "ReduceProd", "ReduceSumSquare"],
		],
		to: 18,
		rewrite: axesToInput,
	},
	{
		operators: ["Split"],
		to: 18,
		rewrite: (node) => [
			node.inputs.length > 1 ? node : withAttributes(node, { num_outputs: int(node.outputs.length) }),
		],
	},
	{ operators: ["DFT"], to: 20, rewrite: transformAxis },
	{ operators: ["GridSample"], to: 20, rewrite: interpolationNames },
	{ operators: ["GroupNormalization"], to: 21, rewrite: groupsAsChannels },
];

/** Before version 7 the second operand was stretched if asked, from `axis` on; at the right where no axis is named. */
function broadcastAtTheRight(node: OnnxNode): readonly OnnxNode[] {
	if (!node.attributes.has("axis")) return [withoutAttributes(node, "broadcast")];
	throw new LimbeckError("model", {
		where: `${nodeName(node)} (${node.opType})`,
		expected: "operands that are aligned at the right",
		got: "an attribute axis",
		hint: exportAgain,
	});
}

function withoutSpatial(node: OnnxNode): readonly OnnxNode[] {
	if (node.attributes.get("spatial")?.value !== 0) return [withoutAttributes(node, "spatial")];
	throw new LimbeckError("model", {
		where: `${nodeName(node)} (BatchNormalization)`,
		expected: "statistics of each channel",
		got: "spatial 0, statistics of each pixel",
		hint: exportAgain,
	});
}

/**
 * The same model with every node in the form that Limbeck's operator entries speak. Its constants must be initialisers.
 *
 * @throws LimbeckError (`model`) for an operator set newer than 26, or older than 6 with operators that have changed since.
 */
export function upgradeModel(model: OnnxModel): OnnxModel {
	const version = model.opsetImports.get("") ?? modelOpset;
	refuseVersion(version, model);
	const upgraded = upgrades
		.filter(({ to }) => to > version)
		.reduce((before, { operators, rewrite }) => {
			const applies = ({ opType, domain }: OnnxNode): boolean => domain === "" && operators.includes(opType);
			return before.graph.nodes.some(applies)
				? rewriteNodes(before, (node, around: Surroundings) => (applies(node) ? rewrite(node, around) : [node]))
				: before;
		}, model);
	return {
		...upgraded,
		irVersion: Math.max(model.irVersion, modelIrVersion),
		opsetImports: new Map([...model.opsetImports, ["", Math.max(version, modelOpset)]]),
	};
}

function refuseVersion(version: number, { graph }: OnnxModel): void {
	const changed = graph.nodes.filter(({ opType, domain }) => domain === "" && changedBefore6.has(opType));
	if (version <= newestOpset && (version >= oldestOpset || changed.length === 0)) return;
	throw new LimbeckError("model", {
		where: "opset",
		expected: `version ${oldestOpset} to ${newestOpset}`,
		got: String(version),
		hint: exportAgain,
	});
}
