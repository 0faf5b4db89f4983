import { numberOf } from "../graph/attributes.js";
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";
import { nodeName, rewriteNodes, withoutAttributes } from "./rewrite.js";

/** Where a model says the batch size that it was exported for, once it takes any. */
export const exportedBatchKey = "limbeck.exported-batch";

/** The batch size that a model was exported for; `undefined` where any goes. */
export function fixedBatch({ inputs }: Pick<OnnxGraph, "inputs">): number | undefined {
	const size = inputs[0]?.dims?.[0];
	return typeof size === "number" ? size : undefined;
}

/**
 * A model that was exported for one batch size, for any: the first dimension of inputs and outputs becomes symbolic,
 * and a constant shape that a Reshape of data begins with that batch size begins with 0, "as it was". At the size of
 * the export nothing changes. What else depends on the size shows when the model is placed, as shapes that do not fit.
 * Its constants must be initialisers.
 */
export function withAnyBatch(model: OnnxModel): OnnxModel {
	const size = fixedBatch(model.graph);
	if (size === undefined) return model;
	const data = new Set(model.graph.inputs.map(({ name }) => name));
	const rewritten = rewriteNodes(model, (node, { constantOf, addConstant }) => {
		if (!node.inputs.some((name) => data.has(name))) return [node];
		// What comes of a shape is arithmetic of sizes.
		if (node.opType === "Shape" || node.opType === "Size") return [node];
		for (const name of node.outputs) data.add(name);
		const shape = reshapeTarget(node, constantOf, data);
		if (shape?.data[0] !== BigInt(size)) return [node];
		const kept = { ...shape, data: BigInt64Array.from([0n, ...shape.data.slice(1)]) };
		const [x = ""] = node.inputs;
		const inputs = [x, addConstant(`${nodeName(node)}/shape`, kept)];
		return [{ ...withoutAttributes(node, "allowzero"), inputs }];
	});
	const anyBatch = (info: OnnxValueInfo): OnnxValueInfo =>
		info.dims?.[0] === size ? { ...info, dims: ["batch", ...info.dims.slice(1)] } : info;
	const { graph } = rewritten;
	return {
		...rewritten,
		metadata: new Map([...model.metadata, [exportedBatchKey, String(size)]]),
		// Hints about intermediate values are for the old size.
		graph: { ...graph, inputs: graph.inputs.map(anyBatch), outputs: graph.outputs.map(anyBatch), valueInfos: [] },
	};
}

/** The constant shape of a Reshape of data, where 0 means "as it was" or could. */
function reshapeTarget(
	{ opType, domain, inputs, attributes }: OnnxNode,
	constantOf: (name: string) => Tensor | undefined,
	data: ReadonlySet<string>,
): Extract<Tensor, { readonly type: "int64" }> | undefined {
	if (opType !== "Reshape" || domain !== "" || !data.has(inputs[0] ?? "")) return undefined;
	const shape = constantOf(inputs[1] ?? "");
	if (shape?.type !== "int64" || shape.dims.length !== 1) return undefined;
	const literalZeros = numberOf(Object.fromEntries(attributes), "allowzero", 0) !== 0 && shape.data.includes(0n);
	return literalZeros ? undefined : shape;
}
