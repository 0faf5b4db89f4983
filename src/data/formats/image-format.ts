/** What pictures are made into, and what makes them. */

import type { Notice } from "../../notices.js";
import type { PixelScale } from "../data-set.js";
import type { PixelRange } from "./pixel-range.js";

/** What images are made into. */
export interface ImageFormat {
	/** Height and width. */
	readonly size: number;
	/** 3 for red, green and blue; 1 for grey. */
	readonly channels: 1 | 3;
	/** The values that become black and white in pictures whose pixels are not bytes; found where absent. */
	readonly range?: PixelRange | undefined;
}

/**
 * Reads a picture: `[channels, size, size]`, one byte an element.
 *
 * @throws LimbeckError `data` if the file is no picture or is damaged.
 */
export type DecodeImage = (path: string) => Promise<Uint8Array>;

/** A decoder of the pictures of one data set. */
export interface ImageDecoder {
	/**
	 * Looks at pictures of the training split before any is decoded, so that all pictures whose pixels are not bytes are
	 * scaled alike. Those that cannot be read count for nothing here.
	 */
	readonly survey: (paths: readonly string[]) => Promise<void>;
	readonly decode: DecodeImage;
	/** What should be known of the pictures that were decoded. */
	readonly notices: () => readonly Notice[];
	/** How those were scaled of which the pixels are not bytes; `undefined` where there were none. */
	readonly pixelScale: () => PixelScale | undefined;
}

/** Makes a decoder. @throws LimbeckError `environment` where sharp does not run on this machine. */
export type OpenDecoder = (format: ImageFormat) => Promise<ImageDecoder>;
