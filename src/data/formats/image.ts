import type { Decoding } from "../options.js";
import type { ImageDecoder, ImageFormat, OpenDecoder } from "./image-format.js";
import { openOwnDecoder } from "./own-decoder.js";
import { openTransformersDecoder } from "./transformers-decoder.js";

/** Endings of the files that count as pictures. */
export const imageEndings = [
	...[".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".avif"],
] as const;

/** The ways of decoding, by what `data.decode` calls them. */
const decoders: Readonly<Record<Decoding, OpenDecoder>> = {
	limbeck: openOwnDecoder,
	"transformers.js": openTransformersDecoder,
};

/**
 * A decoder of pictures, which loads sharp here and not before. What a file is, its first bytes say, not its ending.
 *
 * @param decode - whose way; ours where absent.
 * @throws LimbeckError `environment` where sharp does not run on this machine.
 */
export function createImageDecoder({
	decode = "limbeck",
	...format
}: ImageFormat & { readonly decode?: Decoding | undefined }): Promise<ImageDecoder> {
	return decoders[decode](format);
}
