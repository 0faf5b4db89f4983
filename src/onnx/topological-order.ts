import type { OnnxAttribute, OnnxGraph, OnnxNode } from "./model.js";
import { modelError, quote } from "./model-error.js";

/**
 * Nodes in an order in which every value is made before it is used: as they are where they stand so, else each as early
 * as what needs it comes. Converters append nodes at the end of the list.
 *
 * @throws LimbeckError (`model`) where values need each other in a circle.
 */
export function inTopologicalOrder(nodes: readonly OnnxNode[], where: string): readonly OnnxNode[] {
	const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
	makers.delete("");
	const placed = new Set<OnnxNode>();
	const open = new Set<OnnxNode>();
	for (const first of nodes) {
		// A stack of our own: a chain may be longer than the one of calls.
		const stack = placed.has(first) ? [] : [first];
		for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
			const missing = placed.has(node) ? undefined : missingMaker(node, makers, placed);
			if (missing === undefined) {
				placed.add(node);
				open.delete(node);
				stack.pop();
			} else {
				open.add(node);
				if (open.has(missing)) throw circle(missing, where);
				stack.push(missing);
			}
		}
	}
	return [...placed];
}

/** A node that must stand before `node` and does not yet. */
function missingMaker(
	node: OnnxNode,
	makers: ReadonlyMap<string, OnnxNode>,
	placed: ReadonlySet<OnnxNode>,
): OnnxNode | undefined {
	for (const name of namesUsed(node)) {
		const maker = makers.get(name);
		if (maker !== undefined && !placed.has(maker)) return maker;
	}
	return undefined;
}

function circle({ name, outputs, opType }: OnnxNode, where: string): Error {
	const place = `${where}, node ${quote(name === "" ? (outputs[0] ?? "") : name)} (${opType})`;
	return modelError(place, "values that do not depend on themselves", "a circle");
}

/** The names of values that a node uses: its inputs, and what its bodies take from the graph around them. */
export function namesUsed({ inputs, attributes }: Pick<OnnxNode, "inputs" | "attributes">): readonly string[] {
	return [...inputs, ...[...attributes.values()].flatMap(outerNames)];
}

function outerNames(attribute: OnnxAttribute): readonly string[] {
	return attribute.kind === "graph" ? namesFromOutside(attribute.value) : [];
}

function namesFromOutside({ nodes, inputs, initializers, outputs }: OnnxGraph): readonly string[] {
	const own = new Set([
		...[...inputs, ...initializers].map(({ name }) => name),
		...nodes.flatMap((node) => node.outputs),
	]);
	const used = [...nodes.flatMap(namesUsed), ...outputs.map(({ name }) => name)];
	return used.filter((name) => name !== "" && !own.has(name));
}
