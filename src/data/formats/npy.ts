import { LimbeckError } from "../../errors.js";
import { type ByteSource, readBlocks, readStart } from "./bytes.js";
import { fortranRows } from "./npy-fortran.js";
import { type ElementType, elementType } from "./npy-types.js";

/** An array in NumPy's format. */
export interface NpyArray {
	/** The file's name, for errors. */
	readonly where: string;
	readonly type: ElementType;
	readonly dims: readonly number[];
	/** The array's bytes, in blocks of whole rows along the first dimension. */
	rows(): AsyncGenerator<RowBytes, void, undefined>;
}

/** Rows that follow each other. */
export interface RowBytes {
	/** Index of the first. */
	readonly first: number;
	readonly count: number;
	readonly bytes: Uint8Array<ArrayBuffer>;
}

const magic = "\x93NUMPY";
/** NumPy aligns headers to 64 bytes; those of plain arrays take less than 200. */
const longestHeader = 2 ** 16;
const mostDimensions = 32;
const blockBytes = 2 ** 20;

/**
 * Opens an array in NumPy's format, versions 1 to 3, in C or Fortran order. Nothing but the header is read, and nothing in it is evaluated.
 *
 * Source: NumPy Enhancement Proposal 1 and `numpy.lib.format`.
 *
 * @throws LimbeckError `data` unless the header is right, the elements are ones that we read and the
 * source holds exactly the elements that the header promises.
 */
export async function openNpy(source: ByteSource): Promise<NpyArray> {
	const { where, size } = source;
	const { text, start } = parseFrame(await readStart(source, longestHeader), where);
	const { descr, fortran, dims } = parseHeader(text, where);
	const type = elementType(descr, where);
	const bytes = dims.reduce((product, dim) => product * dim, type.bytes);
	if (size - start !== bytes) {
		const expected = `${String(bytes)} bytes of data, as its header says (${dims.join("×")} of ${descr})`;
		throw failure(where, expected, String(size - start));
	}
	const [count = 1] = dims;
	const rowBytes = count === 0 ? 0 : bytes / count;
	const perBlock = Math.max(1, Math.floor(blockBytes / Math.max(1, rowBytes)));
	const blocks =
		fortran && dims.length > 1
			? () => fortranRows({ source, start, dims, bytes: type.bytes }, perBlock)
			: () => readBlocks(source, start, perBlock * rowBytes);
	return { where, type, dims, rows: () => rowsOf(blocks(), rowBytes) };
}

async function* rowsOf(
	blocks: AsyncIterable<Uint8Array<ArrayBuffer>>,
	rowBytes: number,
): AsyncGenerator<RowBytes, void, undefined> {
	let first = 0;
	for await (const bytes of blocks) {
		const count = bytes.length / rowBytes;
		yield { first, count, bytes };
		first += count;
	}
}

/** The header's text, and where the data start. */
function parseFrame(bytes: Uint8Array, where: string): { readonly text: string; readonly start: number } {
	const ascii = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (ascii.toString("latin1", 0, magic.length) !== magic || bytes.length < 12) {
		throw failure(where, "a file in NumPy's format (.npy)", "another file");
	}
	const version = ascii.readUInt8(magic.length);
	if (version < 1 || version > 3) throw failure(where, "version 1, 2 or 3 of the format", String(version));
	const [length, at] = version === 1 ? [ascii.readUInt16LE(8), 10] : [ascii.readUInt32LE(8), 12];
	if (at + length > bytes.length) {
		throw failure(where, `a header of at most ${String(bytes.length - at)} bytes`, String(length));
	}
	return { text: ascii.toString(version === 3 ? "utf8" : "latin1", at, at + length), start: at + length };
}

interface Header {
	readonly descr: string;
	readonly fortran: boolean;
	readonly dims: readonly number[];
}

/** The header is a Python dictionary of three fields, in any order. */
function parseHeader(text: string, where: string): Header {
	const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
	const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
	const shape = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(text)?.[1];
	if (/'descr'\s*:\s*\[/.test(text)) {
		const hint = "Store each of its fields as an array of its own.";
		throw failure(where, "numbers of one type", "an array of structures", hint);
	}
	if (descr === undefined || fortran === undefined || shape === undefined) {
		const expected = "a header with descr, fortran_order and shape";
		throw failure(where, expected, JSON.stringify(text.trim().slice(0, 100)));
	}
	const dims = shape.split(",").map((dim) => dim.trim());
	const sizes = dims.filter((dim) => dim !== "").map(Number);
	if (sizes.length > mostDimensions || !sizes.every(Number.isSafeInteger)) {
		throw failure(where, `at most ${String(mostDimensions)} dimensions`, `shape (${shape.slice(0, 100)})`);
	}
	return { descr, fortran: fortran === "True", dims: sizes };
}

function failure(where: string, expected: string, got: string, hint?: string): LimbeckError {
	return new LimbeckError("data", { where, expected, got, ...(hint === undefined ? {} : { hint }) });
}
