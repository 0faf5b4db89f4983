/** Files of pictures that sharp does not write, made byte by byte. */

/** What a bitmap's header says beside its size. */
export interface BmpParts {
	readonly width: number;
	/** Below 0 where the first row is the top one. */
	readonly height: number;
	readonly bits: number;
	readonly compression?: number;
	/** Bytes of its second header: 12, 40, 56, 108 or 124. */
	readonly header?: number;
	/** Red, green and blue of each entry. */
	readonly palette?: readonly (readonly [number, number, number])[];
	/** Bits of red, green, blue and alpha. */
	readonly masks?: readonly number[];
	/** Bytes between headers and pixels that mean nothing. */
	readonly gap?: number;
	/** The pixels as they are stored. */
	readonly pixels: readonly number[];
}

/** A bitmap. */
export function bmp(parts: BmpParts): Buffer {
	const { width, height, bits, compression = 0, header: size = 40, palette = [], masks = [], gap = 0, pixels } = parts;
	const core = size === 12;
	const header = Buffer.alloc(size);
	header.writeUInt32LE(size, 0);
	if (core) {
		for (const [at, value] of [width, height, 1, bits].entries()) header.writeUInt16LE(value, 4 + 2 * at);
	} else {
		header.writeInt32LE(width, 4);
		header.writeInt32LE(height, 8);
		header.writeUInt16LE(1, 12);
		header.writeUInt16LE(bits, 14);
		header.writeUInt32LE(compression, 16);
		header.writeUInt32LE(palette.length, 32);
	}
	const words = Buffer.alloc(4 * masks.length);
	for (const [at, mask] of masks.entries()) words.writeUInt32LE(mask, 4 * at);
	// Later headers hold the masks themselves.
	if (size > 40) words.copy(header, 40);
	const colours = palette.flatMap(([red, green, blue]) => (core ? [blue, green, red] : [blue, green, red, 0]));
	const body = Buffer.concat([
		header,
		size > 40 ? Buffer.alloc(0) : words,
		Buffer.from(colours),
		Buffer.alloc(gap, 0xaa),
	]);
	const start = Buffer.alloc(14);
	start.write("BM", "latin1");
	start.writeUInt32LE(14 + body.length + pixels.length, 2);
	start.writeUInt32LE(14 + body.length, 10);
	return Buffer.concat([start, body, Buffer.from(pixels)]);
}

/** How TIFF calls the kinds of numbers. */
const sampleFormats = { unsigned: 1, signed: 2, float: 3 } as const;

/**
 * An uncompressed TIFF of one strip.
 *
 * @param data - `[height, width, channels]`.
 * @param extra - what its tag ExtraSamples says of a second or fourth channel; absent where it has no such tag.
 */
export function tiff(
	width: number,
	channels: 1 | 2 | 3 | 4,
	kind: keyof typeof sampleFormats,
	data: Uint8Array | Uint16Array | Int16Array | Uint32Array | Float32Array,
	extra?: number,
): Buffer {
	const pixels = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
	const height = data.length / (width * channels);
	const lists = 8;
	// Two shorts and fewer lie in the entry itself.
	const each = (value: number, at: number): number => (channels > 2 ? at : channels === 2 ? value * 0x10001 : value);
	const entriesAt = lists + 4 * channels;
	const entries: (readonly [tag: number, value: number, count?: number])[] = [
		[256, width],
		[257, height],
		[258, each(8 * data.BYTES_PER_ELEMENT, lists), channels],
		[259, 1],
		[262, channels < 3 ? 1 : 2],
		[273, entriesAt + 2 + (extra === undefined ? 11 : 12) * 12 + 4],
		[277, channels],
		[278, height],
		[279, pixels.length],
		[284, 1],
		...(extra === undefined ? [] : [[338, extra] as const]),
		[339, each(sampleFormats[kind], lists + 2 * channels), channels],
	];
	const head = Buffer.alloc(entriesAt + 2 + 12 * entries.length + 4);
	head.write("II*\0", "latin1");
	head.writeUInt32LE(entriesAt, 4);
	for (let channel = 0; channel < channels; channel++) {
		head.writeUInt16LE(8 * data.BYTES_PER_ELEMENT, lists + 2 * channel);
		head.writeUInt16LE(sampleFormats[kind], lists + 2 * (channels + channel));
	}
	head.writeUInt16LE(entries.length, entriesAt);
	for (const [k, [tag, value, count = 1]] of entries.entries()) {
		const at = entriesAt + 2 + 12 * k;
		const long = tag === 273 || tag === 279;
		head.writeUInt16LE(tag, at);
		head.writeUInt16LE(long ? 4 : 3, at + 2);
		head.writeUInt32LE(count, at + 4);
		head.writeUInt32LE(value, at + 8);
	}
	return Buffer.concat([head, pixels]);
}
