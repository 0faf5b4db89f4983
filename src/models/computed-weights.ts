/** Weights that an exporter has computed from parameters which are not in the file. */
import type { Notice } from "../notices.js";
import type { OnnxGraph, OnnxNode } from "../onnx/model.js";
import { firstNames } from "./copies.js";

/**
 * Operators whose weight is a parameter as it is, under its own name, unless it was computed. A weight of MatMul may be
 * merely transposed, those of recurrent layers merely in another order.
 */
const takesOwn: Readonly<Record<string, (node: OnnxNode) => boolean>> = {
	Conv: () => true,
	ConvTranspose: () => true,
	Gemm: ({ attributes }) => attributes.get("transB")?.value === 1,
};

/** What torch.onnx calls the results of its arithmetic, and what it calls parameters. */
const computedName = /^onnx::\w+_\d+$/;
const ownName = /^(?!onnx::)[^/]*\.[^/.]+$/;

/**
 * What should be known of a file of torch.onnx's older exporter, whose weights it has computed: a normalisation is in the
 * convolution before it, a kernel is standardised. Its names show it: parameters have those of a state dict.
 */
export function computedWeights({ nodes, initializers }: OnnxGraph, where: string): readonly Notice[] {
	const names = new Set(initializers.map(({ name }) => name));
	if (![...names].some((name) => ownName.test(name))) return [];
	const weights = nodes.flatMap((node) => {
		const [, weight = ""] = node.inputs;
		const takes = node.domain === "" && takesOwn[node.opType]?.(node) === true;
		return takes && names.has(weight) && computedName.test(weight) ? [weight] : [];
	});
	const computed = [...new Set(weights)];
	if (computed.length === 0) return [];
	const these = computed.length === 1 ? "1 weight" : `${String(computed.length)} weights`;
	return [
		{
			code: "weights-computed",
			text:
				`${where}: its exporter has computed ${these} of layers: ${firstNames(computed)}. What it computed them from, such ` +
				"as a batch normalisation behind the layer or the norm of a kernel, is not in the file, and is not trained.",
			hint: "torch.onnx.export(…, do_constant_folding=False) or torch.onnx.export(…, dynamo=True, optimize=False) keeps it.",
		},
	];
}
