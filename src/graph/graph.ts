import { LimbeckError } from "../errors.js";
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxValueInfo } from "../onnx/model.js";
import { elementCount, type Tensor, tensorArrays } from "../onnx/tensor.js";
import type { Attributes } from "./attributes.js";
import { checkedTypes } from "./types.js";
import type { Value, ValueType } from "./value.js";

/** One operation of a graph. An absent optional input is `undefined`. */
export interface Node {
	readonly opType: string;
	readonly domain: string;
	readonly inputs: readonly (Value | undefined)[];
	readonly outputs: readonly Value[];
	readonly attributes: Attributes;
}

/** What an operator table tells a graph: the types of a node's outputs, and the domain it lives in. */
export interface OperatorTyping {
	readonly domain: string;
	/** The types of the outputs; throws where the operands do not fit. */
	readonly infer: (inputs: readonly (Value | undefined)[], attributes: Attributes) => readonly ValueType[];
}

/** An operator that is built from others: adds their nodes, and returns the outputs. */
export interface OperatorExpansion {
	/** Adds the nodes that the operator is made of, and returns its outputs. */
	readonly expand: (g: Graph, inputs: readonly (Value | undefined)[], attributes: Attributes) => readonly Value[];
}

/** Finds an operator's typing, or what it is built from; throws where the operator is unknown. */
export type TypingOf = (opType: string) => OperatorTyping | OperatorExpansion;

/** Adds to `g` what does a node's work faster on a machine, and returns the outputs; `undefined` to leave it as it is. */
export type Lowering = (g: Graph, node: Node) => readonly Value[] | undefined;

/** Names that are unique over a graph and its bodies, and the same on every run. */
class Names {
	private readonly used = new Map<string, number>();

	fresh(base: string): string {
		const count = this.used.get(base) ?? 0;
		this.used.set(base, count + 1);
		return count === 0 ? base : this.fresh(`${base}_${count}`);
	}
}

/**
 * A graph under construction. Nodes are kept in the order in which they were added, so every value is defined before
 * it is used. A body (the inside of a `Loop` or `Scan`) sees the values of the graph around it.
 */
export class Graph {
	private readonly typingOf: TypingOf;
	private readonly lowering: Lowering | undefined;
	/** Whether a `Loop` or `Scan` in it does its work where the other nodes do. */
	readonly hasLoops: boolean;
	private readonly names: Names;
	private readonly nodeList: Node[] = [];
	private readonly producers = new Map<string, Node>();
	private readonly inputList: Value[] = [];
	private readonly constants = new Map<string, Value>();

	/**
	 * @param typingOf - the operator table to type nodes with; `createGraph` of `ops/` passes ours.
	 * @param lowering - asked for every node of the finished graph; none is replaced where absent.
	 * @param hasLoops - that of `parent` where absent.
	 */
	constructor(typingOf: TypingOf, lowering?: Lowering, parent?: Graph, hasLoops = parent?.hasLoops ?? true) {
		this.typingOf = typingOf;
		this.hasLoops = hasLoops;
		this.lowering = lowering;
		this.names = parent === undefined ? new Names() : parent.names;
	}

	get nodes(): readonly Node[] {
		return this.nodeList;
	}

	get inputs(): readonly Value[] {
		return this.inputList;
	}

	/** The inside of a control-flow node: a graph that may use this one's values. */
	body(): Graph {
		return new Graph(this.typingOf, this.lowering, this);
	}

	/** A name that nothing in this graph and the graphs around it has. */
	fresh(base: string): string {
		return this.names.fresh(base);
	}

	/** Declares an input. Its name is taken as it is, so that callers can feed it. */
	input(name: string, type: ValueType): Value {
		const value: Value = { name: this.unique(name), type: type.type, dims: type.dims };
		this.inputList.push(value);
		return value;
	}

