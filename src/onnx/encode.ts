import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from "./model.js";
import { modelError, quote } from "./model-error.js";
import { attributeKinds, type Message } from "./schema.js";
import { dataTypes, elementCount, isPacked, type Tensor } from "./tensor.js";
import { writeModelMessage } from "./wire-writer.js";

function fromTensor({ type, dims, data }: Tensor, name: string): Message<"Tensor"> {
	if (data.length !== elementCount(dims)) {
		const expected = `the ${String(elementCount(dims))} elements of [${dims.join(", ")}]`;
		throw modelError(`tensor ${quote(name)}`, expected, String(data.length));
	}
	const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
	const rawData = isPacked(type) ? packed(bytes, data, name) : bytes;
	return { dims, dataType: dataTypes[type], name, rawData };
}

/** Integers of 4 bits, two a byte. */
function packed(elements: Uint8Array, values: Tensor["data"], name: string): Uint8Array {
	const least = values instanceof Int8Array ? -8 : 0;
	const wrong = Array.from<number | bigint>(values).find((value) => value < least || value > least + 15);
	if (wrong !== undefined) {
		throw modelError(`tensor ${quote(name)}`, `integers from ${String(least)} to ${String(least + 15)}`, String(wrong));
	}
	return Uint8Array.from(
		{ length: Math.ceil(elements.length / 2) },
		(_, at) => ((elements[2 * at] ?? 0) & 15) | (((elements[2 * at + 1] ?? 0) & 15) << 4),
	);
}

function fromAttribute(name: string, attribute: OnnxAttribute): Message<"Attribute"> {
	const { type, field } = attributeKinds[attribute.kind];
	switch (attribute.kind) {
		case "tensor":
			return { name, type, t: fromTensor(attribute.value, name) };
		case "graph":
			return { name, type, g: fromGraph(attribute.value) };
		default:
			return { name, type, [field]: attribute.value };
	}
}

function fromDim(dim: number | string): Message<"Dimension"> {
	if (typeof dim === "number") return { dimValue: dim };
	return dim === "" ? {} : { dimParam: dim };
}

function fromValueInfo({ name, type, dims }: OnnxValueInfo): Message<"ValueInfo"> {
	const shape = dims === undefined ? undefined : { dim: dims.map(fromDim) };
	return { name, type: { tensorType: { elemType: dataTypes[type], shape } } };
}

function fromNode({ name, opType, domain, inputs, outputs, attributes }: OnnxNode): Message<"Node"> {
	const attribute = [...attributes].map(([key, value]) => fromAttribute(key, value));
	return { input: inputs, output: outputs, name, opType, domain, attribute };
}

function fromGraph({ name, nodes, inputs, outputs, valueInfos, initializers }: OnnxGraph): Message<"Graph"> {
	return {
		name,
		node: nodes.map(fromNode),
		initializer: initializers.map((initializer) => fromTensor(initializer.tensor, initializer.name)),
		input: inputs.map(fromValueInfo),
		output: outputs.map(fromValueInfo),
		valueInfo: valueInfos.map(fromValueInfo),
	};
}

/**
 * The bytes of a model's ONNX file. Tensors are written as raw data; equal models give equal bytes.
 *
 * Whether the graph makes sense is not checked here.
 *
 * @throws LimbeckError `model`: a tensor whose data does not fill its shape, a number or string that the format cannot
 * hold, or more than 2³¹ − 1 bytes.
 */
export function encodeModel(model: OnnxModel): Uint8Array {
	return writeModelMessage({
		irVersion: model.irVersion,
		producerName: model.producerName,
		producerVersion: model.producerVersion,
		graph: fromGraph(model.graph),
		opsetImport: [...model.opsetImports].map(([domain, version]) => ({ domain, version })),
		metadataProps: [...model.metadata].map(([key, value]) => ({ key, value })),
	});
}
