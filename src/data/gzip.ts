import { readFile, stat } from "node:fs/promises";
import { promisify } from "node:util";
import { constants, gunzip } from "node:zlib";
import { LimbeckError } from "../errors.js";
import { fileError } from "../files.js";

const inflate = promisify(gunzip);

/** More than five times the contents of MNIST's largest file. */
const MAXIMUM_BYTES = 2 ** 28;

/**
 * Reads a file and inflates it if its bytes say that it is gzip, whatever its name.
 *
 * @param maximum - the most bytes that the contents may have; a file that holds more is refused before it fills memory.
 * @throws LimbeckError `file` if the file cannot be read, `data` if it is too large or its gzip is broken.
 */
export async function readMaybeGzip(path: string, maximum = MAXIMUM_BYTES): Promise<Uint8Array> {
	let bytes: Buffer;
	try {
		const { size } = await stat(path);
		if (size > maximum) throw tooLarge(path, maximum);
		bytes = await readFile(path);
	} catch (error) {
		throw fileError(error, path);
	}
	if (!isGzip(bytes)) return bytes;
	try {
		return await inflate(bytes, { maxOutputLength: maximum, chunkSize: 2 ** 20 });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(path, maximum);
		throw inflateError(error, path);
	}
}

function tooLarge(path: string, maximum: number): LimbeckError {
	return new LimbeckError("data", { where: path, expected: `at most ${String(maximum)} bytes`, got: "more" });
}

/** Whether these are the first bytes of a gzip file. */
export function isGzip(bytes: Uint8Array): boolean {
	return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** What zlib, or the file under it, threw. */
export function inflateError(error: unknown, path: string): LimbeckError {
	const { errno, code } = error as NodeJS.ErrnoException; // zlib's errors carry both
	if (code?.startsWith("Z_") !== true) return fileError(error, path);
	return new LimbeckError("data", {
		where: path,
		expected: "a whole gzip file",
		got: errno === constants.Z_BUF_ERROR ? "a truncated one" : "a damaged one",
		hint: "Fetch it again.",
		cause: error,
	});
}
