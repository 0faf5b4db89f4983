import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { LimbeckError } from "../errors.js";
import type { DecodeLimits } from "./decode-options.js";
import { modelError } from "./model-error.js";
import { type Field, type Message, type MessageName, type ScalarKind, schema } from "./schema.js";

/** A file being read, and what has been counted against its limits. */
interface Source {
	readonly reader: BinaryReader;
	readonly bytes: Uint8Array;
	readonly where: string;
	readonly limits: DecodeLimits;
	readonly counts: { items: number; nodes: number; tensors: number };
}

/** A field and where it stands: inside a message that ends at byte `end` and is nested `depth` deep. */
interface Place {
	/** Such as `Graph.node`. */
	readonly name: string;
	readonly field: Field;
	readonly end: number;
	readonly depth: number;
}

const wireTypes: Readonly<Record<Exclude<ScalarKind, "refused">, WireType>> = {
	int: WireType.Varint,
	long: WireType.Varint,
	float: WireType.Bit32,
	string: WireType.LengthDelimited,
	bytes: WireType.LengthDelimited,
	varint: WireType.Varint,
	fixed32: WireType.Bit32,
	fixed64: WireType.Bit64,
};

// A byte order mark is part of a name, and must survive.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const messageNames = new Set<string>(Object.keys(schema));

/** Field number → name and field, of every message. */
const fieldsByNumber = new Map(
	Object.entries<Readonly<Record<string, Field>>>(schema).map(([message, fields]) => [
		message,
		new Map(Object.entries(fields).map(([name, field]) => [field.number, { name, field }])),
	]),
);

function isMessage(kind: Field["kind"]): kind is MessageName {
	return messageNames.has(kind);
}

function malformed(source: Source, at: number, place: string, expected: string, got: string): LimbeckError {
	return modelError(
		`${source.where}, byte ${String(at)}, ${place}`,
		expected,
		got,
		"The file is damaged or not an ONNX model.",
	);
}

/** Counts one more against a limit. */
function count(source: Source, what: keyof Source["counts"]): void {
	source.counts[what]++;
	if (source.counts[what] > source.limits[what]) {
		const limit = String(source.limits[what]);
		throw modelError(source.where, `at most ${limit} ${what}`, "more", "Raise the limit if you trust the file.");
	}
}

/** Reads a length and checks that so many bytes follow inside the enclosing message. */
function readLength(source: Source, place: Place): number {
	const { reader, bytes } = source;
	const length = reader.uint32();
	const rest = place.end - reader.pos;
	if (length <= rest) return length;
	const got = String(Math.max(rest, 0));
	if (place.end === bytes.length) throw truncated(source, `${place.name} of ${String(length)} bytes`, `${got} bytes`);
	throw malformed(source, reader.pos, place.name, `${String(length)} bytes`, `${got} before its message ends`);
}

function truncated(source: Source, expected: string, got: string): LimbeckError {
	const { where, bytes } = source;
	const hint = "The file is truncated; export or download it again.";
	return modelError(`${where}, byte ${String(bytes.length)}`, expected, `${got} before the end of the file`, hint);
}

function readInt(source: Source, place: Place): number {
	const at = source.reader.pos;
	const value = source.reader.int64();
	if (Number.isSafeInteger(Number(value))) return Number(value);
	throw malformed(source, at, place.name, "an integer within ±(2⁵³ − 1)", String(value));
}

function readLong(source: Source): number | bigint {
	const value = source.reader.int64();
	return Number.isSafeInteger(Number(value)) ? Number(value) : BigInt(value);
}

function readString(source: Source, place: Place): string {
	const at = source.reader.pos;
	const bytes = readBytes(source, place);
	const limit = source.limits.stringBytes;
	if (bytes.length > limit) {
		throw malformed(source, at, place.name, `at most ${String(limit)} bytes`, String(bytes.length));
	}
	try {
		return utf8.decode(bytes);
	} catch {
		throw malformed(source, at, place.name, "UTF-8 text", "invalid UTF-8");
	}
}

function readBytes(source: Source, place: Place): Uint8Array {
	const { reader, bytes } = source;
	const length = readLength(source, place);
	const start = reader.pos;
	reader.pos += length;
	return bytes.subarray(start, reader.pos);
}

