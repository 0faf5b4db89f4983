import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { LimbeckError } from "../../errors.js";
import { fileError } from "../../files.js";

/** Bytes that can be read from their start as often as needed: a file, or a file within an archive. */
export interface ByteSource {
	/** The file's name, for errors. */
	readonly where: string;
	/** Bytes in all. */
	readonly size: number;
	open(): Promise<AsyncIterable<Uint8Array>>;
}

const pieceBytes = 2 ** 20;

/**
 * A file as a source of bytes.
 *
 * @throws LimbeckError `data` if there is no such file, `file` if it cannot be looked at.
 */
export async function fileSource(path: string): Promise<ByteSource> {
	const found = await stat(path).catch((error: unknown) => {
		throw missingFile(error, path);
	});
	if (!found.isFile()) {
		throw new LimbeckError("data", { where: path, expected: "a file", got: found.isDirectory() ? "a folder" : "none" });
	}
	return {
		where: path,
		size: found.size,
		open: () => Promise.resolve(createReadStream(path, { highWaterMark: pieceBytes }) as AsyncIterable<Buffer>),
	};
}

/** What the file system threw; a path that leads nowhere is a fault of the data. */
export function missingFile(error: unknown, path: string): LimbeckError {
	const mapped = fileError(error, path);
	const code = error instanceof Error && "code" in error ? error.code : undefined;
	if (code !== "ENOENT" && code !== "ENOTDIR") return mapped;
	return new LimbeckError("data", { where: path, expected: "a file that exists", got: "none", cause: error });
}

/** The first `length` bytes of a source; all, if it has fewer. */
export async function readStart(source: ByteSource, length: number): Promise<Uint8Array<ArrayBuffer>> {
	for await (const block of readBlocks(source, 0, Math.min(length, source.size))) return block;
	return new Uint8Array();
}

/**
 * A source's bytes from `skip` on, in blocks of `blockBytes`, the last one what is left. Each block has memory of its
 * own, aligned for any typed array.
 *
 * @throws LimbeckError `file` or `data` if the source cannot be read to its end.
 */
export async function* readBlocks(
	source: ByteSource,
	skip: number,
	blockBytes: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
	let ahead = skip;
	let left = source.size - skip;
	let block = new Uint8Array(Math.max(0, Math.min(blockBytes, left)));
	let filled = 0;
	for await (const piece of piecesOf(source)) {
		let rest = piece.subarray(Math.min(ahead, piece.length));
		ahead -= piece.length - rest.length;
		while (rest.length > 0 && block.length > 0) {
			const part = rest.subarray(0, block.length - filled);
			block.set(part, filled);
			filled += part.length;
			rest = rest.subarray(part.length);
			if (filled < block.length) continue;
			yield block;
			left -= block.length;
			block = new Uint8Array(Math.min(blockBytes, left));
			filled = 0;
		}
		if (left === 0) return;
	}
	if (left > 0) {
		const got = `the end after ${String(source.size - left + filled)}`;
		throw new LimbeckError("data", { where: source.where, expected: `${String(source.size)} bytes`, got });
	}
}

async function* piecesOf(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
	try {
		yield* await source.open();
	} catch (error) {
		throw fileError(error, source.where);
	}
}
