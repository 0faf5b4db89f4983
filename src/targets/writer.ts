/** Writes a file of targets block by block, going on where one was left. */
import { type FileHandle, open, rm, stat } from "node:fs/promises";
import { LimbeckError } from "../errors.js";
import { fileError, publishFile } from "../files.js";
import { type Divergence, divergenceOf } from "./divergence.js";
import {
	type BlockSummary,
	blockSeed,
	decodeHeader,
	encodeHeader,
	type Header,
	type Layout,
	layoutOf,
	openBlock,
	sealBlock,
} from "./format.js";
import { type Memory, memoryOf } from "./memory.js";
import { leavePart, partFile } from "./part-file.js";
import type { RowCodec } from "./rows.js";
import type { TargetCost } from "./targets.js";

/** Takes the answers to one view, in the order of samples. */
export interface TargetWriter {
	/** How many samples have their answers. */
	readonly done: () => number;
	/**
	 * Takes the next answers, logits `[length, classes]`.
	 *
	 * @throws LimbeckError `model` for a logit that is not finite or that float16 cannot hold, `file` or `disk-full` if
	 * they cannot be written.
	 */
	readonly append: (logits: Float32Array) => Promise<void>;
	/** Publishes the file, when all samples have their answers. */
	readonly finish: () => Promise<void>;
	/** Leaves what there is to the next writer, unless the file was finished. */
	readonly close: () => Promise<void>;
}

/** A file in the making. */
interface Part {
	readonly path: string;
	readonly file: FileHandle;
	readonly header: Header;
	readonly layout: Layout;
	readonly codec: RowCodec;
	readonly measure: Divergence;
	/** The block in the making. */
	readonly block: Memory;
	/** A row as it will be read. */
	readonly stored: Float32Array;
	/** What complete blocks say of themselves. */
	readonly summaries: BlockSummary[];
}

/**
 * Opens a writer of the file at `path`.
 *
 * @param wanted - the header that the file is to have; its temperature is that of the file that is gone on with.
 * @throws LimbeckError `file` or `disk-full`.
 */
export async function openWriter(path: string, wanted: Header, codec: RowCodec): Promise<TargetWriter> {
	const part = await openPart(path, wanted, codec);
	const { header, layout, summaries } = part;
	let rows = 0;
	let summary = emptySummary;
	let finished = false;
	const done = (): number => Math.min(header.count, summaries.length * header.blockSamples) + rows;
	return {
		done,
		async append(logits) {
			const length = logits.length / header.classes;
			for (let row = 0; row < length; row++) {
				const at = row * header.classes;
				checkRow(logits, at, done(), part);
				codec.encode(logits, at, part.block, rows * header.rowBytes);
				summary = joined(summary, costOf(logits, at, rows * header.rowBytes, part));
				rows++;
				if (rows < layout.rowsOf(summaries.length)) continue;
				await writeBlock(part, rows, summary);
				[rows, summary] = [0, emptySummary];
			}
		},
		async finish() {
			await onDisk(path, async () => {
				await writeAt(part.file, encodeHeader({ ...header, cost: summed(summaries, header) }), 0);
				await part.file.sync();
				await publishFile(part.path, path);
			});
			finished = true;
		},
		async close() {
			await part.file.close();
			if (finished) return;
			await onDisk(path, () => (summaries.length === 0 ? rm(part.path) : leavePart(part.path, path)));
		},
	};
}

async function openPart(path: string, wanted: Header, codec: RowCodec): Promise<Part> {
	return onDisk(path, async () => {
		const own = await partFile(path);
		const exists = await stat(own).then(
			() => true,
			() => false,
		);
		const file = await open(own, exists ? "r+" : "wx+");
		try {
			return await partOf(file, own, exists, wanted, codec);
		} catch (error) {
			await file.close();
			throw error;
		}
	});
}

/** What is in an open file that can be gone on with; an empty one where nothing is. */
async function partOf(file: FileHandle, path: string, exists: boolean, wanted: Header, codec: RowCodec): Promise<Part> {
	const left = exists ? await readHeader(file, path) : undefined;
	const goesOn = left !== undefined && isSame(left, wanted);
	const header = goesOn ? { ...wanted, temperature: left.temperature } : wanted;
	const bytes = encodeHeader(header);
	if (!goesOn) {
		await file.truncate(0);
		await writeAt(file, bytes, 0);
	}
	const layout = layoutOf(header, bytes.length);
	const block = memoryOf(layout.bytesOf(0));
	const measure = divergenceOf(header.classes);
	const summaries = await completeBlocks(file, header, layout, block);
	const stored = new Float32Array(header.classes);
	return { path, file, header, layout, codec, measure, block, stored, summaries };
}