	/** A weight or another large constant. Its name is taken as it is. */
	parameter(name: string, tensor: Tensor): Value {
		const value: Value = { name: this.unique(name), type: tensor.type, dims: tensor.dims, constant: tensor };
		this.constants.set(value.name, value);
		return value;
	}

	/** A small constant; equal ones are kept once. */
	constant(tensor: Tensor): Value {
		const key = `${tensor.type}[${tensor.dims.join()}]${tensor.data.join()}`;
		const known = this.constants.get(key);
		if (known !== undefined) return known;
		const name = this.names.fresh("constant");
		const value: Value = { name, type: tensor.type, dims: tensor.dims, constant: tensor };
		this.constants.set(key, value);
		return value;
	}

	/** A scalar constant of the element type of `like` (float where absent). */
	scalar(value: number, like: { readonly type: Tensor["type"] } = { type: "float" }): Value {
		const ArrayType = tensorArrays[like.type];
		const data = ArrayType === BigInt64Array || ArrayType === BigUint64Array ? [BigInt(value)] : [value];
		// `data` holds bigints exactly when the array does; TypeScript cannot follow the pairing through the table.
		const tensor = { type: like.type, dims: [], data: (ArrayType.from as (x: unknown) => unknown)(data) };
		return this.constant(tensor as unknown as Tensor);
	}

	/** A constant vector of int64, as shape and axis inputs want it. */
	integers(values: readonly number[]): Value {
		return this.constant({ type: "int64", dims: [values.length], data: BigInt64Array.from(values, BigInt) });
	}

	/** Adds a node with one output. */
	op(opType: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}, name = opType): Value {
		const [output] = this.ops(opType, inputs, attributes, name);
		if (output === undefined) {
			throw new LimbeckError("model", { where: opType, expected: "an operator with an output", got: "none" });
		}
		return output;
	}

	/** Adds a node, or the nodes that an operator is built from; the outputs in order. */
	ops(
		opType: string,
		inputs: readonly (Value | undefined)[],
		attributes: Attributes = {},
		name = opType,
	): readonly Value[] {
		const operator = this.typingOf(opType);
		if ("expand" in operator) return operator.expand(this, inputs, attributes);
		const types = checkedTypes(operator.infer(inputs, attributes));
		return this.add(opType, operator.domain, inputs, types, attributes, name);
	}

	/** Adds a node whose output types the caller knows, such as a `Loop`. */
	add(
		opType: string,
		domain: string,
		inputs: readonly (Value | undefined)[],
		types: readonly ValueType[],
		attributes: Attributes = {},
		name = opType,
	): readonly Value[] {
		const outputs = types.map(({ type, dims, optional }) => ({
			name: this.names.fresh(name),
			type,
			dims,
			...(optional === true ? { optional } : {}),
		}));
		const node: Node = { opType, domain, inputs, outputs, attributes };
		this.nodeList.push(node);
		for (const output of outputs) this.producers.set(output.name, node);
		return outputs;
	}

	/** The node of this graph that computes a value; `undefined` for inputs, constants, and values of graphs around it. */
	producerOf({ name }: Value): Node | undefined {
		return this.producers.get(name);
	}

	/**
	 * The finished graph. Nodes that no output needs are left out.
	 *
	 * @param outputs - the outputs in order, under the names that callers will read.
	 */
	toOnnx(name: string, outputs: readonly (readonly [name: string, value: Value])[]): OnnxGraph {
		const renames = outputs.flatMap(([as, value]) =>
			as === value.name ? [] : [onnxNode("Identity", "", [value.name], [as], {})],
		);
		const needed = this.neededFor(outputs.map(([, value]) => value));
		const lowered = new Graph(this.typingOf, undefined, this);
		const nodes = needed.nodes.flatMap((node) => this.lowered(node, lowered, needed.values));
		return {
			name,
			inputs: this.inputList.map((value) => valueInfo(value.name, value)),
			outputs: outputs.map(([as, value]) => valueInfo(as, value)),
			valueInfos: [],
			initializers: [
				...[...this.constants.values()].filter(({ name: key }) => needed.values.has(key)),
				...lowered.constants.values(),
			].flatMap(({ name: key, constant }) => (constant === undefined ? [] : [{ name: key, tensor: constant }])),
			nodes: [...nodes, ...renames],
		};
	}

	/** A node as ONNX, or the nodes that stand for it, which are built in `scratch`. */
	private lowered(node: Node, scratch: Graph, used: ReadonlySet<string>): readonly OnnxNode[] {
		const before = scratch.nodeList.length;
		const outputs = this.lowering?.(scratch, node);
		if (outputs === undefined)
			return [
				withoutUnused(
					toOnnxNode(node, (value) => value.name),
					node,
					used,
				),
			];
		const originals = new Map(outputs.map((output, index) => [output.name, node.outputs[index]?.name]));
		const nameOf = ({ name }: Value): string => originals.get(name) ?? name;
		return scratch.nodeList.slice(before).map((one) => toOnnxNode(one, nameOf));
	}

	private unique(name: string): string {
		if (this.names.fresh(name) === name) return name;
		throw new LimbeckError("model", { where: `value ${name}`, expected: "a name used once", got: "a second use" });
	}

	private neededFor(outputs: readonly Value[]): { nodes: readonly Node[]; values: ReadonlySet<string> } {
		const values = new Set(outputs.map((value) => value.name));
		const nodes: Node[] = [];
		for (const node of this.nodeList.toReversed()) {
			if (!node.outputs.some((output) => values.has(output.name))) continue;
			nodes.push(node);
			for (const input of node.inputs) if (input !== undefined) values.add(input.name);
			for (const outer of outerNames(node.attributes)) values.add(outer);
		}
		return { nodes: nodes.reverse(), values };
	}
}

