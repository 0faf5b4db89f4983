import { BinaryReader } from "@bufbuild/protobuf/wire";
import type { DecodeLimits, ExternalReader, ExternalReference } from "./decode-options.js";
import { modelError, quote } from "./model-error.js";
import type { Message } from "./schema.js";
import { type DataType, dataTypes, elementCount, isPacked, type Tensor, tensorArrays } from "./tensor.js";

/** What decoding needs to know beside the message. */
export interface DecodeContext {
	readonly where: string;
	readonly limits: DecodeLimits;
	readonly external: ExternalReader | undefined;
}

type TypedField = "floatData" | "doubleData" | "int32Data" | "int64Data" | "uint64Data";

/** The typed field that holds a tensor's elements where `raw_data` does not. Source: onnx.proto3, `TensorProto`. */
const typedFields: Readonly<Record<DataType, TypedField>> = {
	float: "floatData",
	double: "doubleData",
	int64: "int64Data",
	uint32: "uint64Data",
	uint64: "uint64Data",
	uint8: "int32Data",
	int8: "int32Data",
	uint16: "int32Data",
	int16: "int32Data",
	int32: "int32Data",
	bool: "int32Data",
	float16: "int32Data",
	uint4: "int32Data",
	int4: "int32Data",
};

// Object.entries widens the keys of the table to string.
const typesByNumber = new Map(Object.entries(dataTypes).map(([name, number]) => [number as number, name as DataType]));

/** The element types of ONNX that have no place in a {@link Tensor}. */
const unsupportedTypes: ReadonlyMap<number, string> = new Map([
	[8, "string"],
	[14, "complex64"],
	[15, "complex128"],
	[16, "bfloat16"],
	[17, "float8e4m3fn"],
	[18, "float8e4m3fnuz"],
	[19, "float8e5m2"],
	[20, "float8e5m2fnuz"],
	[23, "float4e2m1"],
	[24, "float8e8m0"],
]);

/** The element type of ONNX's number for it. Throws where Limbeck has none. */
export function toDataType(number: number, where: string): DataType {
	const type = typesByNumber.get(number);
	if (type !== undefined) return type;
	const name = unsupportedTypes.get(number) ?? "element type";
	throw modelError(where, `one of ${Object.keys(dataTypes).join(", ")}`, `${name} (${String(number)})`);
}

/** The shape of a tensor, checked so that neither its elements nor its bytes exceed the limits. */
function toDims(dims: readonly number[], elementBytes: number, limits: DecodeLimits, where: string): readonly number[] {
	if (dims.length > limits.dims) {
		throw modelError(where, `at most ${String(limits.dims)} dimensions`, String(dims.length));
	}
	let bytes = elementBytes;
	for (const dim of dims) {
		// A zero must not hide the size of the dimensions around it.
		bytes *= Math.max(dim, 1);
		if (dim < 0 || bytes > limits.tensorBytes) {
			throw modelError(
				where,
				`sizes of at least 0 that make at most ${String(limits.tensorBytes)} bytes`,
				`[${dims.join(", ")}] of ${String(elementBytes)} bytes each`,
			);
		}
	}
	return dims;
}

/** The bytes that elements take in a file. */
function byteLength(type: DataType, dims: readonly number[]): number {
	const count = elementCount(dims);
	return isPacked(type) ? Math.ceil(count / 2) : count * tensorArrays[type].BYTES_PER_ELEMENT;
}

/** Integers of 4 bits, one an element, from bytes that hold two each. */
function unpacked(type: "uint4" | "int4", dims: readonly number[], bytes: Uint8Array): Tensor {
	const nibbles = Uint8Array.from({ length: elementCount(dims) }, (_, at) =>
		at % 2 === 0 ? (bytes[at >> 1] ?? 0) & 15 : (bytes[at >> 1] ?? 0) >> 4,
	);
	return type === "uint4"
		? { type, dims, data: nibbles }
		: { type, dims, data: Int8Array.from(nibbles, (nibble) => (nibble > 7 ? nibble - 16 : nibble)) };
}

/** The elements that `bytes` holds in row-major, little-endian order: a view where aligned, a copy where not. */
function fromRawBytes(type: DataType, dims: readonly number[], bytes: Uint8Array, where: string): Tensor {
	const { BYTES_PER_ELEMENT } = tensorArrays[type];
	const expected = byteLength(type, dims);
	if (bytes.length !== expected) {
		const shape = `${type} [${dims.join(", ")}]`;
		throw modelError(where, `the ${String(expected)} bytes of ${shape}`, `${String(bytes.length)} bytes`);
	}
	if (isPacked(type)) return unpacked(type, dims, bytes);
	const aligned = bytes.byteOffset % BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
	const data = new tensorArrays[type](
		// TensorData says ArrayBufferLike; the constructors' union type asks for the narrower one.
		aligned.buffer as ArrayBuffer,
		aligned.byteOffset,
		aligned.byteLength / BYTES_PER_ELEMENT,
	);
	// The array is of the class that the table pairs with the type.
	return { type, dims, data } as Tensor;
}

/** The number of varints in `bytes`. Throws where one is longer than ten bytes or not ended. */
function countVarints(bytes: Uint8Array, where: string): number {
	let count = 0;
	let length = 0;
	for (const byte of bytes) {
		length++;
		if (byte < 0x80) {
			count++;
			length = 0;
		} else if (length === 10) {
			break;
		}
	}
	if (length > 0) throw modelError(where, "varints of at most ten bytes", "one that does not end");
	return count;
}

