import { stat } from "node:fs/promises";
import type Sharp from "sharp";
import { LimbeckError } from "../../errors.js";
import { channelsFirst } from "./channels-first.js";

/** What images are made into. */
export interface ImageFormat {
	/** Height and width. */
	readonly size: number;
	/** 3 for red, green and blue; 1 for grey. */
	readonly channels: 1 | 3;
}

/**
 * Reads a picture: `[channels, size, size]`, one byte an element.
 *
 * @throws LimbeckError `data` if the file is no picture or is damaged.
 */
export type DecodeImage = (path: string) => Promise<Uint8Array>;

/** Endings of the files that count as pictures. */
export const imageEndings = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".avif"] as const;

/** 2²⁸ pixels: a gigabyte while it is decoded. */
const mostPixels = 2 ** 28;
/** What a small file may claim: formats pack a plain colour to some thousandth. */
const pixelsOf = (fileBytes: number): number => Math.min(mostPixels, 2 ** 22 + 1000 * fileBytes);

/**
 * A decoder of pictures by sharp, which is loaded here and not before. A picture is turned upright as its EXIF data say,
 * laid on white where it is transparent, scaled so that it covers the square and cut at its middle. Of an animation the
 * first frame counts.
 *
 * @throws LimbeckError `environment` where sharp does not run on this machine.
 */
export async function createImageDecoder({ size, channels }: ImageFormat): Promise<DecodeImage> {
	const sharp = await loadSharp();
	const space = channels === 1 ? "b-w" : "srgb";
	return async (path) => {
		try {
			const limitInputPixels = pixelsOf((await stat(path)).size);
			const pixels = await sharp(path, { failOn: "error", limitInputPixels, sequentialRead: true })
				.autoOrient()
				.flatten({ background: "white" })
				.resize(size, size, { fit: "cover" })
				.toColourspace(space)
				.raw()
				.toBuffer();
			const out = new Uint8Array(pixels.length);
			channelsFirst(pixels, out, channels);
			return out;
		} catch (cause) {
			const got = cause instanceof Error ? cause.message : String(cause);
			throw new LimbeckError("data", { where: path, expected: "a picture that can be read", got, cause });
		}
	};
}

async function loadSharp(): Promise<typeof Sharp> {
	try {
		const { default: sharp } = await import("sharp");
		// Pictures are small and many: a thread for each, and nothing to remember of any.
		sharp.concurrency(1);
		sharp.cache(false);
		return sharp;
	} catch (cause) {
		throw new LimbeckError("environment", {
			where: "pictures",
			expected: "the npm package sharp with its binaries for this machine",
			got: cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause),
			hint: "Run `npm install sharp --include=optional`.",
			cause,
		});
	}
}
