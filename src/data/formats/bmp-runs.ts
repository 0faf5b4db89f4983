/** Bitmaps whose pixels are packed in runs of equal ones: RLE4 and RLE8. */
import { type BmpHeader, damagedBmp } from "./bmp-header.js";

/** A byte stands for no more pixels than these, where nothing is left out; a small picture may leave all out. */
const [pixelsOfByte, freePixels] = [255 / 2, 2 ** 22];

/**
 * The colours of a packed bitmap, from the top: `[height, width]`. What the file leaves out has colour 0.
 *
 * @throws LimbeckError `data` where the file ends too early, or writes beside the picture.
 */
export function indicesOfRuns(bytes: Uint8Array, header: BmpHeader, where: string): Uint8Array {
	const { width, height, bits, offset } = header;
	const most = freePixels + pixelsOfByte * bytes.length;
	if (width * height > most) {
		throw damagedBmp(where, `at most ${String(most)} pixels, for its size`, `${String(width)} × ${String(height)}`);
	}
	const indices = new Uint8Array(width * height);
	const nibbles = bits === 4;
	let [at, x, row] = [offset, 0, height - 1];
	const next = (): number => {
		const byte = bytes[at++];
		if (byte === undefined) throw damagedBmp(where, "an end mark after its pixels", "none: it is cut short");
		return byte;
	};
	const put = (index: number): void => {
		// Encoders fill a row up to whole bytes or words: what lies beside the picture is dropped, as everybody does.
		if (x < width && row >= 0) indices[row * width + x] = index;
		x++;
	};
	const literal = (count: number): void => {
		const start = at;
		let byte = 0;
		for (let k = 0; k < count; k++) {
			if (!nibbles || k % 2 === 0) byte = next();
			put(nibbles ? (k % 2 === 0 ? byte >> 4 : byte & 15) : byte);
		}
		at += (at - start) % 2;
	};
	for (;;) {
		const [count, value] = [next(), next()];
		if (count > 0) {
			for (let k = 0; k < count; k++) put(nibbles ? (k % 2 === 0 ? value >> 4 : value & 15) : value);
		} else if (value === 0) [x, row] = [0, row - 1];
		else if (value === 1) return indices;
		else if (value === 2) [x, row] = [x + next(), row - next()];
		else literal(value);
		if (row < -1) throw damagedBmp(where, `${String(height)} rows`, "more");
	}
}
