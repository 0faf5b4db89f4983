/**
 * The form of elementwise operators that ONNX Runtime is fast in. Where one operand has a single element and the other
 * ends in axes of size 1, such as the weights of a 1×1 convolution, it takes the elements in calls of their own, 20 times
 * slower, unless the first has more axes than those.
 */
import type { Graph, Node } from "../graph/graph.js";
import type { Value } from "../graph/value.js";

/** An elementwise node with an axis of each operand for every axis of the result, where that is faster. */
export function withFullRank(g: Graph, node: Node): readonly Value[] | undefined {
	const dims = node.outputs[0]?.dims ?? [];
	const long = dims.findLastIndex((dim) => dim !== 1);
	const isSlow = (input: Value | undefined): input is Value =>
		input !== undefined && long >= 0 && input.dims.length < dims.length - long;
	if (long === dims.length - 1 || !node.inputs.some(isSlow)) return undefined;
	const ones = g.integers(dims.map(() => 1));
	const inputs = node.inputs.map((input) => (isSlow(input) ? g.op("Reshape", [input, ones]) : input));
	return g.ops(node.opType, inputs, node.attributes);
}
