/** The headers of bitmaps: BITMAPCOREHEADER to BITMAPV5HEADER, and those of OS/2. */
import { LimbeckError } from "../../errors.js";

/** What must be known to read a bitmap's pixels. */
export interface BmpHeader {
	readonly width: number;
	readonly height: number;
	/** Whether the first row of the file is the top one. */
	readonly topDown: boolean;
	/** Bits of a pixel: 1, 2, 4, 8, 16, 24 or 32. */
	readonly bits: number;
	/** Where the pixels begin. */
	readonly offset: number;
	/** Whether the pixels are packed in runs of equal ones, RLE4 or RLE8. */
	readonly runs: boolean;
	/** Of up to 8 bits a pixel. */
	readonly palette: { readonly at: number; readonly entryBytes: 3 | 4; readonly entries: number };
	/** Of more: where red, green, blue and, if there is a fourth, alpha are in a pixel. */
	readonly masks: readonly number[];
}

/** Bytes that hold every header with its masks. */
export const bmpHeadBytes = 14 + 124 + 16;

/** Says that a bitmap is not as its header says. */
export function damagedBmp(where: string, expected: string, got: string): LimbeckError {
	return new LimbeckError("data", { where, expected: `a bitmap with ${expected}`, got });
}

/** Sizes of headers: `core` of OS/2 1.x, whose fields are half as long; `masks`, how many it holds itself. */
const headers: Readonly<Record<number, { readonly core?: true; readonly masks: number }>> = {
	12: { core: true, masks: 0 },
	16: { masks: 0 },
	40: { masks: 0 },
	52: { masks: 3 },
	56: { masks: 4 },
	64: { masks: 0 },
	108: { masks: 4 },
	124: { masks: 4 },
};

/** What is known of a compression: the bits a pixel that it goes with, and how many masks it has. */
const compressions: Readonly<
	Record<number, { readonly bits: readonly number[]; readonly masks?: number; readonly runs?: true }>
> = {
	0: { bits: [1, 2, 4, 8, 16, 24, 32] },
	1: { bits: [8], runs: true },
	2: { bits: [4], runs: true },
	3: { bits: [16, 32], masks: 3 },
	6: { bits: [16, 32], masks: 4 },
};

/** Where the colours are without masks. */
const usualMasks: Readonly<Record<number, readonly number[]>> = {
	16: [0x7c00, 0x03e0, 0x001f],
	24: [0xff0000, 0x00ff00, 0x0000ff],
	32: [0xff0000, 0x00ff00, 0x0000ff],
};

/**
 * Reads a bitmap's header.
 *
 * @throws LimbeckError `data` for one that is damaged, or of a kind that is not read.
 */
export function readBmpHeader(bytes: Uint8Array, where: string): BmpHeader {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const size = bytes.length < 26 ? 0 : view.getUint32(14, true);
	const kind = headers[size];
	if (kind === undefined || bytes.length < 14 + size) {
		throw damagedBmp(where, "a header of 12, 16, 40, 52, 56, 64, 108 or 124 bytes", `${String(size)} bytes`);
	}
	const core = kind.core === true;
	const [width, signedHeight] = core
		? [view.getUint16(18, true), view.getUint16(20, true)]
		: [view.getInt32(18, true), view.getInt32(22, true)];
	const bits = view.getUint16(core ? 24 : 28, true);
	const number = size < 40 ? 0 : view.getUint32(30, true);
	const compression = size === 64 && number > 2 ? undefined : compressions[number];
	if (compression?.bits.includes(bits) !== true) {
		const got = `${String(bits)} bits a pixel, compression ${String(number)}`;
		throw damagedBmp(where, "1 to 32 bits a pixel, without compression or in runs (RLE)", got);
	}
	const topDown = signedHeight < 0;
	const height = Math.abs(signedHeight);
	if (width < 1 || height < 1 || (topDown && compression.runs === true)) {
		throw damagedBmp(where, "a width and a height from 1 on", `${String(width)} × ${String(signedHeight)}`);
	}
	const after = 14 + size + (size === 40 ? 4 * (compression.masks ?? 0) : 0);
	const used = size < 40 ? 0 : view.getUint32(46, true);
	return {
		width,
		height,
		topDown,
		bits,
		runs: compression.runs === true,
		offset: view.getUint32(10, true),
		palette: { at: after, entryBytes: core ? 3 : 4, entries: used === 0 ? 2 ** bits : used },
		masks: masksOf(view, bits, compression.masks, size === 40 ? 3 : kind.masks, where),
	};
}

/** @param told - the masks that the compression promises. @param held - those that the header has room for. */
function masksOf(
	view: DataView,
	bits: number,
	told: number | undefined,
	held: number,
	where: string,
): readonly number[] {
	const usual = usualMasks[bits] ?? [];
	if (told === undefined) return usual;
	const count = Math.max(told, held);
	if (view.byteLength < 54 + 4 * count) throw damagedBmp(where, "masks after its header", "none: it is cut short");
	const masks = Array.from({ length: count }, (_, k) => view.getUint32(54 + 4 * k, true));
	const whole = masks.every((mask) => isRun(mask) && mask < 2 ** bits);
	if (!whole || masks.slice(0, 3).includes(0)) {
		const got = masks.map((mask) => `0x${mask.toString(16)}`).join(", ");
		throw damagedBmp(where, "masks for red, green and blue, each of bits beside each other", got);
	}
	return masks[3] === 0 ? masks.slice(0, 3) : masks;
}

/** Whether the ones of a mask are beside each other. */
function isRun(mask: number): boolean {
	if (mask === 0) return true;
	const low = mask & -mask;
	const filled = (mask >>> 0) / (low >>> 0) + 1;
	return Number.isInteger(Math.log2(filled));
}
