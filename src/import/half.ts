import { fromHalf } from "../onnx/half.js";
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxValueInfo } from "../onnx/model.js";
import { dataTypes, type Tensor } from "../onnx/tensor.js";

/** Attributes that name an element type by its number. */
const typeAttributes = new Set(["to", "dtype"]);

/** The same model with float in place of float16: weights, inputs, outputs, and what nodes are told to make. */
export function widenHalf(model: OnnxModel): OnnxModel {
	const { graph } = model;
	return {
		...model,
		graph: {
			...graph,
			nodes: graph.nodes.map(widenNode),
			inputs: graph.inputs.map(widenInfo),
			outputs: graph.outputs.map(widenInfo),
			valueInfos: graph.valueInfos.map(widenInfo),
			initializers: graph.initializers.map(({ name, tensor }) => ({ name, tensor: widenTensor(tensor) })),
		},
	};
}

function widenNode(node: OnnxNode): OnnxNode {
	return {
		...node,
		attributes: new Map(Array.from(node.attributes, ([name, one]) => [name, widenAttribute(name, one)])),
	};
}

function widenAttribute(name: string, attribute: OnnxAttribute): OnnxAttribute {
	if (attribute.kind === "tensor") return { kind: "tensor", value: widenTensor(attribute.value) };
	const half = attribute.kind === "int" && attribute.value === dataTypes.float16;
	return half && typeAttributes.has(name) ? { kind: "int", value: dataTypes.float } : attribute;
}

function widenInfo(info: OnnxValueInfo): OnnxValueInfo {
	return info.type === "float16" ? { ...info, type: "float" } : info;
}

function widenTensor(tensor: Tensor): Tensor {
	if (tensor.type !== "float16") return tensor;
	return { type: "float", dims: tensor.dims, data: Float32Array.from(tensor.data, fromHalf) };
}
