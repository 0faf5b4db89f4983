/**
 * What an exporter says of where a model's values come from: which are parameters of the module and which are its
 * buffers and constants. torch.onnx.export (dynamo) writes it beside the values; it is kept as one text.
 */
import type { Message } from "./schema.js";

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
}

const kindKey = "pkg.torch.export.graph_signature.InputSpec.kind";
const foldedKey = "pkg.onnxscript.optimizer.folded_from";
const signatureKey = "pkg.torch.export.ExportedProgram.graph_signature";
const constantKinds = new Set(["BUFFER", "CONSTANT_TENSOR"]);

/** Reads what a graph says of its values; `undefined` where it says nothing. */
export function provenanceIn(graph: Message<"Graph">): Provenance | undefined {
	const parameters = new Set<string>();
	const constants = new Set<string>();
	const folded = new Map<string, readonly string[]>();
	for (const { name = "", metadataProps } of [...(graph.valueInfo ?? []), ...(graph.input ?? [])]) {
		const kind = textOf(metadataProps, kindKey);
		if (kind === "PARAMETER") parameters.add(name);
		if (kind !== undefined && constantKinds.has(kind)) constants.add(name);
		const from = textOf(metadataProps, foldedKey);
		if (from !== undefined)
			folded.set(
				name,
				Array.from(from.matchAll(/'([^']*)'/g), ([, one = ""]) => one),
			);
	}
	const signature = textOf(graph.metadataProps, signatureKey) ?? "";
	const targets = Array.from(signature.matchAll(/: PARAMETER target='([^']*)'/g), ([, target = ""]) => target);
	if (parameters.size === 0 && constants.size === 0 && targets.length === 0) return undefined;
	const all = new Set([...parameters, ...targets]);
	// What is made of a parameter, such as its transpose, is the parameter in another form; what is made of none is none.
	for (const [name, from] of folded) {
		if (from.some((one) => all.has(one))) {
			parameters.add(name);
			all.add(name);
		} else constants.add(name);
	}
	const present = new Set([...parameters, ...[...folded.values()].flat()]);
	return {
		parameters: [...parameters],
		constants: [...constants],
		missing: targets.filter((target) => !present.has(target)),
	};
}

const utf8 = new TextDecoder();

function textOf(properties: readonly Message<"Property">[] | undefined, key: string): string | undefined {
	const value = properties?.find((one) => one.key === key)?.value;
	return value === undefined ? undefined : utf8.decode(value);
}
