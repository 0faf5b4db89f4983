/** Classifiers that end in their probabilities: the logits before them. */
import { numberOf } from "../graph/attributes.js";
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from "../onnx/model.js";

/** What a model's last operator makes of logits. */
export type FinalOperator = "Softmax" | "LogSoftmax" | "Sigmoid";

/** A model that gives logits. */
export interface LogitsModel {
	readonly model: OnnxModel;
	/** The operator that was taken off; absent where the model had none, and is as it was. */
	readonly removed?: FinalOperator;
}

/** What may stand behind the last operator: `stored` goes with it, `shaped` moves the same numbers and stays. */
type Passing = "stored" | "shaped";

/** What an operator does with the numbers behind it. */
interface Passage {
	readonly how: Passing;
	/** Whether it changes no more of probabilities than rounding does; always where absent. */
	readonly keeps?: (graph: OnnxGraph, node: OnnxNode) => boolean;
	/** The same of their logarithms. */
	readonly keepsLogarithms?: (graph: OnnxGraph, node: OnnxNode) => boolean;
}

/** Numbers as far from 0 or 1 as this are what clipping and small constants may change of probabilities. */
const margin = 0.01;

const never = (): boolean => false;

/** Operators that may stand behind the last one, by their names. */
const passages: Readonly<Record<string, Passage>> = {
	Identity: { how: "stored" },
	Dropout: { how: "stored" },
	Cast: { how: "stored" },
	QuantizeLinear: { how: "stored" },
	DequantizeLinear: { how: "stored" },
	Flatten: { how: "shaped" },
	Reshape: { how: "shaped" },
	Squeeze: { how: "shaped" },
	Unsqueeze: { how: "shaped" },
	Clip: {
		how: "stored",
		keeps: (graph, node) => boundOf(graph, node, 1, "min") <= margin && boundOf(graph, node, 2, "max") >= 1 - margin,
		keepsLogarithms: (graph, node) =>
			boundOf(graph, node, 1, "min") <= Math.log(margin) && boundOf(graph, node, 2, "max") >= 0,
	},
	Max: {
		how: "stored",
		keeps: (graph, node) => otherConstant(graph, node) <= margin,
		keepsLogarithms: (graph, node) => otherConstant(graph, node) <= Math.log(margin),
	},
	Min: {
		how: "stored",
		keeps: (graph, node) => otherConstant(graph, node) >= 1 - margin,
		keepsLogarithms: (graph, node) => otherConstant(graph, node) >= 0,
	},
	Add: {
		how: "stored",
		keeps: (graph, node) => Math.abs(otherConstant(graph, node)) <= margin,
		keepsLogarithms: never,
	},
	Mul: {
		how: "stored",
		keeps: (graph, node) => Math.abs(otherConstant(graph, node) - 1) <= margin,
		keepsLogarithms: never,
	},
	Div: {
		how: "stored",
		keeps: (graph, node) => Math.abs(constantAt(graph, node, 1) - 1) <= margin || isOverOwnSum(graph, node),
		keepsLogarithms: never,
	},
};

/**
 * A model without a Softmax or LogSoftmax over the classes, or a Sigmoid, at its first output, which is then the logits
 * before it. What only stores the output in another form goes with it: a Cast, quantisation, a Clip or a small constant
 * that keeps probabilities from 0, the division by their own sum. A logarithm of the Softmax counts as LogSoftmax.
 */
export function withoutFinalOperator(model: OnnxModel): LogitsModel {
	const { graph } = model;
	const [output, ...others] = graph.outputs;
	const last = output && finalOperator(graph, output.name);
	const logits = last?.node.inputs[0];
	if (output === undefined || last === undefined || logits === undefined) return { model };
	const changesType = last.chain.some(({ opType }) => opType === "Cast");
	const type = typeOf(graph, logits) ?? (changesType ? undefined : output.type);
	if (type === undefined) return { model };
	const kept = nodesWithout(graph, last.chain);
	const shaping = last.shaping.toReversed().map((node, at, all): OnnxNode => {
		const before = all[at - 1];
		const from = before === undefined ? logits : shapedName(before);
		return {
			...node,
			name: `${node.name}/logits`,
			inputs: [from, ...node.inputs.slice(1)],
			outputs: [shapedName(node)],
		};
	});
	const [outermost] = last.shaping;
	const name = outermost === undefined ? logits : shapedName(outermost);
	const outputs = [{ ...output, name, type }, ...others];
	return { model: { ...model, graph: { ...graph, outputs, nodes: [...kept, ...shaping] } }, removed: last.operator };
}

const shapedName = ({ outputs }: OnnxNode): string => `${outputs[0] ?? ""}/logits`;

/** The type of a value inside a model, where its file says so. */
function typeOf({ valueInfos }: OnnxGraph, value: string): OnnxValueInfo["type"] | undefined {
	return valueInfos.find(({ name }) => name === value)?.type;
}

interface Found {
	readonly operator: FinalOperator;
	readonly node: OnnxNode;
	/** It and what stands behind it, the output first. */
	readonly chain: readonly OnnxNode[];
	/** Those of them that only shape, the output first. */
	readonly shaping: readonly OnnxNode[];
}

