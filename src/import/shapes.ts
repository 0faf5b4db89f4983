import { LimbeckError } from "../errors.js";
import { checkedTypes } from "../graph/types.js";
import type { Value } from "../graph/value.js";
import type { OnnxModel } from "../onnx/model.js";
import { createGraph, operatorOf } from "../ops/index.js";
import { isKnown } from "./support.js";

/**
 * The shapes of a model's values, as far as its operators tell them from those of its inputs, which must be known. Its
 * nodes must be of the current operator set, in order.
 */
export function inferredShapes(model: OnnxModel): ReadonlyMap<string, readonly number[]> {
	return new Map(Array.from(inferredValues(model), ([name, { dims }]) => [name, dims]));
}

/** The values whose shapes are known in this way, those that are known while a graph is built with their elements. */
export function inferredValues({ graph }: OnnxModel): ReadonlyMap<string, Value> {
	const values = new Map<string, Value>();
	for (const { name, type, dims } of graph.inputs) {
		const known = dims?.filter((size) => typeof size === "number") ?? [];
		if (known.length === dims?.length) values.set(name, { name, type, dims: known });
	}
	for (const { name, tensor } of graph.initializers) {
		values.set(name, { name, type: tensor.type, dims: tensor.dims, constant: tensor });
	}
	// What operators that are built from others make, these tell.
	const scratch = createGraph();
	for (const node of graph.nodes) {
		const inputs = node.inputs.map((name) => values.get(name));
		if (!isKnown(node) || node.inputs.some((name, at) => name !== "" && inputs[at] === undefined)) continue;
		try {
			const attributes = Object.fromEntries(node.attributes);
			const operator = operatorOf(node.opType);
			const constants = operator?.fold?.(inputs, attributes);
			const types =
				constants ??
				(operator === undefined
					? scratch.ops(node.opType, inputs, attributes)
					: checkedTypes(operator.infer(inputs, attributes)));
			for (const [at, name] of node.outputs.entries()) {
				const [type, constant] = [types[at], constants?.[at]];
				if (type === undefined || name === "") continue;
				const value: Value = { name, type: type.type, dims: type.dims };
				values.set(name, constant === undefined ? value : { ...value, constant });
			}
		} catch (error) {
			// What does not fit is refused, by its node, where the model is placed.
			if (!(error instanceof LimbeckError)) throw error;
		}
	}
	return values;
}
