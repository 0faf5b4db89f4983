/** What files of pictures begin with, by their kind. */

/** A kind of picture files. */
interface PictureKind {
	/** Of the first bytes, as Latin-1. */
	readonly starts: RegExp;
	/** Whether the first bytes say that the pixels are bytes; absent where the rest of the header must be read. */
	readonly holdsBytes?: (head: Uint8Array) => boolean;
}

/** First bytes that say the kind. */
export const kindBytes = 16;

const always = (): boolean => true;

const kinds: Readonly<Record<string, PictureKind>> = {
	jpeg: { starts: /^\xff\xd8\xff/, holdsBytes: always },
	// Byte 24 has the bits of a channel.
	png: { starts: /^\x89PNG\r\n[^]\n/, holdsBytes: (head) => (head[24] ?? 16) <= 8 },
	gif: { starts: /^GIF8[79]a/, holdsBytes: always },
	webp: { starts: /^RIFF[^]{4}WEBP/, holdsBytes: always },
	// TIFF and BigTIFF, in both orders of bytes.
	tiff: { starts: /^(II[*+]\0|MM\0[*+])/ },
	avif: { starts: /^[^]{4}ftypavi[fs]/ },
	// Reserved bytes 6 to 9 are 0: a text may begin with BM.
	bmp: { starts: /^BM[^]{4}\0{4}/, holdsBytes: always },
};

/** The kind of picture that a file is by its first bytes; `undefined` where it is none that Limbeck reads. */
export function pictureKindOf(head: Uint8Array): PictureKind | undefined {
	const text = String.fromCharCode(...head.subarray(0, kindBytes));
	return Object.values(kinds).find(({ starts }) => starts.test(text));
}
