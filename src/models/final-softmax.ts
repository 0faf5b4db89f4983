/** Classifiers that end in their probabilities: the logits before them. */
import { numberOf } from "../graph/attributes.js";
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from "../onnx/model.js";

/** Operators that may stand behind the last one and change no more than how its numbers are stored. */
const storing = new Set(["Identity", "Cast", "QuantizeLinear", "DequantizeLinear"]);

/** What a model's last operator makes of logits. */
export type FinalOperator = "Softmax" | "LogSoftmax";

/** A model that gives logits. */
export interface LogitsModel {
	readonly model: OnnxModel;
	/** The operator that was taken off; absent where the model had none, and is as it was. */
	readonly removed?: FinalOperator;
}

/**
 * A model without a Softmax or LogSoftmax over the classes at its first output, which is then the logits before it. What
 * only stores the output in another form (`Cast`, `QuantizeLinear` and `DequantizeLinear`) goes with it.
 */
export function withoutFinalSoftmax(model: OnnxModel): LogitsModel {
	const { graph } = model;
	const [output, ...others] = graph.outputs;
	const last = output && finalOperator(graph, output.name);
	const logits = last?.node.inputs[0];
	if (output === undefined || last === undefined || logits === undefined) return { model };
	const type = typeOf(graph, logits) ?? (last.changesType ? undefined : output.type);
	if (type === undefined) return { model };
	const outputs = [{ ...output, name: logits, type }, ...others];
	return {
		model: { ...model, graph: { ...graph, outputs, nodes: withoutNodes(graph, last.chain) } },
		removed: last.node.opType === "Softmax" ? "Softmax" : "LogSoftmax",
	};
}

/** The type of a value inside a model, where its file says so. */
function typeOf({ valueInfos }: OnnxGraph, value: string): OnnxValueInfo["type"] | undefined {
	return valueInfos.find(({ name }) => name === value)?.type;
}

interface Found {
	readonly node: OnnxNode;
	/** It and what stands behind it. */
	readonly chain: readonly OnnxNode[];
	/** Whether the output may be of another type than the logits. */
	readonly changesType: boolean;
}

function finalOperator(graph: OnnxGraph, output: string): Found | undefined {
	const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
	const chain: OnnxNode[] = [];
	for (let node = makers.get(output); node !== undefined; node = makers.get(node.inputs[0] ?? "")) {
		chain.push(node);
		if (node.domain === "" && (node.opType === "Softmax" || node.opType === "LogSoftmax")) {
			const changesType = chain.some(({ opType }) => opType === "Cast");
			return isOverClasses(node) ? { node, chain, changesType } : undefined;
		}
		if (!storing.has(node.opType)) return undefined;
	}
	return undefined;
}

/** Over the last axis of `[batch, classes]`; up to operator set 12 the default was 1, the same. */
function isOverClasses({ attributes }: OnnxNode): boolean {
	return [-1, 1].includes(numberOf(Object.fromEntries(attributes), "axis", -1));
}

/** The nodes but those of a chain that nothing else needs. */
function withoutNodes({ nodes, outputs }: OnnxGraph, chain: readonly OnnxNode[]): readonly OnnxNode[] {
	const kept = new Set(outputs.slice(1).map(({ name }) => name));
	const gone = new Set<OnnxNode>();
	for (const node of chain) {
		const used = (name: string): boolean =>
			kept.has(name) || nodes.some((other) => !gone.has(other) && other.inputs.includes(name));
		if (node.outputs.some(used)) break;
		gone.add(node);
	}
	return nodes.filter((node) => !gone.has(node));
}
