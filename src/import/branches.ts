/**
 * Models without branches whose condition is a matter of shapes: exporters write an If where code asks how large
 * something is, and which branch is taken is known once sizes are. Source: ONNX operator specification, If.
 */
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from "../onnx/model.js";
import { freshNames, nodeName, onnxNode } from "./rewrite.js";
import { inferredValues } from "./shapes.js";

/** Batch sizes that a file with an open batch is tried with. Code that asks for a batch of one does so to drop the axis. */
const batches = { usual: [2, 3], single: 1 } as const;

const isBranch = ({ opType, domain }: OnnxNode): boolean => opType === "If" && domain === "";

/**
 * The model with the branches that are taken in the place of every If whose condition is known: a constant, or a matter of
 * sizes that are the same for every batch. Branches inside branches are looked at again.
 *
 * @param inCurrentForm - the form whose shapes are known.
 * @param sampleShape - takes the place of sizes that the file leaves open.
 */
export function withoutBranches(
	model: OnnxModel,
	inCurrentForm: (model: OnnxModel) => OnnxModel,
	sampleShape?: readonly number[],
): OnnxModel {
	let [current, taken] = [model, 0];
	const single: string[] = [];
	while (current.graph.nodes.some(isBranch)) {
		const decided = decisions(inCurrentForm(current), sampleShape);
		if (decided.size === 0) break;
		for (const [, { forOne, name }] of decided) if (forOne) single.push(name);
		taken += decided.size;
		current = withTaken(current, decided);
	}
	if (taken === 0 || single.length === 0) return current;
	const text =
		`${single.join(", ")}: a batch of one sample takes another branch in the file than larger batches do; ` +
		"the branch for larger batches is read, for every batch.";
	return { ...current, notices: [...(current.notices ?? []), { code: "branch-for-one", text }] };
}

/** Which branch of an If is taken. */
interface Decision {
	readonly name: string;
	readonly taken: boolean;
	/** Whether a batch of one takes the other. */
	readonly forOne: boolean;
}

/** What is known of conditions, by the first output of each If. */
function decisions(model: OnnxModel, sampleShape?: readonly number[]): ReadonlyMap<string, Decision> {
	const [input] = model.graph.inputs;
	const isOpen = typeof input?.dims?.[0] === "string";
	const at = (batch: number): ReadonlyMap<string, boolean> => conditions(withSizes(model, batch, sampleShape));
	const [first, ...others] = batches.usual.map(at);
	const alone = isOpen ? at(batches.single) : first;
	const found = new Map<string, Decision>();
	for (const node of model.graph.nodes.filter(isBranch)) {
		const output = node.outputs[0] ?? "";
		const taken = first?.get(output);
		if (taken === undefined || others.some((other) => other.get(output) !== taken)) continue;
		found.set(output, { name: nodeName(node), taken, forOne: alone?.get(output) === !taken });
	}
	return found;
}

/** The conditions that are known of a model whose input sizes are. */
function conditions(model: OnnxModel): ReadonlyMap<string, boolean> {
	const values = inferredValues(model);
	return new Map(
		model.graph.nodes.filter(isBranch).flatMap(({ inputs, outputs }) => {
			const constant = values.get(inputs[0] ?? "")?.constant;
			return constant?.type === "bool" ? [[outputs[0] ?? "", constant.data[0] === 1] as const] : [];
		}),
	);
}

/** The model with sizes in the place of those that its input leaves open. */
function withSizes(model: OnnxModel, batch: number, sampleShape: readonly number[] = []): OnnxModel {
	const sized = (info: OnnxValueInfo): OnnxValueInfo => {
		const fits = info.dims?.length === sampleShape.length + 1;
		const sizes = info.dims?.map((size, axis) => {
			if (typeof size === "number") return size;
			return axis === 0 ? batch : ((fits ? sampleShape[axis - 1] : undefined) ?? size);
		});
		return { ...info, dims: sizes };
	};
	return { ...model, graph: { ...model.graph, inputs: model.graph.inputs.map(sized) } };
}

/** The model with the nodes of the branches that are taken. */
function withTaken(model: OnnxModel, decided: ReadonlyMap<string, Decision>): OnnxModel {
	const { graph } = model;
	const freshName = freshNames(graph);
	const initializers = [...graph.initializers];
	const nodes = graph.nodes.flatMap((node) => {
		const decision = isBranch(node) ? decided.get(node.outputs[0] ?? "") : undefined;
		const body = decision && node.attributes.get(decision.taken ? "then_branch" : "else_branch");
		if (body?.kind !== "graph") return [node];
		const inlined = inlinedBody(body.value, node.outputs, freshName);
		initializers.push(...inlined.initializers);
		return inlined.nodes;
	});
	return { ...model, graph: { ...graph, nodes, initializers } };
}

/** A branch's nodes and constants under names of the graph around it. */
function inlinedBody(
	body: OnnxGraph,
	outputs: readonly string[],
	freshName: (base: string) => string,
): Pick<OnnxGraph, "nodes" | "initializers"> {
	const made = body.nodes.flatMap((node) => node.outputs).filter((name) => name !== "");
	const own = new Map<string, string>();
	for (const [at, { name }] of body.outputs.entries()) {
		if (made.includes(name) && !own.has(name)) own.set(name, outputs[at] ?? freshName(name));
	}
	for (const name of [...made, ...body.initializers.map((one) => one.name)]) {
		if (!own.has(name)) own.set(name, freshName(name));
	}
	const nameOf = (name: string): string => own.get(name) ?? name;
	// What is an output under two names, or comes from outside, has no node that could take the name.
	const passed = body.outputs.flatMap(({ name }, at) => {
		const output = outputs[at] ?? "";
		return output === "" || nameOf(name) === output ? [] : [onnxNode("Identity", [nameOf(name)], [output])];
	});
	return {
		nodes: [...body.nodes.map((node) => renamedNode(node, nameOf)), ...passed],
		initializers: body.initializers.map(({ name, tensor }) => ({ name: nameOf(name), tensor })),
	};
}

function renamedNode(node: OnnxNode, nameOf: (name: string) => string): OnnxNode {
	const attributes = Array.from(node.attributes, ([key, one]): readonly [string, OnnxAttribute] => [
		key,
		one.kind === "graph" ? { kind: one.kind, value: renamedFromOutside(one.value, nameOf) } : one,
	]);
	return {
		...node,
		inputs: node.inputs.map(nameOf),
		outputs: node.outputs.map(nameOf),
		attributes: new Map(attributes),
	};
}

/** A body with other names for what it takes from the graph around it. */
function renamedFromOutside(body: OnnxGraph, nameOf: (name: string) => string): OnnxGraph {
	const own = new Set([
		...[...body.inputs, ...body.initializers].map(({ name }) => name),
		...body.nodes.flatMap(({ outputs }) => outputs),
	]);
	const outer = (name: string): string => (own.has(name) ? name : nameOf(name));
	return {
		...body,
		nodes: body.nodes.map((node) => renamedNode(node, outer)),
		outputs: body.outputs.map((info) => ({ ...info, name: outer(info.name) })),
	};
}
