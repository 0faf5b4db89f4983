/** Which files are pictures: by the ending of the name, or by the first bytes. */
import { open } from "node:fs/promises";
import { extname } from "node:path";
import { imageEndings } from "../formats/image.js";

const endings: readonly string[] = imageEndings;
const startBytes = 16;

/** What files of a kind of pictures begin with, by an ending of that kind. */
const signatures: readonly { readonly ending: string; readonly starts: (bytes: Buffer) => boolean }[] = [
	{ ending: ".jpg", starts: (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])) },
	{ ending: ".png", starts: (bytes) => bytes.subarray(0, 8).equals(Buffer.from("\x89PNG\r\n\x1a\n", "latin1")) },
	{ ending: ".gif", starts: (bytes) => /^GIF8[79]a/.test(bytes.toString("latin1")) },
	{ ending: ".webp", starts: (bytes) => /^RIFF[^]{4}WEBP/.test(bytes.toString("latin1")) },
	{ ending: ".tif", starts: (bytes) => ["II*\0", "MM\0*"].includes(bytes.toString("latin1", 0, 4)) },
	{ ending: ".avif", starts: (bytes) => /^[^]{4}ftypavi[fs]/.test(bytes.toString("latin1")) },
	// Reserved bytes 6 to 9 are 0: a text may begin with BM.
	{
		ending: ".bmp",
		starts: (bytes) => bytes.toString("latin1", 0, 2) === "BM" && bytes.length > 9 && bytes.readUInt32LE(6) === 0,
	},
];

/** Whether a file counts as a picture by the ending of its name. */
export function isPictureByName(name: string): boolean {
	return endings.includes(extname(name).toLowerCase());
}

/** Whether a file begins like a picture of a kind that Limbeck reads. One that cannot be read is none. */
export async function isPictureByContent(path: string): Promise<boolean> {
	const file = await open(path).catch(() => undefined);
	if (file === undefined) return false;
	try {
		const { bytesRead, buffer } = await file.read(Buffer.alloc(startBytes), 0, startBytes, 0);
		const bytes = buffer.subarray(0, bytesRead);
		return signatures.some(({ ending, starts }) => endings.includes(ending) && starts(bytes));
	} catch {
		return false;
	} finally {
		await file.close();
	}
}
