/** ONNX files on disk. External data is read from the model's own folder and nowhere else. */
import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { LimbeckError } from "../errors.js";
import { fileError, isWithin, writeFileAtomic } from "../files.js";
import { decodeModel } from "./decode.js";
import { type DecodeLimits, defaultLimits, type ExternalReader, type ExternalReference } from "./decode-options.js";
import { encodeModel } from "./encode.js";
import type { OnnxModel } from "./model.js";
import { modelError, quote } from "./model-error.js";

// Without O_NONBLOCK, opening a named pipe would wait for a writer.
const readFlags = constants.O_RDONLY | constants.O_NONBLOCK;

/** A path that leads nowhere is the model's fault; whatever else goes wrong is the file system's. */
const pathFaults = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG"]);

function readError(error: unknown, where: string): LimbeckError {
	const mapped = fileError(error, where);
	const fault = error instanceof Error && "code" in error && pathFaults.has(String(error.code));
	return fault ? modelError(where, mapped.expected, mapped.got) : mapped;
}

/** Checks a location as text. Backslashes and drive letters count everywhere, so that a file means one thing. */
function checkLocation(location: string, where: string): void {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what is looked for.
	if (/[\0\\]|^[A-Za-z]:|^\/|^$/.test(location) || location.split("/").includes("..")) {
		throw modelError(where, "a relative path inside the model's folder", quote(location));
	}
}

/** The real path of a location. */
function resolveInside(modelPath: string, location: string, where: string): string {
	const folder = realpathSync(dirname(modelPath));
	const real = realpathSync(join(folder, location));
	if (!isWithin(folder, real)) {
		const hint = "Copy the file into the model's folder; links out of it are not followed.";
		throw modelError(where, "a file inside the model's folder", "a link out of it", hint);
	}
	return real;
}

/** Reads `length` bytes of an open file from byte `offset` on. */
function readAt(file: number, offset: number, length: number, where: string): Uint8Array {
	const bytes = new Uint8Array(length);
	let done = 0;
	while (done < length) {
		const count = readSync(file, bytes, done, length - done, offset + done);
		if (count === 0) throw modelError(where, `${String(length)} bytes`, `${String(done)}: the file has shrunk`);
		done += count;
	}
	return bytes;
}

/** Hashing a sparse file of terabytes would take hours. */
const maxHashedBytes = 2 ** 36;

/** The SHA-1 of an open file of `size` bytes, in hexadecimal. */
function sha1(file: number, size: number, where: string): string {
	const hash = createHash("sha1");
	const chunk = 2 ** 20;
	for (let offset = 0; offset < size; offset += chunk) {
		hash.update(readAt(file, offset, Math.min(chunk, size - offset), where));
	}
	return hash.digest("hex");
}

/** What was read so far of one external file. */
interface ExternalFile {
	/** By offset and length: tensors that share a range share its bytes. */
	readonly ranges: Map<string, Uint8Array>;
	/** Bytes of all ranges. */
	bytesRead: number;
	sha1: string | undefined;
}

/** Reads a range of an external file, after the checks that need the open file. */
function readRange(handle: number, reference: ExternalReference, file: ExternalFile, where: string): Uint8Array {
	const { offset, length, checksum } = reference;
	const stat = fstatSync(handle);
	if (!stat.isFile()) throw modelError(where, "a regular file", "something else");
	if (stat.nlink > 1) throw modelError(where, "a file with one hard link", String(stat.nlink), "Copy the file.");
	if (offset + length > stat.size) {
		const range = `bytes ${String(offset)} to ${String(offset + length)}`;
		throw modelError(where, `a file that has ${range}`, `one of ${String(stat.size)} bytes`);
	}
	if (checksum !== undefined) {
		if (stat.size > maxHashedBytes) {
			throw modelError(where, `at most ${String(maxHashedBytes)} bytes to check`, String(stat.size));
		}
		file.sha1 ??= sha1(handle, stat.size, where);
		if (file.sha1 !== checksum.toLowerCase()) throw modelError(where, `the SHA-1 ${quote(checksum)}`, file.sha1);
	}
	const key = `${String(offset)}+${String(length)}`;
	const known = file.ranges.get(key);
	if (known !== undefined) return known;
	file.bytesRead += length;
	if (file.bytesRead > stat.size) {
		throw modelError(where, "tensors that together take no more than the file", "ranges that overlap");
	}
	const bytes = readAt(handle, offset, length, where);
	file.ranges.set(key, bytes);
	return bytes;
}

/** Reads external data from the folder of the model at `modelPath`. */
function folderReader(modelPath: string): ExternalReader {
	const files = new Map<string, ExternalFile>();
	return (reference, tensor) => {
		const where = `${tensor}, external data ${quote(reference.location)}`;
		checkLocation(reference.location, where);
		try {
			const path = resolveInside(modelPath, reference.location, where);
			const file = files.get(path) ?? { ranges: new Map<string, Uint8Array>(), bytesRead: 0, sha1: undefined };
			files.set(path, file);
			// The path is a real one: a link there now was put there after the check.
			const handle = openSync(path, readFlags | constants.O_NOFOLLOW);
			try {
				return readRange(handle, reference, file, where);
			} finally {
				closeSync(handle);
			}
		} catch (error) {
			throw readError(error, where);
		}
	};
}

/** The bytes of a model file. */
async function readBytes(path: string, limits: DecodeLimits): Promise<Uint8Array> {
	try {
		const handle = await open(path, readFlags);
		try {
			const stat = await handle.stat();
			if (!stat.isFile()) throw modelError(path, "a regular file", "something else");
			if (stat.size > limits.bytes) throw modelError(path, `at most ${String(limits.bytes)} bytes`, String(stat.size));
			return await handle.readFile();
		} finally {
			await handle.close();
		}
	} catch (error) {
		throw readError(error, path);
	}
}

/**
 * Reads an ONNX file and, from its folder, its external data.
 *
 * External data is refused unless its location is a relative path that stays inside the model's folder once symbolic
 * links are followed, and names a regular file that has no other hard link. Of each such file no more bytes are read
 * than it has, however many tensors point into it; a checksum is verified.
 *
 * @throws LimbeckError `model`: the file is missing, malformed, hostile or unsupported. `file`: it cannot be read.
 */
export async function readModelFile(path: string, limits: Partial<DecodeLimits> = {}): Promise<OnnxModel> {
	const bytes = await readBytes(path, { ...defaultLimits, ...limits });
	return decodeModel(bytes, { where: path, limits, external: folderReader(path) });
}

/**
 * Writes an ONNX file, whole or not at all, all data inside.
 *
 * @throws LimbeckError `model` where the model cannot be encoded, `disk-full` or `file` where it cannot be written.
 */
export async function writeModelFile(path: string, model: OnnxModel): Promise<void> {
	await writeFileAtomic(path, encodeModel(model));
}
