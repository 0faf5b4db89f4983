import type { LimbeckError } from "../errors.js";
import { type DecodeOptions, defaultLimits } from "./decode-options.js";
import { type DecodeContext, toDataType, toTensor } from "./decode-tensor.js";
import { inlineFunctions } from "./functions.js";
import { inInferenceForm } from "./inference-form.js";
import type { OnnxAttribute, OnnxGraph, OnnxInitializer, OnnxModel, OnnxNode, OnnxValueInfo } from "./model.js";
import { modelError, quote } from "./model-error.js";
import { provenanceIn, provenanceKey } from "./provenance.js";
import { attributeKinds, type Message } from "./schema.js";
import { dataTypes } from "./tensor.js";
import { inTopologicalOrder } from "./topological-order.js";
import { withReadableOutputs } from "./unreadable-outputs.js";
import { readModelMessage } from "./wire-reader.js";

/** ONNX's own domain goes by two names. */
function toDomain(domain: string | undefined): string {
	return domain === undefined || domain === "ai.onnx" ? "" : domain;
}

/** A map of entries whose keys must differ. */
function toMap<V>(entries: readonly (readonly [string, V])[], where: string): ReadonlyMap<string, V> {
	const map = new Map<string, V>();
	for (const [key, value] of entries) {
		if (map.has(key)) throw modelError(where, "names that differ", `${quote(key)} twice`);
		map.set(key, value);
	}
	return map;
}

function toName(name: string | undefined, where: string): string {
	if (name === undefined || name === "") throw modelError(where, "a name", "none");
	return name;
}

/** ONNX Runtime takes a negative size as unknown, and so do we. */
function toDim({ dimValue, dimParam }: Message<"Dimension">): number | string {
	return dimValue !== undefined && dimValue >= 0 ? dimValue : (dimParam ?? "");
}

function toValueInfo(message: Message<"ValueInfo">, where: string): OnnxValueInfo {
	const name = toName(message.name, where);
	const place = `${where} ${quote(name)}`;
	const { tensorType, sequenceType, mapType } = message.type ?? {};
	if (sequenceType !== undefined || mapType !== undefined) throw noTensor(place);
	if (tensorType === undefined) throw modelError(place, "a tensor type", "none");
	const dims = tensorType.shape === undefined ? undefined : (tensorType.shape.dim ?? []).map(toDim);
	return { name, type: toDataType(tensorType.elemType ?? 0, place), dims };
}

function noTensor(place: string): LimbeckError {
	const hint = "Of a model by scikit-learn: convert it with options={'zipmap': False}.";
	return modelError(place, "a tensor", "a sequence or map", hint);
}

function toInitializer(message: Message<"Tensor">, context: DecodeContext, where: string): OnnxInitializer {
	const name = toName(message.name, `${where}, initializer`);
	return { name, tensor: toTensor(message, context, `${where}, initializer ${quote(name)}`) };
}

// Object.keys widens the keys of the table to string.
const kinds = Object.keys(attributeKinds) as OnnxAttribute["kind"][];

/** The kind that the attribute says it is, or, in old files that do not say, the kind of the one field it has. */
function attributeKind(message: Message<"Attribute">, where: string): OnnxAttribute["kind"] {
	const type = message.type ?? 0;
	const fits = kinds.filter((kind) => {
		const entry = attributeKinds[kind];
		return type === 0 ? message[entry.field] !== undefined : type === entry.type;
	});
	const [kind, ...others] = fits;
	if (kind !== undefined && others.length === 0) return kind;
	const got = type === 0 ? `${String(fits.length)} values and no type` : `type ${String(type)}`;
	throw modelError(where, `one value of ${kinds.join(", ")}`, got);
}

/** Attributes that mean "to the end" by the largest integer that there is. */
const boundAttributes: Readonly<Record<string, readonly string[]>> = {
	Slice: ["starts", "ends"],
	Shape: ["start", "end"],
};

/** An attribute without integers beyond 2⁵³: a Constant's are a tensor, and a bound is as far as any index goes. */
function withSafeIntegers(message: Message<"Attribute">, opType: string): Message<"Attribute"> {
	const { name = "", i, ints } = message;
	const all = [...(i === undefined ? [] : [i]), ...(ints ?? [])];
	if (all.every((value) => typeof value === "number")) return message;
	if (opType === "Constant" && (name === "value_int" || name === "value_ints")) {
		const rawData = new Uint8Array(BigInt64Array.from(all, BigInt).buffer);
		const dims = name === "value_int" ? [] : [all.length];
		return { name: "value", type: attributeKinds.tensor.type, t: { dims, dataType: dataTypes.int64, rawData } };
	}
	if (boundAttributes[opType]?.includes(name) !== true) return message;
	const bound = (value: number | bigint): number | bigint => {
		if (typeof value === "number") return value;
		return value < 0n ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
	};
	return { ...message, i: i === undefined ? undefined : bound(i), ints: ints?.map(bound) };
}

function toSafe(value: number | bigint, where: string): number {
	if (typeof value === "number") return value;
	throw modelError(where, "an integer within ±(2⁵³ − 1)", String(value));
}

