/**
 * Gains and biases that a file has once for several layers. Exporters write equal tensors once, and those of fresh layers
 * are equal: all ones, all zeros. Trained as one, they would be tied where the network that they come from has one each.
 */
import { provenanceOf, withProvenance } from "../import/provenance.js";
import type { Notice } from "../notices.js";
import type { OnnxGraph, OnnxInitializer, OnnxModel, OnnxNode } from "../onnx/model.js";
import { isFilled, realElements } from "./table-structure.js";
import { type Verdict, verdictsOf } from "./trainable.js";

/** Inputs, by operator, that are gains or biases, of a value for each channel. */
const perChannel: Readonly<Record<string, readonly number[]>> = {
	BatchNormalization: [1, 2],
	LayerNormalization: [1, 2],
	RMSNormalization: [1],
	InstanceNormalization: [1, 2],
	GroupNormalization: [1, 2],
	Conv: [2],
	ConvTranspose: [2],
	Gemm: [2],
	Add: [0, 1],
	Mul: [0, 1],
};
/** … and of slopes, which modules often share where there is but one. */
const slopes: Readonly<Record<string, readonly number[]>> = { PRelu: [1] };

/** How many names a notice lists. */
const namesListed = 3;

/**
 * The model with a gain or bias of its own for each layer, and a notice that says so. A layer that is used in several
 * places, with all that is in it, stays one, as does a matrix.
 */
export function withOwnGains(model: OnnxModel, where: string): OnnxModel {
	const { isKnown, missing } = provenanceOf(model);
	// The exporter lists every parameter: where none is missing, what is used twice is one.
	if (isKnown && missing.size === 0) return model;
	const shared = verdictsOf(model).filter(
		({ trained, tensor }) => trained && tensor.dims.filter((size) => size > 1).length <= 1,
	);
	const untied = shared.flatMap((one) => copiesOf(one, model, missing));
	if (untied.length === 0) return model;
	const renames = new Map(untied.flatMap(({ name, nodes }) => nodes.map((node) => [node, name] as const)));
	const nodes = model.graph.nodes.map((node) => {
		const found = untied.filter((one) => one.nodes.includes(node));
		const nameOf = (name: string): string => found.find(({ original }) => original === name)?.name ?? name;
		return renames.has(node) ? { ...node, inputs: node.inputs.map(nameOf) } : node;
	});
	const added = untied.map(({ name, tensor }): OnnxInitializer => ({ name, tensor }));
	const graph: OnnxGraph = { ...model.graph, nodes, initializers: [...model.graph.initializers, ...added] };
	const own = { ...model, graph, notices: [...(model.notices ?? []), noticeOf(untied, where)] };
	return isKnown
		? withProvenance(own, { parameters: [...provenanceOf(model).parameters, ...added.map(({ name }) => name)] })
		: own;
}

/** A copy that some nodes get in the place of a shared tensor. */
interface Copy extends OnnxInitializer {
	readonly original: string;
	readonly nodes: readonly OnnxNode[];
}

function noticeOf(copies: readonly Copy[], where: string): Notice {
	const originals = [...new Set(copies.map(({ original }) => original))];
	const listed = originals
		.slice(0, namesListed)
		.map((name) => JSON.stringify(name))
		.join(", ");
	const more = originals.length > namesListed ? ", …" : "";
	return {
		code: "untied",
		text:
			`${where}: ${listed}${more} stood for the equal gains or biases of several layers; ` +
			`${String(copies.length)} of these now have their own, and are trained apart.`,
	};
}

/** The copies of a gain or bias that is used in several layers; none where these are one. */
function copiesOf({ name, tensor }: Verdict, { graph }: OnnxModel, missing: ReadonlySet<string>): readonly Copy[] {
	const users = graph.nodes.filter(({ inputs }) => inputs.includes(name));
	const roles = tensor.data.length > 1 ? { ...perChannel, ...slopes } : perChannel;
	const isGain = ({ opType, inputs }: OnnxNode): boolean => roles[opType]?.includes(inputs.indexOf(name)) === true;
	if (users.length < 2 || !users.every(isGain)) return [];
	const constants = new Map(graph.initializers.map((one) => [one.name, one.tensor]));
	const filled = isFilled(realElements(tensor));
	const layers = new Map<string, OnnxNode[]>();
	for (const [at, node] of users.entries()) {
		const partners = node.inputs.filter((input) => input !== name && constants.has(input));
		// Of two fresh layers nothing differs: what has learnt nothing yet tells no layers apart.
		const fresh = filled && partners.every((partner) => isFresh(constants.get(partner)));
		const layer = fresh ? String(at) : partners.join("\0");
		layers.set(layer, [...(layers.get(layer) ?? []), node]);
	}
	const taken = new Set(constants.keys());
	return [...layers.values()].slice(1).map((nodes) => {
		const copy = copyName(name, nodes, missing, taken);
		taken.add(copy);
		return { original: name, name: copy, tensor, nodes };
	});
}

function isFresh(tensor: OnnxInitializer["tensor"] | undefined): boolean {
	return tensor?.type === "float" && isFilled(realElements(tensor));
}

/** What the layer's own gain is called, by its other parameters: `b.weight` beside `b.bias`. */
function copyName(
	name: string,
	[node]: readonly OnnxNode[],
	missing: ReadonlySet<string>,
	taken: ReadonlySet<string>,
): string {
	const suffix = /[^.]*$/.exec(name)?.[0] ?? name;
	const siblings = (node?.inputs ?? []).filter((input) => input !== name && input.includes("."));
	const named = siblings.map((input) => input.replace(/[^.]*$/, suffix)).filter((one) => !taken.has(one));
	const base = named.find((one) => missing.size === 0 || missing.has(one)) ?? name;
	let own = base;
	for (let count = 2; taken.has(own); count++) own = `${base}_${String(count)}`;
	return own;
}