async function readHeader(file: FileHandle, path: string): Promise<Header | undefined> {
	// A header of usual length is in the first bytes; one that is longer is made again.
	const start = Buffer.alloc(2 ** 20);
	const { bytesRead } = await file.read(start, 0, start.length, 0);
	try {
		const { header } = decodeHeader((length) => start.subarray(0, Math.min(length, bytesRead)), path);
		return { ...header, cost: undefined };
	} catch (error) {
		if (error instanceof LimbeckError) return undefined;
		throw error;
	}
}

/** Whether blocks under one header can stand under the other. */
function isSame(left: Header, wanted: Header): boolean {
	const names = ["key", "view", "count", "classes", "rowBytes", "blockSamples"] as const;
	return names.every((name) => left[name] === wanted[name]);
}

/** Verifies the blocks that are there and cuts off what comes after them. */
async function completeBlocks(
	file: FileHandle,
	header: Header,
	layout: Layout,
	block: Memory,
): Promise<BlockSummary[]> {
	const summaries: BlockSummary[] = [];
	while (summaries.length < layout.blocks) {
		const index = summaries.length;
		const length = layout.bytesOf(index);
		const { bytesRead } = await file.read(block.bytes, 0, length, layout.startOf(index));
		const rows = layout.rowsOf(index);
		const summary = bytesRead === length ? openBlock(block, 0, length, rows, blockSeed(header, index)) : undefined;
		if (summary === undefined) break;
		summaries.push(summary);
	}
	await file.truncate(layout.startOf(summaries.length));
	return summaries;
}

async function writeBlock(part: Part, rows: number, summary: BlockSummary): Promise<void> {
	const { header, layout, block, summaries, file } = part;
	const index = summaries.length;
	const length = layout.bytesOf(index);
	// What fills the rows up is zero and not what the last block had there.
	block.bytes.fill(0, rows * header.rowBytes, length);
	sealBlock(block, length, rows, blockSeed(header, index), summary);
	await onDisk(part.path, () => writeAt(file, block.bytes.subarray(0, length), layout.startOf(index)));
	summaries.push(summary);
}

async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
	for (let done = 0; done < bytes.length; ) {
		done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
	}
}

function checkRow(logits: Float32Array, at: number, sample: number, { header, codec }: Part): void {
	for (let c = 0; c < header.classes; c++) {
		const value = logits[at + c] ?? Number.NaN;
		if (Math.abs(value) <= codec.largest) continue;
		const finite = Number.isFinite(value);
		throw new LimbeckError("model", {
			where: `teacher's answer to sample ${String(sample)}, view ${String(header.view)}, class ${String(c)}`,
			expected: finite ? `a logit that float16 can hold, within ±${String(codec.largest)}` : "a finite logit",
			got: String(value),
			hint: finite
				? "Store targets as float32."
				: "Look at the teacher's file and at what its inputs are normalised with.",
		});
	}
}

const emptySummary: BlockSummary = { sums: [0, 0], largest: [0, 0] };

function joined(a: BlockSummary, b: BlockSummary): BlockSummary {
	return {
		sums: [a.sums[0] + b.sums[0], a.sums[1] + b.sums[1]],
		largest: [Math.max(a.largest[0], b.largest[0]), Math.max(a.largest[1], b.largest[1])],
	};
}

/** KL of one row, full against stored. */
function costOf(logits: Float32Array, at: number, rowAt: number, part: Part): BlockSummary {
	const { header, codec, measure, block, stored } = part;
	if (codec.exact) return emptySummary;
	codec.decode(block, rowAt, stored, 0);
	const one = measure(logits, at, stored, 0, 1);
	const other = header.temperature === 1 ? one : measure(logits, at, stored, 0, header.temperature);
	return { sums: [one, other], largest: [one, other] };
}

function summed(summaries: readonly BlockSummary[], { count, temperature }: Header): TargetCost[] {
	const { sums, largest } = summaries.reduce(joined, emptySummary);
	const one = { temperature: 1, mean: sums[0] / count, max: largest[0] };
	return temperature === 1 ? [one] : [one, { temperature, mean: sums[1] / count, max: largest[1] }];
}

async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw fileError(error, path);
	}
}
