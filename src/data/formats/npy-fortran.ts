/** Arrays in Fortran order, row after row: the first index runs fastest in the file, and rows are to come whole. */
import { type ByteSource, readBlocks } from "./bytes.js";

/** An array in Fortran order within a source. */
export interface FortranArray {
	readonly source: ByteSource;
	/** Where its elements start. */
	readonly start: number;
	readonly dims: readonly number[];
	/** Bytes of an element. */
	readonly bytes: number;
}

/** Bytes of rows that are gathered in one pass over the source; an array that is larger takes several. */
const gathered = 2 ** 28;
const readAtOnce = 2 ** 20;

/**
 * The rows of an array, in C order each.
 *
 * @param perBlock - rows in a block.
 * @param most - bytes that are gathered in a pass.
 */
export async function* fortranRows(
	array: FortranArray,
	perBlock: number,
	most = gathered,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
	const [rows = 0, ...rest] = array.dims;
	const width = rest.reduce((product, dim) => product * dim, 1);
	const rowBytes = width * array.bytes;
	if (rowBytes === 0) return;
	const places = placesOf(rest, width);
	const perPass = Math.max(1, Math.floor(most / rowBytes));
	for (let first = 0; first < rows; first += perPass) {
		const count = Math.min(perPass, rows - first);
		const pass = await gather(array, first, count, places);
		for (let at = 0; at < count; at += perBlock) yield pass.slice(at * rowBytes, (at + perBlock) * rowBytes);
	}
}

/** Where in a row in C order the elements are that Fortran's order counts: `[width]`. */
function placesOf(dims: readonly number[], width: number): Uint32Array {
	const strides = dims.map((_, k) => dims.slice(k + 1).reduce((product, dim) => product * dim, 1));
	return Uint32Array.from({ length: width }, (_, position) => {
		let [left, place] = [position, 0];
		for (const [k, dim] of dims.entries()) {
			place += (left % dim) * (strides[k] ?? 1);
			left = Math.floor(left / dim);
		}
		return place;
	});
}

/** Rows `first` … `first + count − 1`, in one pass over the source. */
async function gather(
	{ source, start, dims: [rows = 0], bytes }: FortranArray,
	first: number,
	count: number,
	places: Uint32Array,
): Promise<Uint8Array<ArrayBuffer>> {
	const width = places.length;
	const out = new Uint8Array(count * width * bytes);
	// Elements are copied in units of 4, 2 or 1 bytes.
	const unit = bytes % 4 === 0 ? 4 : bytes % 2 === 0 ? 2 : 1;
	const Units = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array }[unit];
	const [target, perElement] = [new Units(out.buffer), bytes / unit];
	let position = 0;
	for await (const block of readBlocks(source, start, bytes * Math.ceil(readAtOnce / bytes))) {
		const units = new Units(block.buffer);
		for (let at = 0; at < units.length; at += perElement, position++) {
			const row = (position % rows) - first;
			if (row < 0 || row >= count) continue;
			const place = (row * width + (places[Math.floor(position / rows)] ?? 0)) * perElement;
			for (let k = 0; k < perElement; k++) target[place + k] = units[at + k] ?? 0;
		}
	}
	return out;
}
