/**
 * What an exporter says of where a model's values come from: which are parameters of the module and which are its
 * buffers and constants. torch.onnx.export (dynamo) writes it beside the values; it is kept as one text.
 */
import type { Message } from "./schema.js";
import { type DroppedBias, droppedParameters, type Separate } from "./separate-parameters.js";

/** The key of the metadata that keep it: JSON of a {@link Provenance}. */
export const provenanceKey = "limbeck.provenance";

/** Names of values by what they were before the export. */
export interface Provenance {
	/** Parameters, and what the exporter computed from them. */
	readonly parameters: readonly string[];
	/** Buffers, and tensors that the code makes. */
	readonly constants: readonly string[];
	/** Parameters of the module that have no value of their own: equal tensors are written once. */
	readonly missing: readonly string[];
	/** Of the values that were computed from parameters, those parameters. */
	readonly origins: Readonly<Record<string, readonly string[]>>;
	/** Parameters whose place an equal value has taken. */
	readonly separate: readonly Separate[];
	/** Biases of zeros that were left out. */
	readonly biases: readonly DroppedBias[];
	/** Parameters that have no value: they were folded into others, or nothing uses them. */
	readonly lost: readonly string[];
	/** Whether it says in which module each node stands, so that these two are all that there are. */
	readonly scoped: boolean;
}

const kindKey = "pkg.torch.export.graph_signature.InputSpec.kind";
const foldedKey = "pkg.onnxscript.optimizer.folded_from";
const scopesKey = "pkg.torch.onnx.name_scopes";
const signatureKey = "pkg.torch.export.ExportedProgram.graph_signature";
const constantKinds = new Set(["BUFFER", "CONSTANT_TENSOR"]);

/** Reads what a graph says of its values; `undefined` where it says nothing. */
export function provenanceIn(graph: Message<"Graph">): Provenance | undefined {
	const kinds = new Map<string, string>();
	const folded = new Map<string, readonly string[]>();
	for (const { name = "", metadataProps } of [...(graph.valueInfo ?? []), ...(graph.input ?? [])]) {
		const kind = textOf(metadataProps, kindKey);
		if (kind === "PARAMETER" || constantKinds.has(kind ?? "")) kinds.set(name, kind ?? "");
		const from = textOf(metadataProps, foldedKey);
		if (from !== undefined) folded.set(name, quoted(from));
	}
	const signature = textOf(graph.metadataProps, signatureKey) ?? "";
	const targets = Array.from(
		signature.matchAll(/: (PARAMETER|BUFFER) target='([^']*)'/g),
		([, kind = "", name = ""]) => {
			return { kind, name };
		},
	);
	if (kinds.size === 0 && targets.length === 0) return undefined;
	const values = new Set((graph.initializer ?? []).map(({ name = "" }) => name));
	for (const { kind, name } of targets) if (values.has(name)) kinds.set(name, kind);
	const { parameters, constants, origins, computed } = foldedValues(folded, kinds, targets);
	const present = new Set([...kinds.keys(), ...[...folded.values()].flat()]);
	const missing = targets.filter(({ name }) => !present.has(name));
	const buffers = Array.from(kinds).flatMap(([name, kind]) => (kind === "PARAMETER" ? [] : [[name, [name]] as const]));
	const dropped = droppedParameters(graph, {
		targets: targets.map(({ name }) => name),
		missing: missing.map(({ name }) => name),
		roots: new Map([...buffers, ...Array.from(parameters, (name) => [name, origins.get(name) ?? [name]] as const)]),
		moduleOf,
	});
	const isParameter = new Set(targets.flatMap(({ kind, name }) => (kind === "PARAMETER" ? [name] : [])));
	return {
		parameters: [...parameters],
		constants: [...constants, ...missing.flatMap(({ kind, name }) => (kind === "BUFFER" ? [name] : []))],
		missing: missing.flatMap(({ kind, name }) => (kind === "PARAMETER" ? [name] : [])),
		origins: Object.fromEntries(origins),
		separate: dropped.separate,
		biases: dropped.biases,
		lost: [...dropped.lost.filter((name) => isParameter.has(name)), ...computed],
		scoped: graph.node?.some((node) => moduleOf(node) !== undefined) === true,
	};
}

/** Which values are parameters, also in another form, and which are none. */
function foldedValues(
	folded: ReadonlyMap<string, readonly string[]>,
	kinds: ReadonlyMap<string, string>,
	targets: readonly { readonly kind: string; readonly name: string }[],
) {
	const parameters = new Set(Array.from(kinds).flatMap(([name, kind]) => (kind === "PARAMETER" ? [name] : [])));
	const constants = new Set(Array.from(kinds.keys()).filter((name) => !parameters.has(name)));
	const all = new Set([...parameters, ...targets.flatMap(({ kind, name }) => (kind === "PARAMETER" ? [name] : []))]);
	const origins = new Map<string, readonly string[]>();
	const computed = new Set<string>();
	// What is made of a parameter, such as its transpose, is the parameter in another form; what is made of none is none.
	for (const [name, from] of folded) {
		const roots = new Set(from.flatMap((one) => origins.get(one) ?? (all.has(one) ? [one] : [])));
		if (roots.size === 0) constants.add(name);
		else {
			parameters.add(name);
			origins.set(name, [...roots]);
			if (from.length > 1) for (const root of roots) if (!kinds.has(root)) computed.add(root);
		}
	}
	return { parameters, constants, origins, computed };
}

/** The path of the module that a node stands in: the last scope but its own name, without the number of the call. */
function moduleOf({ metadataProps }: Message<"Node">): string | undefined {
	const scopes = textOf(metadataProps, scopesKey);
	return scopes === undefined ? undefined : quoted(scopes).at(-2)?.replace(/@\d+/g, "");
}

const quoted = (list: string): readonly string[] => Array.from(list.matchAll(/'([^']*)'/g), ([, one = ""]) => one);

const utf8 = new TextDecoder();

function textOf(properties: readonly Message<"Property">[] | undefined, key: string): string | undefined {
	const value = properties?.find((one) => one.key === key)?.value;
	return value === undefined ? undefined : utf8.decode(value);
}
