import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { LimbeckError } from "../errors.js";
import { fileError } from "../files.js";
import { inflateError, isGzip } from "./gzip.js";

const BLOCK = 512;
/** The most bytes that are passed over on the way to the members that are wanted. */
const MAXIMUM_SKIPPED = 2 ** 30;

/**
 * Reads members of a tar archive, gzip or not, by their names; nothing is written to disk. The archive is read as a
 * stream, and no further than the last member that is wanted.
 *
 * @param wanted - the most bytes that each member may have, by its name.
 * @returns the members by name.
 * @throws LimbeckError `file` if the archive cannot be read, `data` if it is broken, lacks a member, or holds one that is
 * too large.
 *
 * Source: POSIX.1-2017, pax, "ustar Interchange Format".
 */
export async function readTarMembers(
	path: string,
	wanted: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, Uint8Array>> {
	const members = await readTar(path, (name) => wanted.get(name), wanted.size);
	const missing = [...wanted.keys()].find((name) => !members.has(name));
	if (missing !== undefined) damaged(path, `a member ${missing}`, "none");
	return members;
}

/**
 * Reads all members that are wanted, whatever their names, as {@link readTarMembers} does.
 *
 * @param limitOf - the most bytes of the member of a name; `undefined` where it is not wanted.
 * @param most - how many are read at most.
 */
export async function readTar(
	path: string,
	limitOf: (name: string) => number | undefined,
	most: number,
): Promise<ReadonlyMap<string, Uint8Array>> {
	const fail = damaged.bind(undefined, path);
	const members = new Map<string, Uint8Array>();
	let skipped = 0;
	const bytes = createByteSource(await openArchive(path), path);
	try {
		while (members.size < most) {
			const block = await bytes.take(BLOCK);
			if (block.length < BLOCK || block.every((byte) => byte === 0)) break;
			const { name, size } = parseHeader(block) ?? fail("a tar archive", "a block that is no header");
			const padding = (BLOCK - (size % BLOCK)) % BLOCK;
			const limit = limitOf(name);
			if (limit === undefined) {
				skipped += BLOCK + size + padding;
				if (skipped > MAXIMUM_SKIPPED) fail(`at most ${String(MAXIMUM_SKIPPED)} bytes of other members`, "more");
				await bytes.skip(size + padding);
				continue;
			}
			if (size > limit) fail(`${name} of at most ${String(limit)} bytes`, String(size));
			const content = await bytes.take(size);
			if (content.length < size) fail(`${name} of ${String(size)} bytes`, `the end after ${String(content.length)}`);
			members.set(name, content);
			await bytes.skip(padding);
		}
	} finally {
		await bytes.close();
	}
	return members;
}

function damaged(path: string, expected: string, got: string): never {
	throw new LimbeckError("data", { where: path, expected, got, hint: "Fetch it again." });
}

/** A member's name and size; `undefined` for a block whose checksum is wrong. */
function parseHeader(block: Uint8Array): { readonly name: string; readonly size: number } | undefined {
	const text = (start: number, length: number): string =>
		Buffer.from(block.subarray(start, start + length))
			.toString("latin1")
			.replace(/\0.*$/s, "");
	const octal = (start: number, length: number): number => {
		const digits = text(start, length).trim();
		return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
	};
	// The checksum counts its own eight bytes as spaces.
	const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
	const size = octal(124, 12);
	if (octal(148, 8) !== sum || !Number.isSafeInteger(size)) return undefined;
	const prefix = text(257, 5) === "ustar" && block[345] !== 0 && block[262] === 0 ? `${text(345, 155)}/` : "";
	const name = prefix + text(0, 100);
	const regular = block[156] === 0 || block[156] === 0x30;
	// What is no file can have no content that we want: a name that nobody asks for.
	return { name: regular ? name.replace(/^\.\//, "") : "", size };
}

async function openArchive(path: string): Promise<Readable> {
	try {
		const file = await open(path, "r");
		const start = new Uint8Array(2);
		await file.read(start, 0, 2, 0).finally(() => file.close());
		const stream = createReadStream(path, { highWaterMark: 2 ** 20 });
		if (!isGzip(start)) return stream;
		const inflated = createGunzip({ chunkSize: 2 ** 20 });
		// Each ends with the other; what went wrong is met by whoever reads.
		pipeline(stream, inflated, () => undefined);
		return inflated;
	} catch (error) {
		throw fileError(error, path);
	}
}

/** Bytes of a stream, in pieces of any size. */
interface ByteSource {
	/** The next bytes: fewer than asked for at the end. */
	take(length: number): Promise<Uint8Array>;
	skip(length: number): Promise<void>;
	close(): Promise<void>;
}

function createByteSource(stream: Readable, path: string): ByteSource {
	const pieces: AsyncIterator<unknown> = stream[Symbol.asyncIterator]();
	let piece: Uint8Array = new Uint8Array();
	/** Hands the next bytes on, piece by piece; answers how many there were. */
	const forEach = async (length: number, use: (part: Uint8Array, at: number) => void): Promise<number> => {
		let done = 0;
		while (done < length) {
			if (piece.length === 0) {
				const next = await pieces.next().catch((error: unknown) => {
					throw inflateError(error, path);
				});
				if (next.done === true) break;
				piece = next.value as Uint8Array; // A stream without an encoding gives buffers.
			}
			const part = piece.subarray(0, length - done);
			use(part, done);
			done += part.length;
			piece = piece.subarray(part.length);
		}
		return done;
	};
	return {
		async take(length) {
			const out = new Uint8Array(length);
			const got = await forEach(length, (part, at) => {
				out.set(part, at);
			});
			return out.subarray(0, got);
		},
		async skip(length) {
			await forEach(length, () => undefined);
		},
		async close() {
			await pieces.return?.();
		},
	};
}
