/**
 * Parameters that a file has once for several layers. Exporters write equal tensors once, and those of fresh layers are
 * equal: all ones, all zeros, or copies of one layer. Trained as one, they would be tied where the network that they come
 * from has one each.
 */
import { provenanceOf, withProvenance } from "../import/provenance.js";
import type { Notice } from "../notices.js";
import type { OnnxModel, OnnxNode } from "../onnx/model.js";
import { elementCount, type Tensor } from "../onnx/tensor.js";
import { type Copy, copiesNotice, firstNames, withCopies, withNotices } from "./copies.js";
import { withDropped } from "./dropped-parameters.js";
import { layerKeys } from "./fresh-layers.js";
import { compareModules, modulePaths, ownerOf } from "./module-paths.js";
import { withOwnStatistics } from "./own-statistics.js";
import { channelInputs } from "./parameter-uses.js";
import { isFresh } from "./table-structure.js";
import { verdictsOf } from "./trainable.js";

/** What is known of a network's layers while its parameters are told apart. */
interface Layers {
	readonly model: OnnxModel;
	readonly constants: ReadonlyMap<string, Tensor>;
	/** Parameters of the module that have no value of their own, where the exporter lists them. */
	readonly missing: ReadonlySet<string>;
	readonly taken: Set<string>;
	readonly pathOf: (node: OnnxNode) => string | undefined;
}

/** A weight that layers share, of which nothing says whether it is one. */
interface Unclear {
	readonly name: string;
	readonly modules: readonly string[];
}

/**
 * The model with a parameter of its own for each layer, and notices that say so. A layer that is used in several places,
 * with all that is in it, stays one, as does a weight that layers share by intent.
 */
export function withOwnParameters(model: OnnxModel, where: string): OnnxModel {
	// What is also used as a gain is known to be a parameter only without the statistics.
	return provenanceOf(model).scoped
		? withOwnStatistics(withDropped(model, where))
		: withOwnStatistics(untied(withOwnStatistics(model), where));
}

function untied(model: OnnxModel, where: string): OnnxModel {
	const known = provenanceOf(model);
	// The exporter lists every parameter: where none is missing, what is used twice is one.
	if (known.isKnown && known.missing.size === 0) return model;
	const layers: Layers = {
		model,
		constants: new Map(model.graph.initializers.map(({ name, tensor }) => [name, tensor])),
		missing: known.missing,
		taken: new Set(model.graph.initializers.map(({ name }) => name)),
		pathOf: modulePaths(model.graph.initializers),
	};
	const unclear: Unclear[] = [];
	const copies = verdictsOf(model).flatMap(({ trained, name }) => (trained ? copiesOf(name, layers, unclear) : []));
	const own = copies.length === 0 ? model : withNotices(withCopies(model, copies), [copiesNotice(copies, where)]);
	const listed = unclear.length === 0 ? own : withNotices(own, [unclearNotice(unclear, where)]);
	return known.isKnown
		? withProvenance(listed, { parameters: [...known.parameters, ...copies.map(({ name }) => name)] })
		: listed;
}

function unclearNotice(unclear: readonly Unclear[], where: string): Notice {
	const [{ name, modules } = { name: "", modules: [] }] = unclear;
	const more = unclear.length > 1 ? ` Weights like it: ${String(unclear.length)}.` : "";
	return {
		code: "shared",
		text:
			`${where}: the layers ${firstNames(modules)} share ${JSON.stringify(name)}, and the file does not say whether they ` +
			`are copies that began equal; it is trained as one.${more}`,
		hint: "Export the network with torch.onnx.export(…, dynamo=True), which lists the parameters of each layer.",
	};
}

/** The copies of a weight that is used in several layers; none where these are one. */
function copiesOf(name: string, layers: Layers, unclear: Unclear[]): readonly Copy[] {
	const { model, constants, pathOf } = layers;
	const users = model.graph.nodes.filter(({ inputs }) => inputs.includes(name));
	const tensor = constants.get(name);
	if (tensor === undefined || users.length < 2) return [];
	const paths = users.map(pathOf);
	const groups = paths.every((path) => path !== undefined)
		? apartByName(name, tensor, groupedBy(users, paths), layers, unclear)
		: apartByUse(name, tensor, users, model);
	return groups.map((nodes) => {
		const copy = copyName(name, nodes, layers);
		layers.taken.add(copy);
		const places = nodes.flatMap(({ inputs, outputs }) =>
			inputs.flatMap((input, index) => (input === name ? [[outputs[0] ?? "", index] as const] : [])),
		);
		return { name: copy, of: name, tensor, places };
	});
}

function groupedBy(nodes: readonly OnnxNode[], keys: readonly string[]): ReadonlyMap<string, readonly OnnxNode[]> {
	const groups = new Map<string, OnnxNode[]>();
	for (const [at, node] of nodes.entries()) {
		const key = keys[at] ?? "";
		groups.set(key, [...(groups.get(key) ?? []), node]);
	}
	return groups;
}

/** The nodes of modules that get their own, where names of nodes say in which module they stand. */
function apartByName(
	name: string,
	tensor: Tensor,
	groups: ReadonlyMap<string, readonly OnnxNode[]>,
	{ constants }: Layers,
	unclear: Unclear[],
): readonly (readonly OnnxNode[])[] {
	const [first, ...others] = groups.keys();
	const owner = name.includes(".") ? ownerOf(name) : first;
	if (owner === undefined || others.length === 0 || !groups.has(owner)) return [];
	const open: string[] = [];
	const apart = Array.from(groups).flatMap(([path, nodes]) => {
		if (path === owner) return [];
		if (isFresh(tensor) && isGain(name, tensor, nodes)) return [nodes];
		const found = compareModules(owner, path, constants);
		if (found === "unknown") open.push(path);
		return found === "copies" ? [nodes] : [];
	});
	if (open.length > 0) unclear.push({ name, modules: [owner, ...open] });
	return apart;
}

/** The nodes of layers that get their own gain or bias, where only their other weights tell layers apart. */
function apartByUse(
	name: string,
	tensor: Tensor,
	users: readonly OnnxNode[],
	{ graph }: OnnxModel,
): readonly (readonly OnnxNode[])[] {
	if (!isGain(name, tensor, users)) return [];
	const groups = groupedBy(users, layerKeys(name, users, graph, isFresh(tensor)));
	return [...groups.values()].slice(1);
}

/** Whether nodes use a tensor as gain or bias of channels. The slope of all channels is often shared by intent. */
function isGain(name: string, { dims }: Tensor, users: readonly OnnxNode[]): boolean {
	if (dims.filter((size) => size > 1).length > 1) return false;
	const isOne = elementCount(dims) === 1;
	return users.every(
		({ opType, inputs }) => !(isOne && opType === "PRelu") && channelInputs(opType).includes(inputs.indexOf(name)),
	);
}

/** What the layer's own parameter is called, by its other parameters: `b.weight` beside `b.bias`. */
function copyName(name: string, [node]: readonly OnnxNode[], { missing, taken }: Layers): string {
	const suffix = /[^.]*$/.exec(name)?.[0] ?? name;
	const siblings = (node?.inputs ?? []).filter((input) => input !== name && input.includes("."));
	const named = siblings.map((input) => input.replace(/[^.]*$/, suffix)).filter((one) => !taken.has(one));
	const base = named.find((one) => missing.size === 0 || missing.has(one)) ?? name;
	let own = base;
	for (let count = 2; taken.has(own); count++) own = `${base}_${String(count)}`;
	return own;
}
