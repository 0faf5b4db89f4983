import type { OnnxModel, OnnxNode } from "../onnx/model.js";

/** A model whose values, and the nodes called after them, have other names; types, order and metadata stay. Bodies of control flow are not looked at. */
export function renameValues(model: OnnxModel, nameOf: (name: string) => string): OnnxModel {
	const { graph } = model;
	const renamed = <T extends { readonly name: string }>(one: T): T => ({ ...one, name: nameOf(one.name) });
	// "" stands for an input or output that is absent.
	const names = (list: readonly string[]): readonly string[] => list.map((name) => (name === "" ? "" : nameOf(name)));
	return {
		...model,
		graph: {
			...graph,
			inputs: graph.inputs.map(renamed),
			outputs: graph.outputs.map(renamed),
			valueInfos: graph.valueInfos.map(renamed),
			initializers: graph.initializers.map(renamed),
			nodes: graph.nodes.map(
				(node): OnnxNode => ({
					...node,
					name: nameOf(node.name),
					inputs: names(node.inputs),
					outputs: names(node.outputs),
				}),
			),
		},
	};
}

/** A function from names to names that changes those of a table. */
export function renaming(table: ReadonlyMap<string, string>): (name: string) => string {
	return (name) => table.get(name) ?? name;
}
