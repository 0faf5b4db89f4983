/**
 * A file of targets: the answers to one view of all samples.
 *
 * It begins with the magic `limbeckT`, the length of this part and the CRC-32 of its JSON (two uint32), and the JSON,
 * filled up with spaces. Blocks of rows follow, all but the last of `blockSamples`. A block is its rows, filled up to
 * eight bytes, then four float64 (the sum and the largest KL at either temperature), the number of its rows and a CRC-32
 * (two uint32). The CRC is that of the key, the view, the block's number and everything in the block before it, so that
 * no block passes for another.
 */

import { crc32 } from "node:zlib";
import { z } from "zod";
import { LimbeckError } from "../errors.js";
import { parsedJson } from "../options.js";
import type { Memory } from "./memory.js";

const magic = "limbeckT";
const prefixBytes = 16;
/** Headers are whole pages, of which most take one. */
export const page = 4096;
/** Room in the header for what is known at the end. */
const slack = 1024;
/** More is no header. */
const mostHeaderBytes = 2 ** 26;
const trailerBytes = 40;

const natural = z.int().min(0);
const headerSchema = z.object({
	key: z.string(),
	view: natural,
	count: natural,
	classes: natural,
	rowBytes: natural,
	blockSamples: z.int().min(1),
	/** For people: what the key is the hash of. */
	fields: z.unknown(),
	/** Where the cost is measured besides 1. */
	temperature: z.number(),
	/** Present when the file is whole. */
	cost: z.array(z.object({ temperature: z.number(), mean: z.number(), max: z.number() })).optional(),
});

/** What a file says of itself. */
export type Header = z.infer<typeof headerSchema>;

/** What a block says of itself besides its rows. */
export interface BlockSummary {
	/** Sums of KL over its rows, at T = 1 and at the other temperature. */
	readonly sums: readonly [number, number];
	readonly largest: readonly [number, number];
}

/** The header as bytes. It is as long before the cost is known as after. */
export function encodeHeader(header: Header): Buffer {
	const json = JSON.stringify(header);
	const bare = Buffer.byteLength(JSON.stringify({ ...header, cost: undefined }));
	const out = Buffer.alloc(page * Math.ceil((prefixBytes + bare + slack) / page), " ");
	out.write(magic, 0, "latin1");
	out.writeUInt32LE(out.length, 8);
	out.write(json, prefixBytes, "utf8");
	out.writeUInt32LE(crc32(out.subarray(prefixBytes)), 12);
	return out;
}

/** A header, and where the first block begins. */
export interface ReadHeader {
	readonly header: Header;
	readonly bytes: number;
}

/**
 * Reads a header.
 *
 * @param read - gives so many bytes of the file from its beginning, fewer where it ends.
 * @throws LimbeckError `data` for what is none.
 */
export function decodeHeader(read: (length: number) => Buffer, path: string): ReadHeader {
	const prefix = read(prefixBytes);
	if (prefix.length < prefixBytes || prefix.toString("latin1", 0, 8) !== magic) {
		throw damaged(path, "a file of stored targets", "another file");
	}
	const length = prefix.readUInt32LE(8);
	const whole = length <= mostHeaderBytes ? read(length) : prefix;
	const json = whole.subarray(prefixBytes);
	if (whole.length !== length || crc32(json) !== prefix.readUInt32LE(12)) {
		throw damaged(path, "a header with its checksum", "a damaged one");
	}
	const header = headerSchema.safeParse(parsedJson(json.toString("utf8")));
	if (!header.success) throw damaged(path, "a header of this version", "another one");
	return { header: header.data, bytes: length };
}

/** Where the blocks of a file lie. */
export interface Layout {
	readonly blocks: number;
	/** The rows of a block. */
	readonly rowsOf: (block: number) => number;
	/** The first byte of a block, in the file. */
	readonly startOf: (block: number) => number;
	/** Of one block, with its checksum. */
	readonly bytesOf: (block: number) => number;
}

/** @param headerBytes - where the first block begins. */
export function layoutOf(
	{ count, rowBytes, blockSamples }: Pick<Header, "count" | "rowBytes" | "blockSamples">,
	headerBytes: number,
): Layout {
	const blockBytes = (rows: number): number => 8 * Math.ceil((rows * rowBytes) / 8) + trailerBytes;
	const blocks = Math.ceil(count / blockSamples);
	const rowsOf = (block: number): number => Math.min(blockSamples, count - block * blockSamples);
	return {
		blocks,
		rowsOf,
		startOf: (block) => headerBytes + block * blockBytes(blockSamples),
		bytesOf: (block) => blockBytes(rowsOf(block)),
	};
}

/** Writes what follows the rows of a block that takes the first `length` bytes of memory, with its checksum. */
export function sealBlock(memory: Memory, length: number, rows: number, seed: number, summary: BlockSummary): void {
	const at = length - trailerBytes;
	memory.doubles.set([...summary.sums, ...summary.largest], at / 8);
	memory.words[at / 4 + 8] = rows;
	memory.words[at / 4 + 9] = crc32(memory.bytes.subarray(0, length - 4), seed);
}

/** What a block at byte `at` of memory says of itself; `undefined` where its checksum is not that of its bytes. */
export function openBlock(
	memory: Memory,
	at: number,
	length: number,
	rows: number,
	seed: number,
): BlockSummary | undefined {
	const trailer = at + length - trailerBytes;
	if (memory.words[trailer / 4 + 8] !== rows) return undefined;
	if (memory.words[trailer / 4 + 9] !== crc32(memory.bytes.subarray(at, at + length - 4), seed)) return undefined;
	const number = (i: number): number => memory.doubles[trailer / 8 + i] ?? 0;
	return { sums: [number(0), number(1)], largest: [number(2), number(3)] };
}

/** What the checksum of a block begins with. */
export function blockSeed({ key, view }: Header, block: number): number {
	return crc32(`${key}/${String(view)}/${String(block)}`);
}

/** A file, or a block of it, that is not what it should be. */
export function damaged(path: string, expected: string, got: string): LimbeckError {
	return new LimbeckError("data", { where: path, expected, got, hint: "Delete the file; it will be made again." });
}
