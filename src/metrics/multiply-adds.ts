import { LimbeckError } from "../errors.js";
import { numberOf } from "../graph/attributes.js";
import type { Graph, Node } from "../graph/graph.js";
import { fixedBatch } from "../import/batch.js";
import { importModel } from "../import/index.js";
import { isKnown } from "../import/support.js";
import { applyModel } from "../models/apply.js";
import type { OnnxModel } from "../onnx/model.js";
import { elementCount } from "../onnx/tensor.js";
import { einsumSizes } from "../ops/einsum.js";
import { createGraph } from "../ops/index.js";
import { floatTwin } from "./float-twin.js";

/** The multiply-adds of one sample, or why they are not known. */
export type MultiplyAdds = { readonly count: number } | { readonly unknown: string };

const dimsOf = (node: Node, input: number): readonly number[] => node.inputs[input]?.dims ?? [];
const outputElements = ({ outputs: [y] }: Node): number => elementCount(y?.dims ?? []);
/** Output elements times the length of the sum that each of them is. */
const product =
	(transposedA: (node: Node) => boolean) =>
	(node: Node): number =>
		outputElements(node) * (dimsOf(node, 0).at(transposedA(node) ? -2 : -1) ?? 1);
const hasTransA = ({ attributes }: Node): boolean => numberOf(attributes, "transA", 0) === 1;

/** W and R, [directions, …], at every step `[time, batch, …]`. */
const recurrent = (node: Node): number => {
	const [time = 1, batch = 1] = dimsOf(node, 0);
	return time * batch * (elementCount(dimsOf(node, 1)) + elementCount(dimsOf(node, 2)));
};

/** The multiply-adds of a node, by its operator; others have none that are counted. */
const counts: Readonly<Record<string, (node: Node) => number>> = {
	// Weights [outputs, inputs / group, …kernel]: each output element is a sum over all axes but the first.
	Conv: (node) => outputElements(node) * elementCount(dimsOf(node, 1).slice(1)),
	// Weights [inputs, outputs / group, …kernel]: each input element is spread over all axes but the first.
	ConvTranspose: (node) => elementCount(dimsOf(node, 0)) * elementCount(dimsOf(node, 1).slice(1)),
	DeformConv: (node) => outputElements(node) * elementCount(dimsOf(node, 1).slice(1)),
	Gemm: product(hasTransA),
	MatMul: product(() => false),
	FusedMatMul: product(hasTransA),
	LSTM: recurrent,
	GRU: recurrent,
	RNN: recurrent,
	// One term for each combination of the indices, of as many multiplications as there are further operands.
	Einsum: ({ inputs, attributes }) => (inputs.length - 1) * elementCount(einsumSizes(attributes, inputs)),
};

/**
 * Counts the multiply-adds of one sample from the shapes that its values have in the graph: those of Conv,
 * ConvTranspose, DeformConv, Gemm, MatMul, FusedMatMul, LSTM, GRU, RNN and Einsum. Nothing else is counted: no
 * activation, normalisation, pooling, addition of a bias; products that fall on padding are counted like others. The quantised forms of Conv, MatMul and
 * Gemm count like them.
 *
 * Not known of a model with operators that Limbeck does not know, or whose shapes cannot be told before it runs.
 *
 * @param sampleShape - of the data, usually `[channels, height, width]`.
 */
export function multiplyAdds(model: OnnxModel, sampleShape: readonly number[]): MultiplyAdds {
	const g = createGraph();
	try {
		const imported = importModel(floatTwin(model), sampleShape);
		const batch = fixedBatch(imported.graph) ?? 1;
		applyModel(g, imported, { input: g.input("input", { type: "float", dims: [batch, ...sampleShape] }) });
		const count = g.nodes.reduce((sum, node) => sum + (counts[node.opType]?.(node) ?? 0), 0);
		return opaqueIn(g) ?? { count: count / batch };
	} catch (error) {
		if (error instanceof LimbeckError && error.category === "model") return { unknown: error.got };
		throw error;
	}
}

/** Nodes that were kept as they are, because the file says what types they make: nobody knows what they do. */
function opaqueIn({ nodes }: Graph): MultiplyAdds | undefined {
	const unknown = new Set(nodes.filter((node) => !isKnown(node)).map(({ opType }) => opType));
	return unknown.size === 0 ? undefined : { unknown: [...unknown].join(", ") };
}
