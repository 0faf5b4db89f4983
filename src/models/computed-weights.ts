/** Weights that an exporter has computed from parameters which are not in the file. */
import type { Notice } from "../notices.js";
import type { OnnxGraph, OnnxNode } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";
import { firstNames } from "./copies.js";
import { isFreshTable } from "./table-structure.js";

/** Whether a constant is a weight that must have been computed, as it has no name of its own. */
type Rule = (tensor: Tensor, index: number, node: OnnxNode) => boolean;

const isWeight: Rule = (_, index) => index === 1;

/**
 * By operator. A weight of MatMul may be merely transposed, those of recurrent layers merely in another order, so they
 * have no rule. A batch normalisation without gains of its own takes them from `Constant` nodes. Zeros for each head and
 * pair of positions come from a table; of one that has values, the values show the table.
 */
const rules: Readonly<Record<string, Rule>> = {
	Conv: isWeight,
	ConvTranspose: isWeight,
	Gemm: (_, index, { attributes }) => index === 1 && attributes.get("transB")?.value === 1,
	BatchNormalization: isWeight,
	Add: isFreshTable,
};

/** What torch.onnx calls the results of its arithmetic, and what it calls parameters. */
const computedName = /^onnx::\w+_\d+$/;
const ownName = /^(?!onnx::)[^/]*\.[^/.]+$/;

/**
 * What should be known of a file of torch.onnx's older exporter, whose weights it has computed: a normalisation is in the
 * convolution before it, a kernel is standardised, a fresh table was looked up. Its names show it: parameters have those
 * of a state dict.
 */
export function computedWeights({ nodes, initializers }: OnnxGraph, where: string): readonly Notice[] {
	const tensors = new Map(initializers.map(({ name, tensor }) => [name, tensor]));
	if (![...tensors.keys()].some((name) => ownName.test(name))) return [];
	const isComputed = (name: string, index: number, node: OnnxNode): boolean => {
		const tensor = computedName.test(name) && node.domain === "" ? tensors.get(name) : undefined;
		return tensor !== undefined && rules[node.opType]?.(tensor, index, node) === true;
	};
	const computed = [
		...new Set(nodes.flatMap((node) => node.inputs.filter((name, index) => isComputed(name, index, node)))),
	];
	if (computed.length === 0) return [];
	const these = computed.length === 1 ? "1 weight" : `${String(computed.length)} weights`;
	return [
		{
			code: "weights-computed",
			text:
				`${where}: its exporter has computed ${these} of layers: ${firstNames(computed)}. What it computed them from, such ` +
				"as a batch normalisation, the norm of a kernel or a table of positions, is not in the file, and is not trained.",
			hint: "torch.onnx.export(…, do_constant_folding=False) or torch.onnx.export(…, dynamo=True, optimize=False) keeps it.",
		},
	];
}
