/** A new head for an old body: the last layer of a classifier made anew, for another number of classes. */
import { LimbeckError } from "../errors.js";
import { numberOf } from "../graph/attributes.js";
import { zeros } from "../graph/graph.js";
import { nodeName } from "../import/rewrite.js";
import type { OnnxGraph, OnnxModel, OnnxNode } from "../onnx/model.js";
import { elementCount, type Tensor } from "../onnx/tensor.js";
import { initialWeights } from "./initializers.js";

/** Operators between the last layer and the output that work on each class alone, whatever their number. */
const perClass = new Set(["Identity", "Cast", "Softmax", "LogSoftmax", "Relu", "Dropout"]);
/** … and, where the last layer is a convolution, those that take its pixels away. */
const overPixels = new Set(["Flatten", "Squeeze", "GlobalAveragePool", "AveragePool", "ReduceMean", "Reshape"]);

/** The last layer of a classifier. */
interface Head {
	/** The initialiser of its weights, and which axis of it counts classes. */
	readonly weight: string;
	readonly classAxis: number;
	/** The initialiser of its bias. */
	readonly bias: string | undefined;
	/** Constant shapes between it and the output. */
	readonly shapes: readonly string[];
}

/**
 * A model for another number of classes: the last layer (Gemm, MatMul with or without an Add, or a convolution of one
 * pixel under pooling) has fresh weights, drawn for `seed` as PyTorch draws those of a linear layer, and a bias of 0.
 * The model must have passed importModel.
 *
 * @param fewest - outputs that make sense.
 * @throws LimbeckError (`model`) where its structure is not one of these; (`usage`) for fewer outputs than make sense.
 */
export function replaceHead(model: OnnxModel, classes: number, seed: number, fewest = 2): OnnxModel {
	if (!Number.isInteger(classes) || classes < fewest) {
		const expected = fewest === 2 ? "two classes or more" : "an output or more";
		throw new LimbeckError("usage", { where: "head", expected, got: String(classes) });
	}
	const { graph } = model;
	const head = findHead(graph);
	const before = constantOf(graph, head.weight)?.dims[head.classAxis] ?? 0;
	const fresh = (name: string, tensor: Tensor): Tensor => {
		if (name === head.weight) return freshWeight(name, tensor, head.classAxis, classes, seed);
		if (name === head.bias) return freshBias(tensor, before, classes);
		return head.shapes.includes(name) ? resized(tensor, classes) : tensor;
	};
	const initializers = graph.initializers.map(({ name, tensor }) => ({ name, tensor: fresh(name, tensor) }));
	const [output, ...others] = graph.outputs;
	const outputs = output && [{ ...output, dims: output.dims && [...output.dims.slice(0, -1), classes] }, ...others];
	// Names of the old classes, and hints of the old sizes, are of no use now.
	const metadata = new Map([...model.metadata].filter(([key]) => key !== "limbeck.classes"));
	return { ...model, metadata, graph: { ...graph, initializers, valueInfos: [], outputs: outputs ?? [] } };
}

/**
 * A classifier without its last layer: its one output is what that layer is given, `[batch, features]`. The model must
 * have passed importModel.
 *
 * @param fewest - outputs that make sense.
 * @throws LimbeckError (`model`) where its structure is not one that {@link replaceHead} knows, or the last layer is a
 * convolution.
 */
export function withoutHead(model: OnnxModel): OnnxModel {
	const { graph } = model;
	const { weight, classAxis } = findHead(graph);
	const through = graph.nodes.find(({ opType, inputs }) => opType === "Transpose" && inputs[0] === weight)?.outputs[0];
	const layer = graph.nodes.find(({ inputs }) => inputs[1] === (through ?? weight));
	const dims = constantOf(graph, weight)?.dims ?? [];
	if (layer === undefined || layer.opType === "Conv") throw unrecognised(layer);
	const output = { name: layer.inputs[0] ?? "", type: "float", dims: ["batch", dims[1 - classAxis] ?? 0] } as const;
	return { ...model, graph: { ...graph, valueInfos: [], outputs: [output] } };
}

