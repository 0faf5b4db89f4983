/** Reads a file of targets: the answers to one view of all samples. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { fileError } from "../files.js";
import { blockSeed, damaged, decodeHeader, type Header, type Layout, layoutOf, openBlock } from "./format.js";
import { type Memory, memoryOf } from "./memory.js";
import type { RowCodec } from "./rows.js";
import type { TargetCost } from "./targets.js";

/** An open file. */
export interface ViewFile {
	readonly path: string;
	readonly bytes: number;
	readonly cost: readonly TargetCost[];
	/** Reads the answer to a sample that is there into `[classes]` values that begin at `to`. */
	readonly read: (sample: number, out: Float32Array, to: number) => void;
	/** Reads all blocks into memory, from where they are read from now on, and verifies them. */
	readonly load: () => void;
	readonly close: () => void;
}

/** A file with what is known of it. */
interface Source {
	readonly path: string;
	readonly file: number;
	readonly header: Header;
	readonly headerBytes: number;
	readonly layout: Layout;
	readonly codec: RowCodec;
}

/** Reads one row, wherever it finds it. */
type ReadRow = ViewFile["read"];

/**
 * Opens a file and checks its header and length; blocks are verified when they are first read.
 *
 * @param wanted - what its header must say.
 * @throws LimbeckError `data` for a file that is damaged, cut off or another key's, `file` if it cannot be read.
 */
export function openViewFile(path: string, wanted: Header, codec: RowCodec): ViewFile {
	const file = onDisk(path, () => openSync(path, "r"));
	try {
		const source = checkedSource(path, file, wanted, codec);
		const { layout, header } = source;
		let readRow = fromDisk(source);
		return {
			path,
			bytes: endOf(layout),
			cost: header.cost ?? [],
			read: (sample, out, to) => {
				readRow(sample, out, to);
			},
			load() {
				readRow = fromMemory(source);
			},
			close() {
				closeSync(file);
			},
		};
	} catch (error) {
		closeSync(file);
		throw error;
	}
}

function checkedSource(path: string, file: number, wanted: Header, codec: RowCodec): Source {
	const { header, bytes: headerBytes } = decodeHeader((length) => {
		const start = Buffer.alloc(length);
		return start.subarray(0, readInto({ path, file }, start, 0));
	}, path);
	if (header.key !== wanted.key || header.view !== wanted.view) {
		const name = ({ key, view }: Header): string => `key ${key.slice(0, 16)}…, view ${String(view)}`;
		throw damaged(path, `answers of ${name(wanted)}`, `those of ${name(header)}`);
	}
	const facts = ({ count, classes, rowBytes }: Header): string =>
		`${String(count)} rows of ${String(classes)} classes in ${String(rowBytes)} bytes`;
	if (facts(header) !== facts(wanted)) throw damaged(path, facts(wanted), facts(header));
	if (header.cost === undefined) throw damaged(path, "a finished file", "one that was still being written");
	const layout = layoutOf(header, headerBytes);
	const { size } = onDisk(path, () => fstatSync(file));
	const end = endOf(layout);
	if (size !== end) {
		const whole = Array.from({ length: layout.blocks }, (_, block) => block).filter(
			(block) => layout.startOf(block) + layout.bytesOf(block) <= size,
		).length;
		const got = `${String(size)}, with ${String(whole)} of ${String(layout.blocks)} blocks`;
		throw damaged(path, `${String(end)} bytes`, got);
	}
	return { path, file, header, headerBytes, layout, codec };
}

function endOf({ blocks, startOf, bytesOf }: Layout): number {
	return blocks === 0 ? startOf(0) : startOf(blocks - 1) + bytesOf(blocks - 1);
}

/** Rows from memory that holds all blocks as the file does. */
function fromMemory(source: Source): ReadRow {
	const { header, headerBytes, layout, codec } = source;
	const { blockSamples, rowBytes } = header;
	const all = memoryOf(endOf(layout) - headerBytes);
	readWhole(source, all.bytes.subarray(0, endOf(layout) - headerBytes), headerBytes, 0);
	for (let block = 0; block < layout.blocks; block++) verify(source, all, layout.startOf(block) - headerBytes, block);
	const stride = layout.bytesOf(0);
	return (sample, out, to) => {
		const block = Math.floor(sample / blockSamples);
		codec.decode(all, block * stride + (sample - block * blockSamples) * rowBytes, out, to);
	};
}

/**
 * Rows from disk. Neighbours come from one block, read and verified as a whole; a row by itself, once its block was
 * verified, is read alone.
 */
function fromDisk(source: Source): ReadRow {
	const { header, layout, codec } = source;
	const { blockSamples, rowBytes } = header;
	const verified = new Uint8Array(layout.blocks);
	const row = memoryOf(rowBytes);
	const held = memoryOf(layout.blocks === 0 ? 0 : layout.bytesOf(0));
	let heldBlock = -1;
	let last = -1;
	const hold = (block: number): void => {
		heldBlock = -1; // Nothing, if it cannot be read.
		readWhole(source, held.bytes.subarray(0, layout.bytesOf(block)), layout.startOf(block), block);
		verify(source, held, 0, block);
		verified[block] = 1;
		heldBlock = block;
	};
	return (sample, out, to) => {
		const block = Math.floor(sample / blockSamples);
		const at = (sample - block * blockSamples) * rowBytes;
		if (block !== heldBlock && (verified[block] === 0 || sample === last + 1)) hold(block);
		last = sample;
		if (block === heldBlock) {
			codec.decode(held, at, out, to);
			return;
		}
		readWhole(source, row.bytes.subarray(0, rowBytes), layout.startOf(block) + at, block);
		codec.decode(row, 0, out, to);
	};
}

function verify({ path, header, layout }: Source, memory: Memory, at: number, block: number): void {
	const summary = openBlock(memory, at, layout.bytesOf(block), layout.rowsOf(block), blockSeed(header, block));
	if (summary !== undefined) return;
	throw damaged(`${path}, block ${String(block)}`, "bytes with their checksum", "bytes that were changed");
}

/** Fills `bytes` from byte `position` of the file on. */
function readWhole(source: Source, bytes: Uint8Array, position: number, block: number): void {
	if (readInto(source, bytes, position) === bytes.length) return;
	throw damaged(`${source.path}, block ${String(block)}`, "a whole block", "the end of the file");
}

/** Reads up to the end of the file at most. */
function readInto({ path, file }: Pick<Source, "path" | "file">, bytes: Uint8Array, position: number): number {
	let done = 0;
	while (done < bytes.length) {
		const got = onDisk(path, () => readSync(file, bytes, done, bytes.length - done, position + done));
		if (got === 0) break;
		done += got;
	}
	return done;
}

function onDisk<T>(path: string, work: () => T): T {
	try {
		return work();
	} catch (error) {
		throw fileError(error, path);
	}
}