function finalOperator(graph: OnnxGraph, output: string): Found | undefined {
	const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
	const chain: OnnxNode[] = [];
	const shaping: OnnxNode[] = [];
	/** What was passed since the last logarithm. */
	let behind: OnnxNode[] = [];
	let logarithms = 0;
	for (let node = makers.get(output); node !== undefined; node = makers.get(variableInput(graph, node))) {
		chain.push(node);
		const { opType } = node;
		if (isDefault(node) && isFinal(opType)) {
			const operator = logarithms === 0 ? opType : logarithmOf(opType, logarithms);
			const kept = behind.every((one) => keepsNumbers(graph, one, opType));
			const fits = operator !== undefined && kept && isOverClasses(node) && keepsRows(graph, node, shaping);
			return fits ? { operator, node, chain, shaping } : undefined;
		}
		if (isDefault(node) && opType === "Log") {
			if (!behind.every((one) => keepsNumbers(graph, one, "LogSoftmax"))) return undefined;
			[behind, logarithms] = [[], logarithms + 1];
			continue;
		}
		const passage = passages[opType];
		if (passage === undefined) return undefined;
		if (passage.how === "shaped") shaping.push(node);
		behind.push(node);
	}
	return undefined;
}

/**
 * Whether a node changes no more than rounding does of what a last operator makes. Scores of a Sigmoid that are divided by
 * their sum are other probabilities than the softmax over the logits before it.
 */
function keepsNumbers(graph: OnnxGraph, node: OnnxNode, operator: FinalOperator): boolean {
	if (operator === "Sigmoid" && isOverOwnSum(graph, node)) return false;
	const { keeps, keepsLogarithms } = passages[node.opType] ?? {};
	return (operator === "LogSoftmax" ? keepsLogarithms : keeps)?.(graph, node) ?? true;
}

const isDefault = ({ domain }: OnnxNode): boolean => domain === "";

function isFinal(opType: string): opType is FinalOperator {
	return opType === "Softmax" || opType === "LogSoftmax" || opType === "Sigmoid";
}

/** What an operator and the logarithms behind it are together. */
function logarithmOf(operator: FinalOperator, logarithms: number): FinalOperator | undefined {
	return operator === "Softmax" && logarithms === 1 ? "LogSoftmax" : undefined;
}

/** Over the last axis of `[batch, classes]`; up to operator set 12 the default was 1, the same. A Sigmoid has no axis. */
function isOverClasses({ opType, attributes }: OnnxNode): boolean {
	return opType === "Sigmoid" || [-1, 1].includes(numberOf(Object.fromEntries(attributes), "axis", -1));
}

/** Whether rows over which an operator works are still the rows of `[batch, classes]` behind what shapes them. */
function keepsRows({ valueInfos }: OnnxGraph, { opType, inputs }: OnnxNode, shaping: readonly OnnxNode[]): boolean {
	if (opType === "Sigmoid" || shaping.every((node) => node.opType === "Squeeze" || node.opType === "Unsqueeze"))
		return true;
	const dims = valueInfos.find(({ name }) => name === inputs[0])?.dims;
	return dims !== undefined && dims.slice(1).filter((dim) => dim !== 1).length <= 1;
}

/** The input of a node that is no constant of one element; the first where none is. */
function variableInput(graph: OnnxGraph, { inputs }: OnnxNode): string {
	return inputs.find((name) => Number.isNaN(scalarOf(graph, name))) ?? inputs[0] ?? "";
}

/** Whether a node divides values by their own sum. */
function isOverOwnSum({ nodes }: OnnxGraph, { opType, inputs: [values, sum] }: OnnxNode): boolean {
	if (opType !== "Div") return false;
	const maker = nodes.find(({ outputs }) => sum !== undefined && outputs.includes(sum));
	return maker !== undefined && ["ReduceSum", "ReduceL1"].includes(maker.opType) && maker.inputs[0] === values;
}

/** A constant of one element; NaN where the value is none. */
function scalarOf({ initializers, nodes }: OnnxGraph, value: string): number {
	const tensor = initializers.find(({ name }) => name === value)?.tensor;
	const attribute = nodes
		.find(({ opType, outputs }) => opType === "Constant" && outputs[0] === value)
		?.attributes.get("value");
	const constant = tensor ?? (attribute?.kind === "tensor" ? attribute.value : undefined);
	return constant?.data.length === 1 ? Number(constant.data[0]) : Number.NaN;
}

function constantAt(graph: OnnxGraph, { inputs }: OnnxNode, at: number): number {
	return scalarOf(graph, inputs[at] ?? "");
}

/** The constant of a node of two inputs. */
function otherConstant(graph: OnnxGraph, node: OnnxNode): number {
	const [first, second] = [constantAt(graph, node, 0), constantAt(graph, node, 1)];
	return Number.isNaN(first) ? second : first;
}

/** A bound of a Clip: an attribute before operator set 11, then an input; none is beyond every number. */
function boundOf(graph: OnnxGraph, node: OnnxNode, at: number, name: "min" | "max"): number {
	const attribute = node.attributes.get(name);
	if (attribute?.kind === "float") return attribute.value;
	if ((node.inputs[at] ?? "") === "") return name === "min" ? -Infinity : Infinity;
	return constantAt(graph, node, at);
}

/** The nodes but those of a chain that nothing else needs. */
function nodesWithout({ nodes, outputs }: OnnxGraph, chain: readonly OnnxNode[]): readonly OnnxNode[] {
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
