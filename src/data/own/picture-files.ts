/** Which files are pictures: by the ending of the name, or by the first bytes. */
import { open } from "node:fs/promises";
import { extname } from "node:path";
import { imageEndings } from "../formats/image.js";
import { kindBytes, pictureKindOf } from "../formats/picture-kinds.js";

const endings: readonly string[] = imageEndings;

/** Whether a file counts as a picture by the ending of its name. */
export function isPictureByName(name: string): boolean {
	return endings.includes(extname(name).toLowerCase());
}

/** Whether a file begins like a picture of a kind that Limbeck reads. One that cannot be read is none. */
export async function isPictureByContent(path: string): Promise<boolean> {
	const file = await open(path).catch(() => undefined);
	if (file === undefined) return false;
	try {
		const { bytesRead, buffer } = await file.read(Buffer.alloc(kindBytes), 0, kindBytes, 0);
		return pictureKindOf(buffer.subarray(0, bytesRead)) !== undefined;
	} catch {
		return false;
	} finally {
		await file.close();
	}
}