/** Names that the bodies of a node use: of their own values, and of values of the graphs around them. */
export function outerNames(attributes: Attributes): readonly string[] {
	return Object.values(attributes).flatMap((attribute) => (attribute.kind === "graph" ? namesIn(attribute.value) : []));
}

function namesIn(graph: OnnxGraph): readonly string[] {
	return graph.nodes.flatMap((node) => [...node.inputs, ...outerNames(Object.fromEntries(node.attributes))]);
}

function toOnnxNode({ opType, domain, inputs, outputs, attributes }: Node, nameOf: (value: Value) => string): OnnxNode {
	const names = inputs.map((input) => (input === undefined ? "" : nameOf(input)));
	return onnxNode(opType, domain, names, outputs.map(nameOf), attributes);
}

/**
 * The node without optional outputs that nothing uses. The last ones are not named at all: ONNX Runtime computes some
 * that have an empty name.
 */
function withoutUnused(written: OnnxNode, { outputs }: Node, used: ReadonlySet<string>): OnnxNode {
	const kept = outputs.map(({ name, optional }) => (optional === true && !used.has(name) ? "" : name));
	return { ...written, outputs: kept.slice(0, kept.findLastIndex((name) => name !== "") + 1) };
}

function onnxNode(
	opType: string,
	domain: string,
	inputs: readonly string[],
	outputs: readonly string[],
	attributes: Attributes,
): OnnxNode {
	const entries: readonly (readonly [string, OnnxAttribute])[] = Object.entries(attributes);
	return { name: outputs[0] ?? opType, opType, domain, inputs, outputs, attributes: new Map(entries) };
}

function valueInfo(name: string, { type, dims }: ValueType): OnnxValueInfo {
	return { name, type, dims };
}

/** A tensor of zeros. */
export function zeros({ type, dims }: ValueType): Tensor {
	// The table pairs each type with its array; TypeScript cannot follow the pairing.
	return { type, dims, data: new tensorArrays[type](elementCount(dims)) } as Tensor;
}
