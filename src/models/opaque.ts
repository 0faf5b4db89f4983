import { modelOpset } from "../graph/opset.js";
import type { Value, ValueType } from "../graph/value.js";
import { isKnown, isUntrainable } from "../import/support.js";
import type { OnnxModel, OnnxNode, OnnxValueInfo } from "../onnx/model.js";

/** Domains of operators that a training graph may hold without knowing them. */
const domains: readonly string[] = ["", "com.microsoft"];

/**
 * The nodes whose operators nobody knows and that can stay as they are, with the types of their outputs: nothing below
 * them is trained, so that no gradient passes, the file declares their outputs, and our operator set may have them.
 *
 * @param input - stands for the model's input; its batch size is that of the declared types.
 * @param parameters - those that are not constants are trained.
 */
export function opaqueTypes(
	{ graph, opsetImports }: OnnxModel,
	input: Value,
	parameters: ReadonlyMap<string, Value>,
): ReadonlyMap<OnnxNode, readonly ValueType[]> {
	const batch = graph.inputs[0]?.dims?.[0];
	const declared = new Map([...graph.valueInfos, ...graph.outputs].map((info) => [info.name, info]));
	const trained = new Set(
		Array.from(parameters).flatMap(([name, { constant }]) => (constant === undefined ? [name] : [])),
	);
	// A training graph is of our operator set, which does not have what a newer one brings.
	const newer = (opsetImports.get("") ?? modelOpset) > modelOpset;
	const found = new Map<OnnxNode, readonly ValueType[]>();
	for (const node of graph.nodes) {
		if (node.inputs.some((name) => trained.has(name))) {
			for (const name of node.outputs) trained.add(name);
		} else if (
			!isKnown(node) &&
			!isUntrainable(node) &&
			domains.includes(node.domain) &&
			!(newer && node.domain === "")
		) {
			const types = node.outputs.map((name) => concreteType(declared.get(name), batch, input.dims[0]));
			if (types.every((type) => type !== undefined)) found.set(node, types);
		}
	}
	return found;
}

/** A declared type with the batch size in place of its symbol; `undefined` where another size is not known. */
function concreteType(
	info: OnnxValueInfo | undefined,
	symbol: number | string | undefined,
	batch: number | undefined,
): ValueType | undefined {
	const dims = info?.dims?.map((dim) => (dim === symbol && dim !== "" ? batch : dim));
	if (info === undefined || dims === undefined) return undefined;
	const known = dims.filter((dim) => typeof dim === "number");
	return known.length === dims.length ? { type: info.type, dims: known } : undefined;
}
