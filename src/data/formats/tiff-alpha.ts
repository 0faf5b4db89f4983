/** Whether the band that a TIFF has beside grey or colours is alpha: sharp takes every such band for it. */
import { type FileHandle, open } from "node:fs/promises";

/** Tags, and the values of ExtraSamples that mean alpha (TIFF 6.0, section 18): associated and unassociated. */
const extraSamples = 338;
const alphas: readonly number[] = [1, 2];

/** The most tags of a page that are looked at. */
const mostTags = 4096;

/** How numbers lie in a file: its byte order, and whether places are of eight bytes (BigTIFF). */
interface Layout {
	readonly little: boolean;
	readonly big: boolean;
	/** Where the first page's tags are. */
	readonly at: number;
}

/**
 * Whether the tag ExtraSamples of a TIFF's first page says that its first extra band is alpha. Where there is no such tag, or
 * it says something else, the band is anything, such as infrared.
 */
export async function tiffHasAlpha(path: string): Promise<boolean> {
	const file = await open(path);
	try {
		const layout = layoutOf(await bytesAt(file, 0, 16));
		const value = layout && (await firstExtra(file, layout));
		return value !== undefined && alphas.includes(value);
	} finally {
		await file.close();
	}
}

function layoutOf(head: DataView): Layout | undefined {
	if (head.byteLength < 16) return undefined;
	const little = head.getUint16(0) === 0x4949;
	const big = head.getUint16(2, little) === 43;
	return { little, big, at: big ? Number(head.getBigUint64(8, little)) : head.getUint32(4, little) };
}

/** The first value of the tag ExtraSamples. */
async function firstExtra(file: FileHandle, { little, big, at }: Layout): Promise<number | undefined> {
	const [countBytes, tagBytes, valueAt, inline] = big ? [8, 20, 12, 4] : [2, 12, 8, 2];
	const counted = await bytesAt(file, at, countBytes);
	if (counted.byteLength < countBytes) return undefined;
	const count = big ? Number(counted.getBigUint64(0, little)) : counted.getUint16(0, little);
	const tags = await bytesAt(file, at + countBytes, tagBytes * Math.min(count, mostTags));
	for (let tag = 0; tag + tagBytes <= tags.byteLength; tag += tagBytes) {
		if (tags.getUint16(tag, little) !== extraSamples) continue;
		const values = big ? Number(tags.getBigUint64(tag + 4, little)) : tags.getUint32(tag + 4, little);
		if (values === 0) return undefined;
		// Shorts that do not fit beside the tag lie elsewhere.
		if (values <= inline) return tags.getUint16(tag + valueAt, little);
		const place = big ? Number(tags.getBigUint64(tag + valueAt, little)) : tags.getUint32(tag + valueAt, little);
		const first = await bytesAt(file, place, 2);
		return first.byteLength < 2 ? undefined : first.getUint16(0, little);
	}
	return undefined;
}

/** Some bytes of a file; fewer where it ends. */
async function bytesAt(file: FileHandle, at: number, length: number): Promise<DataView> {
	const bytes = new Uint8Array(length);
	const { bytesRead } = Number.isSafeInteger(at) ? await file.read(bytes, 0, length, at) : { bytesRead: 0 };
	return new DataView(bytes.buffer, 0, bytesRead);
}
