import { LimbeckError } from "../errors.js";
import type { Value } from "../graph/value.js";
import type { OnnxAttribute, OnnxModel, OnnxNode } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";
import { operatorOf } from "../ops/index.js";
import { isFloating } from "../ops/rules.js";
import { constantNodesOf, withProvenance } from "./provenance.js";
import { nodeName } from "./rewrite.js";
import { isKnown } from "./support.js";

/**
 * The same model with all its constants as initialisers: outputs of Constant nodes, and of Identity nodes over
 * initialisers. The latter become constants of their own, because exporters write equal gains and biases of different
 * layers once; a matrix that is equal elsewhere is a tied weight, and stays one. Initialisers that are listed as inputs
 * too, as files before version 4 do, are inputs no more.
 *
 * @throws LimbeckError (`model`) for a constant of text.
 */
export function gatherConstants(original: OnnxModel): OnnxModel {
	const model = withTiedMatrices(original);
	const nodes = new Set<string>();
	const gathered = withConstants(model, (node, constants) => {
		const tensor = constantOutput(node, constants);
		const [output = ""] = node.outputs;
		if (tensor !== undefined && node.opType === "Constant" && isFloating(tensor.type)) nodes.add(output);
		if (nodes.has(node.inputs[0] ?? "") && node.opType === "Identity") nodes.add(output);
		return tensor && [tensor];
	});
	const before = constantNodesOf(model);
	return nodes.size === 0 ? gathered : withProvenance(gathered, { nodes: [...before, ...nodes] });
}

/**
 * The model with one name for a matrix that Identity gives a name of the exporter's: a weight that is used in two places.
 * An Identity with a name of the network's is another weight, which merely began equal, as copies of a layer do.
 */
function withTiedMatrices(model: OnnxModel): OnnxModel {
	const { graph } = model;
	const results = new Set(graph.outputs.map(({ name }) => name));
	const matrices = new Set(
		graph.initializers.flatMap(({ name, tensor }) => {
			const isMatrix = isFloating(tensor.type) && tensor.dims.filter((size) => size > 1).length > 1;
			return isMatrix && tensor.data.some((value) => value !== tensor.data[0]) ? [name] : [];
		}),
	);
	const tied = new Map<string, string>();
	const nameOf = (name: string): string => tied.get(name) ?? name;
	const nodes = graph.nodes.flatMap((node) => {
		const inputs = node.inputs.map(nameOf);
		const [input = ""] = inputs;
		const [output = ""] = node.outputs;
		const isRenamed = node.opType === "Identity" && node.domain === "" && output.startsWith("onnx::");
		const ties = isRenamed && matrices.has(input) && !results.has(output);
		if (!ties) return [{ ...node, inputs }];
		tied.set(output, input);
		return [];
	});
	return tied.size === 0 ? model : { ...model, graph: { ...graph, nodes } };
}

/**
 * The same model without the arithmetic of shapes that exporters leave in graphs, as far as it is over constants. Its
 * nodes must be of the current operator set.
 */
export function foldConstants(model: OnnxModel): OnnxModel {
	return withConstants(model, (node, constants) => {
		const values = node.inputs.map((name): Value | undefined => {
			const tensor = constants.get(name);
			return tensor && { name, type: tensor.type, dims: tensor.dims, constant: tensor };
		});
		const known = node.inputs.length > 0 && node.inputs.every((name, at) => name === "" || values[at] !== undefined);
		const fold = known && isKnown(node) ? operatorOf(node.opType)?.fold : undefined;
		const tensors = fold?.(values, Object.fromEntries(node.attributes));
		// Numbers that are not whole may be weights, which keep their names.
		return tensors?.some(({ type }) => isFloating(type)) === true ? undefined : tensors;
	});
}

/** The model with nodes replaced by the constants that `outputsOf` finds for their outputs. */
function withConstants(
	model: OnnxModel,
	outputsOf: (node: OnnxNode, constants: ReadonlyMap<string, Tensor>) => readonly Tensor[] | undefined,
): OnnxModel {
	const { graph } = model;
	const constants = new Map(graph.initializers.map(({ name, tensor }) => [name, tensor]));
	const results = new Set(graph.outputs.map(({ name }) => name));
	const nodes = graph.nodes.filter((node) => {
		// An output of the model stays the output of a node.
		const tensors = node.outputs.some((name) => results.has(name)) ? undefined : outputsOf(node, constants);
		for (const [at, name] of node.outputs.entries()) {
			const tensor = tensors?.[at];
			if (tensor !== undefined && name !== "") constants.set(name, tensor);
		}
		return tensors === undefined;
	});
	const initializers = Array.from(constants, ([name, tensor]) => ({ name, tensor }));
	const inputs = graph.inputs.filter(({ name }) => !constants.has(name));
	return { ...model, graph: { ...graph, inputs, nodes, initializers } };
}

function constantOutput(node: OnnxNode, constants: ReadonlyMap<string, Tensor>): Tensor | undefined {
	if (node.domain !== "") return undefined;
	if (node.opType === "Identity") return constants.get(node.inputs[0] ?? "");
	if (node.opType !== "Constant") return undefined;
	const [value] = node.attributes.values();
	const tensor = value === undefined ? undefined : tensorOf(value);
	if (tensor !== undefined && node.attributes.size === 1) return tensor;
	throw new LimbeckError("model", {
		where: `${nodeName(node)} (Constant)`,
		expected: "one attribute with numbers",
		got: [...node.attributes.keys()].join(", "),
	});
}

function tensorOf(attribute: OnnxAttribute): Tensor | undefined {
	switch (attribute.kind) {
		case "tensor":
			return attribute.value;
		case "float":
			return { type: "float", dims: [], data: Float32Array.of(attribute.value) };
		case "floats":
			return { type: "float", dims: [attribute.value.length], data: Float32Array.from(attribute.value) };
		case "int":
			return { type: "int64", dims: [], data: BigInt64Array.of(BigInt(attribute.value)) };
		case "ints":
			return { type: "int64", dims: [attribute.value.length], data: BigInt64Array.from(attribute.value, BigInt) };
		default:
			return undefined;
	}
}