/** Reads one value of a field, past its tag. */
function readValue(source: Source, place: Place, wireType: WireType): unknown {
	const { kind } = place.field;
	switch (kind) {
		case "int":
			return readInt(source, place);
		case "long":
			return readLong(source);
		case "float":
			return source.reader.float();
		case "string":
			return readString(source, place);
		case "bytes":
			return readBytes(source, place);
		case "varint":
		case "fixed32":
		case "fixed64":
			return wireType === WireType.LengthDelimited ? readBytes(source, place) : source.reader.skip(wireType);
		case "refused":
			throw modelError(source.where, `no ${place.name}`, "one", "Limbeck does not support it; export without.");
		default: {
			const end = readLength(source, place) + source.reader.pos;
			return readMessage(source, kind, end, place.depth + 1);
		}
	}
}

/** Reads a packed run of numbers into `values`. */
function readPacked(source: Source, place: Place, wireType: WireType, values: unknown[]): void {
	const end = readLength(source, place) + source.reader.pos;
	while (source.reader.pos < end) {
		count(source, "items");
		values.push(readValue(source, place, wireType));
	}
	if (source.reader.pos !== end) {
		throw malformed(source, end, place.name, "numbers that fill their packed run", "one that exceeds it");
	}
}

/** Reads what follows a field's tag, given what the message already holds of that field. */
function readField(source: Source, place: Place, wireType: WireType, earlier: unknown): unknown {
	const { kind, repeated } = place.field;
	const at = source.reader.pos;
	// A refused field is refused whatever its wire type.
	const natural = kind === "refused" ? wireType : isMessage(kind) ? WireType.LengthDelimited : wireTypes[kind];
	const packed = repeated && wireType === WireType.LengthDelimited && natural !== wireType;
	if (wireType !== natural && !packed) {
		throw malformed(source, at, place.name, `wire type ${String(natural)}`, String(wireType));
	}
	if (!repeated) {
		if (earlier !== undefined) throw malformed(source, at, place.name, "the field at most once", "it again");
		return readValue(source, place, wireType);
	}
	// The reader alone fills the arrays of a message that it has not yet handed out.
	const values = (earlier ?? []) as unknown[];
	if (packed && (kind === "int" || kind === "long" || kind === "float")) readPacked(source, place, natural, values);
	else values.push(readValue(source, place, wireType));
	return values;
}

/** Reads the fields of a message up to byte `end`. */
function readMessage(
	source: Source,
	message: MessageName,
	end: number,
	depth: number,
): Readonly<Record<string, unknown>> {
	const { reader, limits, where } = source;
	if (depth > limits.depth) {
		const limit = String(limits.depth);
		throw modelError(where, `messages nested at most ${limit} deep`, "more", "Raise the limit if you trust the file.");
	}
	if (message === "Node") count(source, "nodes");
	if (message === "Tensor") count(source, "tensors");
	const fields = fieldsByNumber.get(message);
	const values: Record<string, unknown> = {};
	while (reader.pos < end) {
		count(source, "items");
		const start = reader.pos;
		const [number, wireType] = reader.tag();
		const known = fields?.get(number);
		if (known === undefined) {
			reader.skip(wireType, number);
		} else {
			const place: Place = { name: `${message}.${known.name}`, field: known.field, end, depth };
			values[known.name] = readField(source, place, wireType, values[known.name]);
		}
		if (reader.pos > end) {
			throw malformed(source, start, message, `a field that ends by byte ${String(end)}`, "one that goes on");
		}
	}
	return values;
}

/**
 * Reads the protobuf of a whole model.
 *
 * @throws LimbeckError `model`, naming the byte: the file is truncated, malformed, beyond a limit or has a refused field.
 */
export function readModelMessage(file: Uint8Array, where: string, limits: DecodeLimits): Message<"Model"> {
	const size = file.length;
	if (size > limits.bytes) throw modelError(where, `at most ${String(limits.bytes)} bytes`, String(size));
	// Not a Buffer, whose slice() would not copy.
	const bytes = new Uint8Array(file.buffer, file.byteOffset, size);
	const reader = new BinaryReader(bytes);
	const source: Source = { reader, bytes, where, limits, counts: { items: 0, nodes: 0, tensors: 0 } };
	try {
		// The type derives from the schema, and so does every name and value that the reader put in.
		return readMessage(source, "Model", size, 1);
	} catch (error) {
		// BinaryReader throws plain errors; past the last byte they mean that the file ends too early.
		if (!(error instanceof Error) || error instanceof LimbeckError) throw error;
		if (reader.pos > size) throw truncated(source, "the rest of a field", "nothing");
		throw malformed(source, reader.pos, "protobuf", "a well-formed field", error.message);
	}
}
