/** Parameters that an exporter has dropped and still lists, put back. */
import { provenanceOf, withProvenance } from "../import/provenance.js";
import { inferredShapes } from "../import/shapes.js";
import type { Notice } from "../notices.js";
import type { OnnxInitializer, OnnxModel, OnnxNode } from "../onnx/model.js";
import { type Copy, copiesNotice, firstNames, withCopies, withNotices } from "./copies.js";
import { isFresh } from "./table-structure.js";

/** The model with the parameters that its exporter has dropped. */
export function withDropped(model: OnnxModel, where: string): OnnxModel {
	const { separate, biases, parameters, constants: buffers, lost } = provenanceOf(model);
	const constants = new Map(model.graph.initializers.map(({ name, tensor }) => [name, tensor]));
	const copies = separate.flatMap(({ name, of, places, filled }): readonly Copy[] => {
		const tensor = constants.get(of);
		if (tensor === undefined || constants.has(name) || (filled && !isFresh(tensor))) return [];
		return [{ name, of, tensor, places }];
	});
	const { model: whole, restored } = withBiases(withCopies(model, copies), biases);
	const added = [...copies.map(({ name }) => name), ...restored].filter((name) => !buffers.has(name));
	const left = biases.map(({ name }) => name).filter((name) => !restored.includes(name) && !constants.has(name));
	const gone = [...lost, ...left];
	const notices = [
		...(gone.length === 0 ? [] : [lostNotice(gone, where)]),
		...(copies.length === 0 ? [] : [copiesNotice(copies, where)]),
		...(restored.length === 0 ? [] : [restoredNotice(restored, where)]),
	];
	const all = { parameters: [...parameters, ...added], separate: [], biases: [], lost: [] };
	return withProvenance(withNotices(whole, notices), all);
}

/** How many outputs a layer has, by the shape of its weight: the length of its bias. */
const channelsOf: Readonly<Record<string, (dims: readonly number[], node: OnnxNode) => number>> = {
	Gemm: (dims, { attributes }) => dims[attributes.get("transB")?.value === 1 ? 0 : 1] ?? 1,
	Conv: (dims) => dims[0] ?? 1,
	ConvTranspose: (dims, { attributes }) => (dims[1] ?? 1) * Number(attributes.get("group")?.value ?? 1),
};

/** The model with biases of zeros where the exporter has left them out. */
function withBiases(
	model: OnnxModel,
	biases: ReturnType<typeof provenanceOf>["biases"],
): { readonly model: OnnxModel; readonly restored: readonly string[] } {
	const { graph } = model;
	const constants = new Set(graph.initializers.map(({ name }) => name));
	// Weights may be computed of constants.
	const shapes = biases.length === 0 ? new Map<string, readonly number[]>() : inferredShapes(model);
	const added = new Map<string, OnnxInitializer>();
	const nodes = graph.nodes.map((node) => {
		const bias = biases.find(({ users }) => users.includes(node.outputs[0] ?? ""))?.name;
		const [x = "", w = "", present = ""] = node.inputs;
		const weight = shapes.get(w);
		const length = weight && channelsOf[node.opType]?.(weight, node);
		if (bias === undefined || length === undefined || present !== "" || constants.has(bias)) return node;
		added.set(bias, { name: bias, tensor: { type: "float", dims: [length], data: new Float32Array(length) } });
		return { ...node, inputs: [x, w, bias] };
	});
	const initializers = [...graph.initializers, ...added.values()];
	return { model: { ...model, graph: { ...graph, nodes, initializers } }, restored: [...added.keys()] };
}

function restoredNotice(names: readonly string[], where: string): Notice {
	return {
		code: "biases-restored",
		text: `${where}: the exporter left out biases of zeros; ${String(names.length)} are put back and trained: ${firstNames(names)}.`,
	};
}

function lostNotice(names: readonly string[], where: string): Notice {
	const these = names.length === 1 ? "1 parameter" : `${String(names.length)} parameters`;
	return {
		code: "parameters-folded",
		text:
			`${where}: the file has no values of ${these} that its exporter lists: ${firstNames(names)}. ` +
			"The exporter has folded them into other values, or nothing uses them.",
		hint: "An export with torch.onnx.export(…, dynamo=True, optimize=False) keeps them.",
	};
}
