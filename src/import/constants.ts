import { LimbeckError } from "../errors.js";
import type { OnnxAttribute, OnnxModel, OnnxNode } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";
import { nodeName } from "./rewrite.js";

/**
 * The same model with all its constants as initialisers: outputs of Constant nodes, and of Identity nodes over
 * initialisers. The latter become constants of their own, because exporters write equal weights of different layers
 * once. Initialisers that are listed as inputs too, as files before version 4 do, are inputs no more.
 *
 * @throws LimbeckError (`model`) for a constant of text.
 */
export function gatherConstants(model: OnnxModel): OnnxModel {
	const { graph } = model;
	const constants = new Map(graph.initializers.map(({ name, tensor }) => [name, tensor]));
	const nodes = graph.nodes.filter((node) => {
		const tensor = constantOutput(node, constants);
		const [name] = node.outputs;
		if (tensor === undefined || name === undefined) return true;
		constants.set(name, tensor);
		return false;
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
