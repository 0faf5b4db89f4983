import type { Attributes } from "../graph/attributes.js";
import type { OnnxGraph, OnnxInitializer, OnnxModel, OnnxNode } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";

/** What a rule that rewrites a node may ask of the graph around it. */
export interface Surroundings {
	/** The value of an initialiser; `undefined` for a value that is computed or fed. */
	readonly constantOf: (name: string) => Tensor | undefined;
	/** The sizes of a value, where the file says so: numbers, or names of those that vary. */
	readonly dimsOf: (name: string) => readonly (number | string)[] | undefined;
	/** How many axes a value has, where the file says so. */
	readonly rankOf: (name: string) => number | undefined;
	/** Adds an initialiser; its name is `base` or begins with it. */
	readonly addConstant: (base: string, tensor: Tensor) => string;
	/** A name that nothing has: `base`, or one that begins with it. */
	readonly freshName: (base: string) => string;
}

/** What stands in a node's place. */
export type Rewrite = (node: OnnxNode, around: Surroundings) => readonly OnnxNode[];

/** A model with each node replaced by what `rewrite` makes of it, in order. */
export function rewriteNodes(model: OnnxModel, rewrite: Rewrite): OnnxModel {
	const { graph } = model;
	const added: OnnxInitializer[] = [];
	const constants = new Map(graph.initializers.map(({ name, tensor }) => [name, tensor]));
	const shapes = new Map(
		[...graph.inputs, ...graph.valueInfos, ...graph.outputs].map(({ name, dims }) => [name, dims]),
	);
	const dimsOf = (name: string): readonly (number | string)[] | undefined =>
		constants.get(name)?.dims ?? shapes.get(name);
	const freshName = freshNames(graph);
	const around: Surroundings = {
		constantOf: (name) => constants.get(name),
		dimsOf,
		rankOf: (name) => dimsOf(name)?.length,
		addConstant: (base, tensor) => {
			const name = freshName(base);
			constants.set(name, tensor);
			added.push({ name, tensor });
			return name;
		},
		freshName,
	};
	const nodes = graph.nodes.flatMap((node) => rewrite(node, around));
	return { ...model, graph: { ...graph, nodes, initializers: [...graph.initializers, ...added] } };
}

/** The name of a node for people: its own, or that of its first output. */
export function nodeName({ name, outputs }: OnnxNode): string {
	return name === "" ? (outputs[0] ?? "") : name;
}

/** A node of ONNX's own domain. */
export function onnxNode(
	opType: string,
	inputs: readonly string[],
	outputs: readonly string[],
	attributes: Attributes = {},
): OnnxNode {
	return {
		name: outputs[0] ?? "",
		opType,
		domain: "",
		inputs,
		outputs,
		attributes: new Map(Object.entries(attributes)),
	};
}

/** The node without some of its attributes. */
export function withoutAttributes(node: OnnxNode, ...names: readonly string[]): OnnxNode {
	return { ...node, attributes: new Map([...node.attributes].filter(([name]) => !names.includes(name))) };
}

/** The node with some attributes more, or others in their place. */
export function withAttributes(node: OnnxNode, attributes: Attributes): OnnxNode {
	return { ...node, attributes: new Map([...node.attributes, ...Object.entries(attributes)]) };
}

/** Names that nothing in a graph has, each once: `base`, or one that begins with it. */
export function freshNames(graph: OnnxGraph): (base: string) => string {
	const names = namesOf(graph);
	return (base) => {
		let name = base;
		for (let count = 1; names.has(name); count++) name = `${base}_${String(count)}`;
		names.add(name);
		return name;
	};
}

function namesOf({ inputs, initializers, nodes }: OnnxGraph): Set<string> {
	return new Set([
		...inputs.map(({ name }) => name),
		...initializers.map(({ name }) => name),
		...nodes.flatMap((node) => node.outputs),
	]);
}
