/** Operators built from others, for engines that have no kernel for them; and which engines those are. */
import type { Graph, Node } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import type { LackedForm, Operator, Target } from "./operator.js";

/** What builds a node from others, where the engine has no kernel for it; elsewhere it stays as it is. */
export function builtWithout(
	lacked: LackedForm,
	build: (g: Graph, node: Node) => readonly Value[] | undefined,
): NonNullable<Operator["lower"]> {
	return (g: Graph, node: Node, { lacks }: Target) => (lacks?.has(lacked) === true ? build(g, node) : undefined);
}