function findHead(graph: OnnxGraph): Head {
	const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
	const shapes: string[] = [];
	let bias: string | undefined;
	let pixels = false;
	let node = makers.get(graph.outputs[0]?.name ?? "");
	while (node !== undefined) {
		const { opType, inputs } = node;
		const layer = layerOf(graph, makers, node);
		if (layer !== undefined && (opType === "Conv" || !pixels)) return checked(graph, { bias, shapes, ...layer });
		const constants = inputs.filter((name) => constantOf(graph, name) !== undefined);
		if (opType === "Add" && constants.length === 1 && bias === undefined) [bias] = constants;
		else if (overPixels.has(opType)) pixels = true;
		else if (!perClass.has(opType)) break;
		if (opType === "Reshape" && inputs[1] !== undefined) shapes.push(inputs[1]);
		node = makers.get(inputs.find((name) => !constants.includes(name)) ?? "");
	}
	throw unrecognised(node);
}

/** What a node has of a head, if it is a layer with constant weights. */
function layerOf(
	graph: OnnxGraph,
	makers: ReadonlyMap<string, OnnxNode>,
	{ opType, inputs, attributes }: OnnxNode,
): Pick<Head, "weight" | "classAxis"> | (Pick<Head, "weight" | "classAxis"> & { readonly bias: string }) | undefined {
	const number = (name: string): number => numberOf(Object.fromEntries(attributes), name, 0);
	const classAxis = { Gemm: 1 - number("transB"), MatMul: 1, Conv: 0 }[opType];
	const [, operand = "", bias = ""] = inputs;
	if (classAxis === undefined || (opType === "Conv" && numberOf(Object.fromEntries(attributes), "group", 1) !== 1)) {
		return undefined;
	}
	const transposed = makers.get(operand)?.opType === "Transpose";
	const weight = transposed ? (makers.get(operand)?.inputs[0] ?? "") : operand;
	const dims = constantOf(graph, weight)?.dims;
	if (dims === undefined || (opType === "Conv" ? elementCount(dims.slice(2)) !== 1 : dims.length !== 2))
		return undefined;
	const found = { weight, classAxis: transposed ? 1 - classAxis : classAxis };
	return bias === "" ? found : { ...found, bias };
}

/** Refuses a head whose constants are used elsewhere, too, or are not float. */
function checked(graph: OnnxGraph, head: Head): Head {
	const classes = BigInt(constantOf(graph, head.weight)?.dims[head.classAxis] ?? 0);
	const shapes = head.shapes.filter((name) => {
		const shape = constantOf(graph, name);
		return shape?.type === "int64" && shape.data.at(-1) === classes;
	});
	for (const name of [head.weight, head.bias, ...shapes]) {
		if (name === undefined) continue;
		const users = graph.nodes.filter(({ inputs }) => inputs.includes(name));
		const type = shapes.includes(name) ? "int64" : "float";
		if (users.length !== 1 || constantOf(graph, name)?.type !== type) throw unrecognised(users[0]);
	}
	return { ...head, shapes };
}

function unrecognised(node: OnnxNode | undefined): LimbeckError {
	return new LimbeckError("model", {
		where: "head",
		expected: "a last layer of its own weights: Gemm, MatMul and Add, or a convolution of one pixel",
		got: node === undefined ? "none on the way to the output" : `${nodeName(node)} (${node.opType})`,
		hint: "Replace the last layer in the framework that the model comes from, and export it again.",
	});
}

function constantOf(graph: OnnxGraph, name: string): Tensor | undefined {
	return graph.initializers.find((one) => one.name === name)?.tensor;
}

function freshWeight(name: string, tensor: Tensor, classAxis: number, classes: number, seed: number): Tensor {
	const dims = tensor.dims.map((dim, axis) => (axis === classAxis ? classes : dim));
	const drawn = initialWeights("torch-default", name, [classes, elementCount(dims) / classes], seed);
	// All elements are drawn alike, so that their order says nothing.
	return { ...drawn, dims };
}

/** Zeros, for each class where the old bias was of each class. */
function freshBias({ type, dims }: Tensor, before: number, classes: number): Tensor {
	return zeros({ type, dims: dims.map((dim, axis) => (axis === dims.length - 1 && dim === before ? classes : dim)) });
}

/** A shape whose last size counts classes. */
function resized(shape: Tensor, classes: number): Tensor {
	return shape.type === "int64" ? { ...shape, data: shape.data.with(-1, BigInt(classes)) } : shape;
}
