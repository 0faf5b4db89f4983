/** Weights of their own for nodes that share one in the file. */
import type { Notice } from "../notices.js";
import type { OnnxInitializer, OnnxModel, OnnxNode } from "../onnx/model.js";
import type { InputPlace } from "../onnx/separate-parameters.js";
import { namesUsed } from "../onnx/topological-order.js";

/** A weight that some nodes get in the place of a shared one. */
export interface Copy extends OnnxInitializer {
	/** The shared weight. */
	readonly of: string;
	/** The inputs where it stands. */
	readonly places: readonly InputPlace[];
}

/** The nodes that make values of constants alone, by the names of these. */
function derivedFrom({ graph }: OnnxModel): ReadonlyMap<string, OnnxNode> {
	const constants = new Set(graph.initializers.map(({ name }) => name));
	const found = new Map<string, OnnxNode>();
	for (const node of graph.nodes) {
		const names = namesUsed(node).filter((name) => name !== "");
		if (names.length === 0 || !names.every((name) => constants.has(name) || found.has(name))) continue;
		for (const name of node.outputs) if (name !== "") found.set(name, node);
	}
	return found;
}

/**
 * The model with the copies in the places of what they are copies of. What nodes make of constants alone, such as a
 * transpose, is made of each copy anew.
 */
export function withCopies(model: OnnxModel, copies: readonly Copy[]): OnnxModel {
	const { graph } = model;
	const derived = derivedFrom(model);
	const names = new Map<string, string>();
	const byPlace = new Map<string, Copy[]>();
	for (const copy of copies) {
		for (const place of copy.places.map((one) => JSON.stringify(one))) {
			byPlace.set(place, [...(byPlace.get(place) ?? []), copy]);
		}
	}
	/** What stands for a value beside a copy; `before` gets the nodes that make it. */
	const inPlace = (value: string, copy: Copy, before: OnnxNode[]): string => {
		if (value === copy.of) return copy.name;
		const maker = derived.get(value);
		if (maker === undefined) return value;
		const key = JSON.stringify([copy.name, value]);
		const known = names.get(key);
		if (known !== undefined) return known;
		const inputs = maker.inputs.map((name) => inPlace(name, copy, before));
		const changed = inputs.some((name, at) => name !== maker.inputs[at]);
		const own = (name: string): string => (name === "" ? "" : `${copy.name}/${name}`);
		if (changed) before.push({ ...maker, name: own(maker.name), inputs, outputs: maker.outputs.map(own) });
		for (const name of maker.outputs) names.set(JSON.stringify([copy.name, name]), changed ? own(name) : name);
		return names.get(key) ?? value;
	};
	const nodes = graph.nodes.flatMap((node) => {
		const before: OnnxNode[] = [];
		const inputs = node.inputs.map((name, index) => {
			const found = byPlace.get(JSON.stringify([node.outputs[0] ?? "", index])) ?? [];
			return found.reduce((value, copy) => inPlace(value, copy, before), name);
		});
		return [...before, { ...node, inputs }];
	});
	const added = copies.map(({ name, tensor }): OnnxInitializer => ({ name, tensor }));
	return { ...model, graph: { ...graph, nodes, initializers: [...graph.initializers, ...added] } };
}

/** How many names a notice lists. */
const namesListed = 3;

/** The first of some names, for a notice. */
export function firstNames(names: readonly string[]): string {
	const listed = names.slice(0, namesListed).map((name) => JSON.stringify(name));
	return listed.join(", ") + (names.length > namesListed ? ", …" : "");
}

/** What a person should know of copies. */
export function copiesNotice(copies: readonly Copy[], where: string): Notice {
	const originals = [...new Set(copies.map(({ of }) => of))];
	return {
		code: "untied",
		text:
			`${where}: ${firstNames(originals)} stood for equal parameters of several layers; ` +
			`${String(copies.length)} of these now have their own, and are trained apart.`,
	};
}

/** The model with more that a person should know of it. */
export function withNotices(model: OnnxModel, notices: readonly Notice[]): OnnxModel {
	return notices.length === 0 ? model : { ...model, notices: [...(model.notices ?? []), ...notices] };
}
