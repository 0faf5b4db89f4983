/** Pictures whose pixels are not bytes: 12 and 16 bits, floats, signed numbers. */
import type { Metadata, Sharp } from "sharp";
import { LimbeckError } from "../../errors.js";
import { byteOf, type PixelRange } from "./pixel-range.js";
import type { RawPixels } from "./raw-pixels.js";

/** The types of pixels, as sharp calls them, that are read by a range. */
export const deepTypes = ["ushort", "short", "uint", "int", "char", "float"] as const;

/** A type of pixels that is read by a range. */
export type DeepType = (typeof deepTypes)[number];

/** The range of a type's pixels where nothing is known of them: what sharp and others take them to be. */
export const ordinaryRanges: Readonly<Partial<Record<DeepType, PixelRange>>> = { ushort: [0, 65_535], float: [0, 1] };

/** Pixels as they are in the file, row after row. */
export interface DeepPixels extends Omit<RawPixels, "data"> {
	readonly data: Float32Array;
	/** Whether the last channel is alpha. */
	readonly alpha: boolean;
}

/** The type of a picture's pixels; `undefined` for bytes. */
export function deepTypeOf({ depth }: Metadata): DeepType | undefined {
	return deepTypes.find((type) => type === depth);
}

/** How the pixels of a type come out of sharp unchanged. */
interface Way {
	/** The spaces that its pictures may have; in another they would be changed. */
	readonly spaces: readonly string[];
	readonly raw: "ushort" | "float";
	/** Added on the way, and taken off again: sharp cuts negative numbers off. */
	readonly shift?: number;
}

const sixteenBits = ["grey16", "rgb16"];
const ways: Readonly<Record<DeepType, Way>> = {
	ushort: { spaces: sixteenBits, raw: "ushort" },
	short: { spaces: sixteenBits, raw: "ushort", shift: 32_768 },
	float: { spaces: ["b-w", "scrgb"], raw: "float" },
	uint: { spaces: ["b-w"], raw: "float" },
	int: { spaces: ["b-w"], raw: "float" },
	char: { spaces: ["b-w"], raw: "float" },
};

/**
 * The pixels of a picture as they are in the file, turned upright.
 *
 * @param image - opened, nothing asked of it yet.
 * @throws LimbeckError `data` for pixels that are not finite, and for a kind that cannot be read unchanged.
 */
export async function readDeepPixels(
	image: Sharp,
	{ space, channels: declared }: Metadata,
	type: DeepType,
	where: string,
): Promise<DeepPixels> {
	const { spaces, raw, shift = 0 } = ways[type];
	if (!spaces.includes(space) || declared > 4) {
		const got = `${String(declared)} channels of type ${type}, colour space ${space}`;
		throw new LimbeckError("data", { where, expected: "grey or coloured pixels of up to 32 bits", got });
	}
	const upright = shift === 0 ? image.autoOrient() : image.autoOrient().linear(1, shift);
	const { data: bytes, info } = await upright
		.toColourspace(space)
		.raw({ depth: raw })
		.toBuffer({ resolveWithObject: true });
	const { buffer, byteOffset, byteLength } = bytes;
	const copy = buffer.slice(byteOffset, byteOffset + byteLength);
	const data =
		raw === "ushort" ? Float32Array.from(new Uint16Array(copy), (value) => value - shift) : new Float32Array(copy);
	const { width, height, channels } = info;
	const at = data.findIndex((value) => !Number.isFinite(value));
	if (at !== -1) {
		const pixel = Math.floor(at / channels);
		throw new LimbeckError("data", {
			where: `${where}: row ${String(Math.floor(pixel / width))}, column ${String(pixel % width)}`,
			expected: "a pixel that is a finite number",
			got: String(data[at]),
		});
	}
	return { width, height, channels, data, alpha: channels % 2 === 0 };
}

/** The pixels as bytes, by a range; alpha by the whole range of its type. */
export function bytesByRange({ data, alpha, ...size }: DeepPixels, type: DeepType, range: PixelRange): RawPixels {
	const { channels } = size;
	const opaque = ordinaryRanges[type] ?? range;
	const isAlpha = (at: number): boolean => alpha && at % channels === channels - 1;
	return { ...size, data: Uint8Array.from(data, (value, at) => byteOf(value, isAlpha(at) ? opaque : range)) };
}