function readVarint(type: DataType, reader: BinaryReader): number | bigint {
	switch (type) {
		case "int64":
			return BigInt(reader.int64());
		case "uint64":
			return BigInt(reader.uint64());
		case "uint32":
			return Number(reader.uint64());
		default:
			return reader.int32();
	}
}

/** Decodes as many varints as the tensor has elements. Throws where a number does not fit the element type. */
function fromVarints(type: DataType, dims: readonly number[], chunks: readonly Uint8Array[], where: string): Tensor {
	if (isPacked(type)) {
		const bytes = fromVarints("uint8", [byteLength(type, dims)], chunks, where);
		return unpacked(type, dims, Uint8Array.from(bytes.data, Number));
	}
	const count = chunks.reduce((sum, chunk) => sum + countVarints(chunk, where), 0);
	const expected = elementCount(dims);
	if (count !== expected) throw modelError(where, `${String(expected)} elements`, String(count));
	const data = new tensorArrays[type](expected);
	// readVarint gives bigints for the types whose arrays hold bigints, and numbers for the others.
	const elements = data as Record<number, number | bigint>;
	let index = 0;
	for (const chunk of chunks) {
		const reader = new BinaryReader(chunk);
		while (reader.pos < chunk.length) {
			const value = readVarint(type, reader);
			elements[index] = value;
			if (elements[index] !== value) throw modelError(where, `elements of type ${type}`, String(value));
			index++;
		}
	}
	// The array is of the class that the table pairs with the type.
	return { type, dims, data } as Tensor;
}

/** The chunks in one piece: the only one itself, or a copy. */
function join(chunks: readonly Uint8Array[]): Uint8Array {
	const [first, ...rest] = chunks;
	if (first !== undefined && rest.length === 0) return first;
	const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
	let offset = 0;
	for (const chunk of chunks) {
		bytes.set(chunk, offset);
		offset += chunk.length;
	}
	return bytes;
}

function toInteger(text: string, where: string): number {
	const value = Number(text);
	if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
	throw modelError(where, "a non-negative integer", quote(text));
}

const externalKeys = new Set(["location", "offset", "length", "checksum"]);

/** Reads the `external_data` entries of a tensor of `length` bytes. */
function toReference(message: Message<"Tensor">, length: number, where: string): ExternalReference {
	const entries = new Map<string, string>();
	for (const { key = "", value = "" } of message.externalData ?? []) {
		if (!externalKeys.has(key) || entries.has(key)) {
			throw modelError(where, `each of ${[...externalKeys].join(", ")} at most once`, `the key ${quote(key)}`);
		}
		entries.set(key, value);
	}
	const location = entries.get("location");
	if (location === undefined) throw modelError(where, 'external data with a "location"', "none");
	const given = toInteger(entries.get("length") ?? String(length), `${where}, length`);
	if (given !== length) throw modelError(`${where}, length`, `the ${String(length)} bytes of its shape`, String(given));
	const offset = toInteger(entries.get("offset") ?? "0", `${where}, offset`);
	return { location, offset, length, checksum: entries.get("checksum") };
}

function readExternal(message: Message<"Tensor">, length: number, context: DecodeContext, where: string): Uint8Array {
	const reference = toReference(message, length, where);
	if (context.external !== undefined) return context.external(reference, where);
	const hint = "Read the model from its file, so that its external data can be found.";
	throw modelError(where, "data inside the model", `data in ${quote(reference.location)}`, hint);
}

type DataField = TypedField | "rawData";

const dataFields: readonly DataField[] = ["rawData", "floatData", "doubleData", "int32Data", "int64Data", "uint64Data"];

function chunksOf(message: Message<"Tensor">, field: DataField): readonly Uint8Array[] {
	if (field !== "rawData") return message[field] ?? [];
	return message.rawData === undefined ? [] : [message.rawData];
}

/** Which field has the tensor's data: the typed one where none has, as with a tensor of no elements. */
function dataField(message: Message<"Tensor">, typed: TypedField, where: string): DataField | "externalData" {
	const location = message.dataLocation ?? 0;
	if (location !== 0 && location !== 1) throw modelError(where, "data location 0 or 1", String(location));
	const held = dataFields.filter((field) => chunksOf(message, field).some((chunk) => chunk.length > 0));
	const [field = typed, ...others] = location === 1 ? ["externalData" as const, ...held] : held;
	if (others.length > 0 || (field !== typed && field !== "rawData" && field !== "externalData")) {
		const got = [field, ...others].join(" and ");
		throw modelError(where, `data in one of rawData, externalData and ${typed}`, `data in ${got}`);
	}
	return field;
}

/**
 * Reads a tensor. `where` names it in errors.
 *
 * @throws LimbeckError `model`: an unsupported element type, a shape beyond the limits or that disagrees with the data.
 */
export function toTensor(message: Message<"Tensor">, context: DecodeContext, where: string): Tensor {
	const type = toDataType(message.dataType ?? 0, where);
	const { BYTES_PER_ELEMENT } = tensorArrays[type];
	const dims = toDims(message.dims ?? [], BYTES_PER_ELEMENT, context.limits, where);
	const length = byteLength(type, dims);
	const field = dataField(message, typedFields[type], where);
	const external = field === "externalData";
	const chunks = external ? [readExternal(message, length, context, where)] : chunksOf(message, field);
	const varints = field === "int32Data" || field === "int64Data" || field === "uint64Data";
	const tensor = varints ? fromVarints(type, dims, chunks, where) : fromRawBytes(type, dims, join(chunks), where);
	if (tensor.type === "bool" && tensor.data.some((byte) => byte > 1)) {
		throw modelError(where, "bool elements of 0 or 1", "others");
	}
	return tensor;
}
