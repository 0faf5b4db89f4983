/** Batch normalisation behind a convolution, as part of its weights. */
import { numberOf } from "../graph/attributes.js";
import type { OnnxInitializer, OnnxModel, OnnxNode } from "../onnx/model.js";
import type { TensorOf } from "../onnx/tensor.js";

/** Numbers of a batch normalisation, each `[channels]`: y = factor x + offset. */
interface Affine {
	readonly factor: Float64Array;
	readonly offset: Float64Array;
}

/**
 * A model whose convolutions have taken in the BatchNormalization behind them, where nothing else reads their output:
 * W' = s W and b' = s (b − mean) + β with s = γ / √(variance + ε), for each output channel.
 *
 * Source: Jacob et al. 2018, "Quantization and Training of Neural Networks", §3.2.
 */
export function foldBatchNorms(model: OnnxModel): OnnxModel {
	const { graph } = model;
	const constants = new Map(graph.initializers.map(({ name, tensor }) => [name, tensor]));
	const floats = (name = ""): TensorOf<"float"> | undefined => {
		const tensor = constants.get(name);
		return tensor?.type === "float" ? tensor : undefined;
	};
	const followers = singleReaders(model);
	const gone = new Set<OnnxNode>();
	const added: OnnxInitializer[] = [];
	const nodes = graph.nodes.map((node): OnnxNode => {
		const next = node.opType === "Conv" ? followers.get(node.outputs[0] ?? "") : undefined;
		const weight = floats(node.inputs[1]);
		if (next?.opType !== "BatchNormalization" || next.inputs[0] !== node.outputs[0] || weight === undefined)
			return node;
		const bias = floats(node.inputs[2]);
		const affine = affineOf(next, floats);
		if (affine === undefined || (bias === undefined && (node.inputs[2] ?? "") !== "")) return node;
		gone.add(next);
		const [x = ""] = node.inputs;
		const [y = ""] = next.outputs;
		const names = [`${y}/weight`, `${y}/bias`] as const;
		const [folded, offset] = foldedWeights(weight, bias, affine);
		added.push({ name: names[0], tensor: folded }, { name: names[1], tensor: offset });
		return { ...node, inputs: [x, ...names], outputs: [y] };
	});
	const kept = nodes.filter((node) => !gone.has(node));
	const used = new Set([...kept.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ name }) => name)]);
	const initializers = [...graph.initializers, ...added].filter(({ name }) => used.has(name));
	return { ...model, graph: { ...graph, nodes: kept, initializers } };
}

/** The one node that reads a value, by the value's name; values that others read too, or that go out, are not there. */
export function singleReaders({ graph }: OnnxModel): ReadonlyMap<string, OnnxNode> {
	const readers = new Map<string, OnnxNode | undefined>();
	for (const node of graph.nodes) {
		for (const name of node.inputs) readers.set(name, readers.has(name) ? undefined : node);
	}
	for (const { name } of graph.outputs) readers.delete(name);
	return new Map(Array.from(readers).flatMap(([name, node]) => (node === undefined ? [] : [[name, node] as const])));
}

function affineOf(
	node: OnnxNode,
	floats: (name: string | undefined) => TensorOf<"float"> | undefined,
): Affine | undefined {
	const [, scaleName, biasName, meanName, varianceName] = node.inputs;
	const [scale, bias, mean, variance] = [scaleName, biasName, meanName, varianceName].map(floats);
	if (scale === undefined || bias === undefined || mean === undefined || variance === undefined) return undefined;
	const epsilon = numberOf(Object.fromEntries(node.attributes), "epsilon", 1e-5);
	const factor = Float64Array.from(scale.data, (gamma, c) => gamma / Math.sqrt((variance.data[c] ?? 1) + epsilon));
	const offset = Float64Array.from(bias.data, (beta, c) => beta - (mean.data[c] ?? 0) * (factor[c] ?? 1));
	return { factor, offset };
}

function foldedWeights(
	{ dims, data }: TensorOf<"float">,
	bias: TensorOf<"float"> | undefined,
	{ factor, offset }: Affine,
): readonly [weight: TensorOf<"float">, bias: TensorOf<"float">] {
	const each = data.length / factor.length;
	return [
		{ type: "float", dims, data: data.map((value, at) => value * (factor[Math.floor(at / each)] ?? 1)) },
		{
			type: "float",
			dims: [factor.length],
			data: Float32Array.from(offset, (value, c) => value + (bias?.data[c] ?? 0) * (factor[c] ?? 1)),
		},
	];
}
