/** Which layer a use of a gain or bias belongs to, by the weights that stand beside it or nearest to it. */
import type { OnnxGraph, OnnxNode } from "../onnx/model.js";
import { isFresh } from "./table-structure.js";

/** A graph as nodes that can be walked from one to the next. */
interface Neighbours {
	/** The constants of a node that something was learnt or drawn for. */
	readonly weightsOf: (node: OnnxNode) => readonly string[];
	readonly after: (node: OnnxNode) => readonly OnnxNode[];
	readonly before: (node: OnnxNode) => readonly OnnxNode[];
}

function neighboursIn({ nodes, initializers }: OnnxGraph): Neighbours {
	const weights = new Set(initializers.flatMap(({ name, tensor }) => (isFresh(tensor) ? [] : [name])));
	const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
	const users = new Map<string, OnnxNode[]>();
	for (const node of nodes) {
		for (const name of node.inputs) users.set(name, [...(users.get(name) ?? []), node]);
	}
	return {
		weightsOf: ({ inputs }) => inputs.filter((name) => weights.has(name)),
		after: ({ outputs }) => outputs.flatMap((name) => users.get(name) ?? []),
		before: ({ inputs }) => inputs.flatMap((name) => makers.get(name) ?? []),
	};
}

/** The nearest weights in one direction, with the operators on the way; `undefined` where there are none. */
function nearest(
	start: OnnxNode,
	next: (node: OnnxNode) => readonly OnnxNode[],
	weightsOf: Neighbours["weightsOf"],
): { readonly distance: number; readonly key: string } | undefined {
	const seen = new Set([start]);
	const way: string[] = [];
	for (let level = next(start); level.length > 0; level = level.flatMap(next).filter((node) => !seen.has(node))) {
		const weights = level.flatMap(weightsOf);
		way.push(level.map(({ opType }) => opType).join());
		if (weights.length > 0) return { distance: way.length, key: JSON.stringify([way, [...new Set(weights)].sort()]) };
		for (const node of level) seen.add(node);
	}
	return undefined;
}

/**
 * A key for each use of a gain or bias; uses in one layer have the same.
 *
 * @param filled - whether it is filled with one number. Of two fresh layers nothing differs, what has learnt nothing yet
 * tells no layers apart: then the nearest weights do, since a block that is passed through again has the same ones.
 */
export function layerKeys(
	name: string,
	users: readonly OnnxNode[],
	graph: OnnxGraph,
	filled: boolean,
): readonly string[] {
	const constants = new Map(graph.initializers.map((one) => [one.name, one.tensor]));
	const neighbours = neighboursIn(graph);
	return users.map((node, at) => {
		const partners = node.inputs.filter((input) => input !== name && constants.has(input));
		const fresh = partners.every((partner) => {
			const tensor = constants.get(partner);
			return tensor !== undefined && isFresh(tensor);
		});
		if (!filled || !fresh) return partners.join("\0");
		const after = nearest(node, neighbours.after, neighbours.weightsOf);
		const before = nearest(node, neighbours.before, neighbours.weightsOf);
		const [found, side] = (before?.distance ?? Infinity) < (after?.distance ?? Infinity) ? [before, "<"] : [after, ">"];
		return found === undefined ? String(at) : side + found.key;
	});
}
