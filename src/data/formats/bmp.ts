/** Windows and OS/2 bitmaps (.bmp, .dib): every layout that stores pixels itself, with 1 to 32 bits a pixel. */
import { type BmpHeader, damagedBmp, readBmpHeader } from "./bmp-header.js";
import { indicesOfRuns } from "./bmp-runs.js";
import type { RawPixels } from "./raw-pixels.js";

/** Whether a file that starts so is a bitmap. */
export function isBmp(head: Uint8Array): boolean {
	return head[0] === 0x42 && head[1] === 0x4d;
}

/**
 * Decodes a bitmap, whose size the caller has found in its header and admits.
 *
 * @param bytes - the whole file.
 * @param where - the file, for messages.
 * @returns three channels, or four where the file has an alpha channel in which not all is 0.
 * @throws LimbeckError `data` for a file that is damaged, or of a kind that holds no pixels of its own (JPEG, PNG, CMYK).
 */
export function decodeBmp(bytes: Uint8Array, where: string): RawPixels {
	const header = readBmpHeader(bytes, where);
	if (header.bits > 8) return coloursOf(bytes, header, where);
	const palette = paletteOf(bytes, header);
	const indices = header.runs ? indicesOfRuns(bytes, header, where) : indicesOf(bytes, header, where);
	const data = new Uint8Array(3 * indices.length);
	const known = palette.length / 3;
	for (let at = 0; at < indices.length; at++) {
		const index = indices[at] ?? 0;
		if (index >= known) throw damagedBmp(where, `colours up to ${String(known - 1)}`, `colour ${String(index)}`);
		for (let k = 0; k < 3; k++) data[3 * at + k] = palette[3 * index + k] ?? 0;
	}
	return { width: header.width, height: header.height, channels: 3, data };
}

/** The palette as red, green, blue after each other. */
function paletteOf(bytes: Uint8Array, { palette, bits }: BmpHeader): Uint8Array {
	const { at, entryBytes, entries } = palette;
	const whole = Math.max(0, Math.min(entries, 2 ** bits, Math.floor((bytes.length - at) / entryBytes)));
	const colours = new Uint8Array(3 * whole);
	for (let entry = 0; entry < whole; entry++) {
		const from = at + entry * entryBytes;
		colours.set([bytes[from + 2] ?? 0, bytes[from + 1] ?? 0, bytes[from] ?? 0], 3 * entry);
	}
	return colours;
}

/** Where the rows lie: each is filled up to whole words of 32 bits, and the lowest is the first unless the header says so. */
function* rowsOf(
	bytes: Uint8Array,
	{ width, height, bits, offset, topDown }: BmpHeader,
	where: string,
): Generator<readonly [row: number, from: number], void, undefined> {
	const stride = 4 * Math.ceil((width * bits) / 32);
	// The filling of the last row is left out by some writers.
	const needed = offset + stride * (height - 1) + Math.ceil((width * bits) / 8);
	if (bytes.length < needed)
		throw damagedBmp(where, `${String(needed)} bytes`, `${String(bytes.length)}: it is cut short`);
	for (let k = 0; k < height; k++) yield [topDown ? k : height - 1 - k, offset + k * stride];
}

function indicesOf(bytes: Uint8Array, header: BmpHeader, where: string): Uint8Array {
	const { width, bits } = header;
	const perByte = 8 / bits;
	const mask = 2 ** bits - 1;
	const indices = new Uint8Array(width * header.height);
	for (const [row, from] of rowsOf(bytes, header, where)) {
		for (let x = 0; x < width; x++) {
			const shift = 8 - bits * ((x % perByte) + 1);
			indices[row * width + x] = ((bytes[from + Math.floor(x / perByte)] ?? 0) >> shift) & mask;
		}
	}
	return indices;
}

/** Pixels of 16, 24 and 32 bits: each colour is where its mask has ones, scaled to 255. */
function coloursOf(bytes: Uint8Array, header: BmpHeader, where: string): RawPixels {
	const { width, height, bits, masks } = header;
	const levels = masks.map(levelOf);
	const channels = masks.length === 4 ? 4 : 3;
	const data = new Uint8Array(width * height * channels);
	const step = bits / 8;
	for (const [row, from] of rowsOf(bytes, header, where)) {
		let to = row * width * channels;
		for (let x = 0; x < width; x++) {
			const at = from + x * step;
			let pixel = 0;
			for (let k = step - 1; k >= 0; k--) pixel = pixel * 256 + (bytes[at + k] ?? 0);
			for (const level of levels) data[to++] = level(pixel);
		}
	}
	const raw = { width, height, channels, data } as const;
	return channels === 4 && data.every((value, at) => at % 4 !== 3 || value === 0) ? withoutAlpha(raw) : raw;
}

/** What a mask picks of a pixel, as 0 … 255. */
function levelOf(mask: number): (pixel: number) => number {
	if (mask === 0) return () => 0;
	const shift = 31 - Math.clz32(mask & -mask);
	const most = mask >>> shift;
	return (pixel) => Math.round((255 * ((pixel & mask) >>> shift)) / most);
}

/** An alpha channel that is 0 everywhere was never written: programs show such pictures as opaque. */
function withoutAlpha({ width, height, data }: RawPixels): RawPixels {
	const opaque = new Uint8Array((data.length / 4) * 3);
	for (let at = 0, to = 0; at < data.length; at += 4, to += 3) opaque.set(data.subarray(at, at + 3), to);
	return { width, height, channels: 3, data: opaque };
}
