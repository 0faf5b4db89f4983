import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { modelError, quote } from "./model-error.js";
import { type Field, type Message, type MessageName, schema } from "./schema.js";

/**
 * Protobuf written from its end to its start: what a message holds is there before its length is due, so nothing is
 * moved or measured twice, and large tensors are copied once, into the result.
 */
interface Output {
	/** Encodes one piece at a time. */
	readonly piece: BinaryWriter;
	/** The pieces, last first. */
	readonly pieces: Uint8Array[];
	length: number;
}

/** The fields of each message in the order of writing, and what errors call them. */
const fieldsLastFirst = new Map(
	Object.entries<Readonly<Record<string, Field>>>(schema).map(([name, fields]) => [
		name,
		Object.entries(fields)
			.toReversed()
			.map(([key, field]) => ({ key, field, where: `${name}.${key}` })),
	]),
);

function prepend(out: Output, bytes: Uint8Array): void {
	out.pieces.push(bytes);
	out.length += bytes.length;
}

function checkedInt(value: number | bigint, where: string): number | bigint {
	if (typeof value === "bigint" || Number.isSafeInteger(value)) return value;
	throw modelError(where, "a safe integer", String(value));
}

function checkedFloat(value: number, where: string): number {
	if (!Number.isFinite(value) || Number.isFinite(Math.fround(value))) return value;
	throw modelError(where, "a number within the range of 32-bit floats", String(value));
}

function checkedString(value: string, where: string): string {
	// A surrogate that is alone has no UTF-8.
	if (!/\p{Surrogate}/u.test(value)) return value;
	throw modelError(where, "well-formed Unicode", quote(value));
}

/** Puts tag and length before the bytes that were written since `out` had length `end`. */
function prependLength(out: Output, number: number, end: number): void {
	const length = out.length - end;
	prepend(out, out.piece.tag(number, WireType.LengthDelimited).uint32(length).finish());
}

/** Writes one value, tag included. */
function writeValue(out: Output, { number, kind }: Field, value: unknown, where: string): void {
	const { piece, length: end } = out;
	// Each cast is to the type that the schema gives to values of the kind.
	switch (kind) {
		case "int":
		case "long":
			prepend(
				out,
				piece
					.tag(number, WireType.Varint)
					.int64(checkedInt(value as number | bigint, where))
					.finish(),
			);
			break;
		case "float":
			prepend(
				out,
				piece
					.tag(number, WireType.Bit32)
					.float(checkedFloat(value as number, where))
					.finish(),
			);
			break;
		case "string": {
			const text = checkedString(value as string, where);
			prepend(out, piece.tag(number, WireType.LengthDelimited).string(text).finish());
			break;
		}
		case "bytes":
		case "varint":
		case "fixed32":
		case "fixed64":
			prepend(out, value as Uint8Array);
			prependLength(out, number, end);
			break;
		case "refused":
			throw modelError(where, "no value", "one");
		default:
			writeMessage(out, kind, value as Readonly<Record<string, unknown>>);
			prependLength(out, number, end);
	}
}

/** Writes numbers as one packed run. */
function writePacked(out: Output, { number, kind }: Field, values: readonly (number | bigint)[], where: string): void {
	const { piece } = out;
	piece.tag(number, WireType.LengthDelimited).fork();
	for (const value of values) {
		if (kind === "int" || kind === "long") piece.int64(checkedInt(value, where));
		else piece.float(checkedFloat(Number(value), where));
	}
	prepend(out, piece.join().finish());
}

/** Writes the fields that are present. The schema says what each value is. */
function writeMessage(out: Output, name: MessageName, values: Readonly<Record<string, unknown>>): void {
	for (const { key, field, where } of fieldsLastFirst.get(name) ?? []) {
		const value = values[key];
		if (value === undefined) continue;
		if (!field.repeated) writeValue(out, field, value, where);
		else if (field.kind === "int" || field.kind === "long" || field.kind === "float")
			writePacked(out, field, value as readonly (number | bigint)[], where);
		else for (const element of (value as readonly unknown[]).toReversed()) writeValue(out, field, element, where);
	}
}

/**
 * Writes the protobuf of a whole model.
 *
 * @throws LimbeckError `model`: a number or string that the format cannot hold, or more than 2³¹ − 1 bytes.
 */
export function writeModelMessage(message: Message<"Model">): Uint8Array {
	const out: Output = { piece: new BinaryWriter(), pieces: [], length: 0 };
	writeMessage(out, "Model", message);
	if (out.length > 2 ** 31 - 1)
		throw modelError("model", "at most 2³¹ − 1 bytes, protobuf's limit", String(out.length));
	const bytes = new Uint8Array(out.length);
	let end = 0;
	for (const piece of out.pieces.toReversed()) {
		bytes.set(piece, end);
		end += piece.length;
	}
	return bytes;
}
