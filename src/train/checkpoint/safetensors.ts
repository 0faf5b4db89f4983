/**
 * The safetensors file format: eight bytes of header length, a JSON header, then the tensors' bytes end to end.
 *
 * Source: https://github.com/huggingface/safetensors, "Format". As there, a file may hold no holes, no overlaps and
 * nothing behind its last tensor, and its header is limited.
 */
import { z } from "zod";
import { LimbeckError } from "../../errors.js";
import { type DataType, elementCount, type Tensor, tensorArrays } from "../../onnx/tensor.js";
import { shown } from "../../options.js";

/** What a file holds. */
export interface TensorFile {
	readonly tensors: Readonly<Record<string, Tensor>>;
	/** Texts by name. */
	readonly metadata: Readonly<Record<string, string>>;
}

/** The names of element types in the header. */
const typeNames = {
	float: "F32",
	double: "F64",
	float16: "F16",
	int8: "I8",
	int16: "I16",
	int32: "I32",
	int64: "I64",
	uint8: "U8",
	uint16: "U16",
	uint32: "U32",
	uint64: "U64",
	bool: "BOOL",
	// One a byte, as in memory.
	uint4: "U8",
	int4: "I8",
} as const satisfies Record<DataType, string>;

const typesByName: ReadonlyMap<string, DataType> = new Map(
	// The keys are those of the table. Of two types of one name the first is read.
	Object.entries(typeNames)
		.toReversed()
		.map(([type, name]) => [name, type as DataType]),
);

/** Bytes that a header may have; the reference implementation allows as many. */
const longestHeader = 100_000_000;
const metadataKey = "__metadata__";
const prefixBytes = 8;

const offset = z.int().min(0);
const entry = z.strictObject({
	dtype: z.string(),
	shape: z.array(offset),
	data_offsets: z.tuple([offset, offset]),
});
const header = z.record(z.string(), z.unknown());
const metadataShape = z.record(z.string(), z.string());

/** Encodes tensors and texts; the same input gives the same bytes. Tensors stand in the order of their names. */
export function encodeTensors({ tensors, metadata }: TensorFile): Uint8Array<ArrayBuffer> {
	const named = Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1));
	let end = 0;
	const entries = named.map(([name, { type, dims, data }]) => {
		const begin = end;
		end += data.byteLength;
		return [name, { dtype: typeNames[type], shape: dims, data_offsets: [begin, end] }] as const;
	});
	const text = JSON.stringify(Object.fromEntries([[metadataKey, metadata], ...entries]));
	const head = new TextEncoder().encode(text);
	// Spaces behind the header let the tensors begin at a multiple of eight.
	const length = Math.ceil(head.length / prefixBytes) * prefixBytes;
	const bytes = new Uint8Array(prefixBytes + length + end).fill(0x20, prefixBytes, prefixBytes + length);
	new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
	bytes.set(head, prefixBytes);
	let at = prefixBytes + length;
	for (const [, { data }] of named) {
		bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
		at += data.byteLength;
	}
	return bytes;
}

/**
 * Decodes a file. Tensors are copies.
 *
 * @param where - the file, for messages.
 * @throws LimbeckError (`file`) for anything that is not a whole, dense file of this format.
 */
export function decodeTensors(bytes: Uint8Array, where: string): TensorFile {
	const { fields, start } = readHeader(bytes, where);
	const { [metadataKey]: written = {}, ...rest } = fields;
	const metadata = metadataShape.safeParse(written);
	if (!metadata.success) throw damaged(where, "texts as metadata", shown(written));
	const entries = Object.entries(rest).map(([name, value]) => {
		const parsed = entry.safeParse(value);
		if (!parsed.success) throw damaged(where, `type, shape and place of ${name}`, "something else");
		return { name, ...parsed.data };
	});
	let end = 0;
	const tensors = entries
		.sort((a, b) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1])
		.map(({ name, dtype, shape, data_offsets: [begin, next] }) => {
			if (begin !== end) throw damaged(where, `${name} at byte ${String(end)}`, String(begin));
			end = next;
			return [
				name,
				tensorAt(bytes, start + begin, start + next, { dtype, shape, where: `${where}: ${name}` }),
			] as const;
		});
	if (start + end !== bytes.length) {
		throw damaged(where, `${String(start + end)} bytes`, String(bytes.length));
	}
	return { tensors: Object.fromEntries(tensors), metadata: metadata.data };
}

function readHeader(
	bytes: Uint8Array,
	where: string,
): { readonly fields: Readonly<Record<string, unknown>>; readonly start: number } {
	if (bytes.length < prefixBytes) throw damaged(where, "a safetensors file", `${String(bytes.length)} bytes`);
	const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
	const start = prefixBytes + length;
	if (length > longestHeader || start > bytes.length) {
		throw damaged(where, "a header inside the file", `one of ${String(length)} bytes`);
	}
	try {
		const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(prefixBytes, start));
		return { fields: header.parse(JSON.parse(text)), start };
	} catch (cause) {
		throw damaged(where, "a header of JSON", "something else", cause);
	}
}

/** The tensor whose bytes are `begin` … `end − 1` of the file. */
function tensorAt(
	bytes: Uint8Array,
	begin: number,
	end: number,
	{ dtype, shape, where }: { readonly dtype: string; readonly shape: readonly number[]; readonly where: string },
): Tensor {
	const type = typesByName.get(dtype);
	if (type === undefined) throw damaged(where, [...typesByName.keys()].join(", "), dtype);
	const Elements = tensorArrays[type];
	const needed = elementCount(shape) * Elements.BYTES_PER_ELEMENT;
	if (needed !== end - begin || end > bytes.length) {
		throw damaged(
			where,
			`${String(needed)} bytes for [${shape.join(",")}]`,
			String(Math.min(end, bytes.length) - begin),
		);
	}
	// A copy: a Buffer's own slice would be a view, which need not be aligned.
	const copy = new Uint8Array(bytes.subarray(begin, end));
	// The table pairs each type with its array.
	return { type, dims: shape, data: new Elements(copy.buffer) } as Tensor;
}

function damaged(where: string, expected: string, got: string, cause?: unknown): LimbeckError {
	return new LimbeckError("file", { where, expected, got, cause });
}
