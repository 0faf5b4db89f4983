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
	if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
	try {
		return await inflate(bytes, { maxOutputLength: maximum, chunkSize: 2 ** 20 });
	} catch (error) {
		throw inflateError(error, path, maximum);
	}
}

function tooLarge(path: string, maximum: number): LimbeckError {
	return new LimbeckError("data", { where: path, expected: `at most ${String(maximum)} bytes`, got: "more" });
}

function inflateError(error: unknown, path: string, maximum: number): LimbeckError {
	const { code, errno } = error as NodeJS.ErrnoException; // zlib's errors carry both
	if (code === "ERR_BUFFER_TOO_LARGE") return tooLarge(path, maximum);
	return new LimbeckError("data", {
		where: path,
		expected: "a whole gzip file",
		got: errno === constants.Z_BUF_ERROR ? "a truncated one" : "a damaged one",
		hint: "Fetch it again.",
		cause: error,
	});
}
