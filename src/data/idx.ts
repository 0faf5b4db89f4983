import { LimbeckError } from "../errors.js";

/** An array from an IDX file. */
export interface IdxArray {
	readonly dims: readonly number[];
	/** The elements, row-major: a view of the file's bytes. */
	readonly data: Uint8Array;
}

const UINT8 = 0x08;

/**
 * Reads an IDX file of bytes (the format of the MNIST files; LeCun, Cortes and Burges, "The MNIST database").
 * Nothing is allocated, whatever sizes the header states.
 *
 * @param dimensions - the number of dimensions that the file must have.
 * @param where - the file's name, for errors.
 * @throws LimbeckError `data` unless the header is right and the file holds exactly the elements that it promises.
 */
export function parseIdx(bytes: Uint8Array, dimensions: number, where: string): IdxArray {
	const fail = (expected: string, got: string): never => {
		throw new LimbeckError("data", { where, expected, got });
	};
	const header = 4 + 4 * dimensions;
	if (bytes.length < header) {
		return fail(`an IDX file with a header of ${String(header)} bytes`, `${String(bytes.length)} bytes`);
	}
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const magic = view.getUint32(0);
	const expectedMagic = (UINT8 << 8) | dimensions;
	if (magic !== expectedMagic) {
		return fail(`IDX magic number ${hex(expectedMagic)}`, hex(magic));
	}
	const dims = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
	const length = dims.reduce((product, dim) => product * dim, 1);
	const data = bytes.subarray(header);
	if (data.length !== length) {
		return fail(`${String(length)} bytes of data, as its header says (${dims.join("×")})`, String(data.length));
	}
	return { dims, data };
}

function hex(magic: number): string {
	return `0x${magic.toString(16).padStart(8, "0")}`;
}