function toAttribute(message: Message<"Attribute">, context: DecodeContext, where: string): OnnxAttribute {
	const kind = attributeKind(message, where);
	const { refAttrName } = message;
	if (refAttrName !== undefined && refAttrName !== "") {
		throw modelError(where, "a value", `a reference to ${quote(refAttrName)}, which only a function may have`);
	}
	// Protobuf leaves out what equals the default: zero or empty.
	switch (kind) {
		case "float":
			return { kind, value: message.f ?? 0 };
		case "int":
			return { kind, value: toSafe(message.i ?? 0, where) };
		case "string":
			return { kind, value: message.s ?? "" };
		case "floats":
			return { kind, value: message.floats ?? [] };
		case "ints":
			return { kind, value: (message.ints ?? []).map((value) => toSafe(value, where)) };
		case "strings":
			return { kind, value: message.strings ?? [] };
		case "tensor":
			if (message.t === undefined) throw modelError(where, "a tensor", "none");
			return { kind, value: toTensor(message.t, context, where) };
		case "graph":
			if (message.g === undefined) throw modelError(where, "a graph", "none");
			return { kind, value: toGraph(message.g, context, where) };
	}
}

function toNode(message: Message<"Node">, context: DecodeContext, graph: string): OnnxNode {
	const { name = "", opType, input = [], output = [], attribute = [] } = message;
	const where = `${graph}, node ${quote(name === "" ? (output[0] ?? "") : name)}`;
	const domain = toDomain(message.domain);
	if (domain === "ai.onnx.preview.training") {
		throw modelError(where, "an operator for inference", `the training operator ${quote(opType ?? "")}`);
	}
	const attributes = attribute.map((entry) => {
		const key = toName(entry.name, `${where}, attribute`);
		const safe = withSafeIntegers(entry, opType ?? "");
		return [safe.name ?? key, toAttribute(safe, context, `${where}, attribute ${quote(key)}`)] as const;
	});
	return {
		name,
		opType: toName(opType, `${where}, op_type`),
		domain,
		inputs: input,
		outputs: output,
		attributes: toMap(attributes, `${where}, attributes`),
	};
}

function checkDistinct(names: readonly string[], where: string): void {
	const seen = new Set<string>();
	for (const name of names) {
		if (seen.has(name)) throw modelError(where, "every value defined once", `${quote(name)} twice`);
		seen.add(name);
	}
}

/** Checks that every value is defined once. An input may have an initialiser: its default. */
function checkDefinitions(graph: OnnxGraph, where: string): void {
	const inputs = graph.inputs.map(({ name }) => name);
	const initializers = graph.initializers.map(({ name }) => name);
	const outputs = graph.nodes.flatMap((node) => node.outputs).filter((name) => name !== "");
	checkDistinct(inputs, where);
	checkDistinct(initializers, where);
	checkDistinct([...new Set([...inputs, ...initializers]), ...outputs], where);
}

function toGraph(message: Message<"Graph">, context: DecodeContext, where: string): OnnxGraph {
	const graph: OnnxGraph = {
		name: message.name ?? "",
		nodes: inTopologicalOrder(
			(message.node ?? []).map((node) => toNode(node, context, where)),
			where,
		),
		inputs: (message.input ?? []).map((info) => toValueInfo(info, `${where}, input`)),
		outputs: (message.output ?? []).map((info) => toValueInfo(info, `${where}, output`)),
		// A hint without a type says nothing.
		valueInfos: (message.valueInfo ?? [])
			.filter(({ type }) => type?.tensorType !== undefined)
			.map((info) => toValueInfo(info, `${where}, value_info`)),
		initializers: (message.initializer ?? []).map((tensor) => toInitializer(tensor, context, where)),
	};
	checkDefinitions(graph, where);
	return graph;
}

function toVersion(version: number | undefined, where: string): number {
	if (version === undefined || version < 1)
		throw modelError(where, "a version of at least 1", String(version ?? "none"));
	return version;
}

/**
 * Reads an ONNX model from the bytes of its file. The model's tensors may be views of `bytes`: leave those unchanged.
 *
 * @throws LimbeckError `model`: the bytes are truncated or malformed, exceed a limit, or hold what Limbeck does not
 * support. No input makes it throw anything else.
 */
export function decodeModel(bytes: Uint8Array, options: DecodeOptions = {}): OnnxModel {
	const { where = "model", external } = options;
	const limits = { ...defaultLimits, ...options.limits };
	const message = inlineFunctions(readModelMessage(bytes, where, limits), where, limits.nodes);
	if (message.graph === undefined) throw modelError(where, "an ONNX model with a graph", "none");
	const opsets = (message.opsetImport ?? []).map(({ domain, version }) => {
		const key = toDomain(domain);
		return [key, toVersion(version, `${where}, opset_import ${quote(key)}`)] as const;
	});
	if (opsets.length === 0) throw modelError(where, "at least one opset_import", "none");
	const provenance = provenanceIn(message.graph);
	const metadata = [
		...(message.metadataProps ?? []).map(({ key = "", value = "" }) => [key, value] as const),
		...(provenance === undefined || message.metadataProps?.some(({ key }) => key === provenanceKey) === true
			? []
			: [[provenanceKey, JSON.stringify(provenance)] as const]),
	];
	const model: OnnxModel = {
		irVersion: toVersion(message.irVersion, `${where}, ir_version`),
		opsetImports: toMap(opsets, `${where}, opset_import`),
		producerName: message.producerName ?? "",
		producerVersion: message.producerVersion ?? "",
		graph: toGraph(withReadableOutputs(message.graph), { where, limits, external }, where),
		metadata: toMap(metadata, `${where}, metadata_props`),
	};
	return options.form === "as-is" ? model : inInferenceForm(model, where);
}
