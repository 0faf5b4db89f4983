import { numberOf } from "../graph/attributes.js";
import { zeros } from "../graph/graph.js";
import type { OnnxInitializer, OnnxModel, OnnxNode } from "../onnx/model.js";

/** The float operator of a quantised one's shapes, and which of its inputs are that operator's. */
type Twin = readonly [opType: string, inputs: readonly number[]];

/**
 * Quantised operators; the inputs that are left out are scales and zero points, and biases, which change no shape.
 *
 * Source: ONNX operator specification; for QGemm and QLinear… beyond Conv and MatMul, ONNX Runtime contrib operators.
 */
const twins: Readonly<Record<string, Twin>> = {
	QuantizeLinear: ["Identity", [0]],
	DequantizeLinear: ["Identity", [0]],
	DynamicQuantizeLinear: ["Identity", [0]],
	QLinearConv: ["Conv", [0, 3]],
	ConvInteger: ["Conv", [0, 1]],
	QLinearMatMul: ["MatMul", [0, 3]],
	MatMulInteger: ["MatMul", [0, 1]],
	QGemm: ["Gemm", [0, 3]],
	QLinearAdd: ["Add", [0, 3]],
	QLinearMul: ["Mul", [0, 3]],
	QLinearSigmoid: ["Sigmoid", [0]],
	QLinearLeakyRelu: ["LeakyRelu", [0]],
	QLinearAveragePool: ["AveragePool", [0]],
	QLinearGlobalAveragePool: ["GlobalAveragePool", [0]],
};

/**
 * A float model whose values have the shapes of a quantised one's, and whose products are as large. It computes nothing
 * of use: its weights are zeros. What has no twin stays as it is.
 */
export function floatTwin(model: OnnxModel): OnnxModel {
	const { graph } = model;
	const quantised = graph.nodes.filter((node) => twinOf(node) !== undefined);
	if (quantised.length === 0) return model;
	const operands = new Set(quantised.flatMap(operandsOf));
	return {
		...model,
		graph: {
			...graph,
			nodes: graph.nodes.map(twinNode),
			initializers: [
				...graph.initializers.map((one) => (operands.has(one.name) ? zeroed(one) : one)),
				// The scale and the zero point that DynamicQuantizeLinear finds.
				...quantised.flatMap(({ outputs }) => outputs.slice(1).map((name) => zeroed({ name, tensor: { dims: [] } }))),
			],
		},
	};
}

function twinOf({ opType, domain, attributes }: OnnxNode): Twin | undefined {
	const known = domain === "" || domain === "com.microsoft";
	const channelsLast = numberOf(Object.fromEntries(attributes), "channels_last", 0) !== 0;
	return known && !channelsLast && Object.hasOwn(twins, opType) ? twins[opType] : undefined;
}

function operandsOf(node: OnnxNode): readonly string[] {
	return (twinOf(node)?.[1] ?? []).map((index) => node.inputs[index] ?? "");
}

function twinNode(node: OnnxNode): OnnxNode {
	const twin = twinOf(node);
	if (twin === undefined) return node;
	return { ...node, opType: twin[0], domain: "", inputs: operandsOf(node), outputs: node.outputs.slice(0, 1) };
}

function zeroed({
	name,
	tensor: { dims },
}: {
	readonly name: string;
	readonly tensor: { readonly dims: readonly number[] };
}): OnnxInitializer {
	return { name, tensor: zeros({ type: "float", dims }) };
}
