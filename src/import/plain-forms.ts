/** What exporters write in a roundabout way, in the plain one: the same values, for any batch size. */
import { numberOf } from "../graph/attributes.js";
import type { OnnxModel, OnnxNode } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";
import { nodeName, onnxNode, rewriteNodes, type Surroundings } from "./rewrite.js";

/** What stands in place of a node of that operator; `undefined` where it is plain already. */
const forms: Readonly<Record<string, (node: OnnxNode, around: Surroundings) => OnnxNode | undefined>> = {
	Gather: reshapedByIndices,
	LSTM: withoutZeroStates,
	GRU: withoutZeroStates,
	RNN: withoutZeroStates,
};

/**
 * The same model without roundabout forms that hold a batch size: `as_strided`, which torch.onnx writes as a Gather of all
 * elements in order, is a Reshape; initial states of zeros are those that recurrent operators have by default.
 */
export function withPlainForms(model: OnnxModel): OnnxModel {
	return rewriteNodes(model, (node, around) => [
		(node.domain === "" ? forms[node.opType]?.(node, around) : undefined) ?? node,
	]);
}

/** A Gather from a value of one axis, of each element once and in order: no more than another shape. */
function reshapedByIndices(node: OnnxNode, around: Surroundings): OnnxNode | undefined {
	const [data = "", from = ""] = node.inputs;
	const indices = around.constantOf(from);
	const [size, ...more] = around.dimsOf(data) ?? [];
	const inOrder = indices !== undefined && indices.dims.length > 1 && countsUp(indices);
	const isWhole = size === indices?.data.length && more.length === 0;
	if (!inOrder || !isWhole || numberOf(Object.fromEntries(node.attributes), "axis", 0) > 0) return undefined;
	const shape = around.addConstant(`${nodeName(node)}/shape`, {
		type: "int64",
		dims: [indices.dims.length],
		data: BigInt64Array.from(indices.dims, BigInt),
	});
	return { ...onnxNode("Reshape", [data, shape], node.outputs), name: node.name };
}

function countsUp({ data }: Tensor): boolean {
	for (const [at, value] of data.entries()) if (Number(value) !== at) return false;
	return true;
}

/** Places of a recurrent operator's initial states among its inputs. */
const states = [5, 6];

function withoutZeroStates(node: OnnxNode, around: Surroundings): OnnxNode | undefined {
	const isZero = (name: string): boolean => {
		const tensor = around.constantOf(name);
		return tensor !== undefined && !tensor.data.some((value) => Number(value) !== 0);
	};
	const inputs = node.inputs.map((name, at) => (states.includes(at) && isZero(name) ? "" : name));
	return inputs.every((name, at) => name === node.inputs[at]) ? undefined : { ...node, inputs };
}
