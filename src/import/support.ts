import { LimbeckError } from "../errors.js";
import type { OnnxModel, OnnxNode } from "../onnx/model.js";
import { compositeOf, operatorOf } from "../ops/index.js";
import { nodeName } from "./rewrite.js";

/** A kind of operator that nothing is trained through, and what to do about it. */
interface Refusal {
	readonly applies: (node: OnnxNode) => boolean;
	readonly hint: (operators: string) => string;
}

const quantised = /^(?:QLinear|Q(?:Gemm|Attention|MoE|Embed)|MatMul(?:NBits|Bnb4)$)|Integer|Quantize/;
const controlFlow = new Set(["If", "Loop", "Scan", "SequenceMap"]);

const refusals: readonly Refusal[] = [
	{
		applies: ({ opType }) => quantised.test(opType),
		hint: (operators) =>
			`A quantised model (${operators}) has no gradients: train the float model and quantise it afterwards. ` +
			"As a teacher it can stay as it is.",
	},
	{
		applies: ({ opType, domain }) => opType === "If" && domain === "",
		hint: () =>
			"A branch is read where its condition is a constant, or a matter of sizes that are the same for every batch and " +
			"known: export the model with a fixed height and width, or by tracing, so that no branch is left.",
	},
	{
		applies: ({ opType }) => controlFlow.has(opType),
		hint: (operators) => `${operators} decide at run time: export the model by tracing, so that they are resolved.`,
	},
	{
		applies: (node) => !isKnown(node),
		hint: (operators) =>
			`Limbeck has no entry for ${operators}: replace these nodes by operators that it knows, or freeze everything ` +
			"up to them and export with shape inference, so that their output types are in the file.",
	},
];

/** Whether Limbeck has an entry for a node's operator. */
export function isKnown({ opType, domain }: Pick<OnnxNode, "opType" | "domain">): boolean {
	if (domain === "" && compositeOf(opType) !== undefined) return true;
	const operator = operatorOf(opType);
	return operator !== undefined && (operator.domain ?? "") === domain;
}

/** Whether nothing can be trained where this node stands: it is part of a quantised model, or of control flow. */
export function isUntrainable(node: OnnxNode): boolean {
	return quantised.test(node.opType) || controlFlow.has(node.opType);
}

/**
 * Refuses nodes that cannot stand in a training graph: all of them in one error, by name and operator, with what to do.
 *
 * @throws LimbeckError (`model`) where there are any.
 */
export function refuseNodes(nodes: readonly OnnxNode[]): void {
	if (nodes.length === 0) return;
	const hints = new Map<Refusal, Set<string>>();
	for (const node of nodes) {
		const refusal = refusals.find(({ applies }) => applies(node));
		if (refusal === undefined) continue;
		hints.set(refusal, (hints.get(refusal) ?? new Set()).add(node.opType));
	}
	throw new LimbeckError("model", {
		where: nodes.map((node) => `${nodeName(node)} (${node.opType})`).join(", "),
		expected: "operators that Limbeck can train through",
		got: [...new Set(nodes.map(({ opType }) => opType))].join(", "),
		hint: Array.from(hints, ([refusal, operators]) => refusal.hint([...operators].join(", "))).join(" "),
	});
}

/**
 * Refuses what no choice of frozen weights can mend: quantised models and control flow.
 *
 * @throws LimbeckError (`model`) that lists these nodes, and the unknown ones with them.
 */
export function refuseUntrainable({ graph }: OnnxModel): void {
	if (!graph.nodes.some(isUntrainable)) return;
	refuseNodes(graph.nodes.filter((node) => isUntrainable(node) || !isKnown(node)));
}
