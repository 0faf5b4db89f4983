/** Writing arrays in NumPy's format, rows as they come. */
import { createHash, randomUUID } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileError, publishFile } from "../../files.js";
import { fileSink } from "./sinks.js";

/** The bytes before the data: as much as NumPy takes for a plain array, and a multiple of 64 as it wants them. */
const headerBytes = 128;
/** Bytes that are gathered before they are written. */
const drainFrom = 2 ** 20;

/** An array that is being written. */
export interface NpyWriter {
	/** Takes in the bytes of more elements, little-endian. */
	append(bytes: Uint8Array): Promise<void>;
	/**
	 * Completes the file.
	 *
	 * @param descr - NumPy's name of the type of the elements, such as `<f4`.
	 * @returns its path: named by what is in it, so that the same array again is the same file.
	 */
	finish(descr: string, dims: readonly number[]): Promise<string>;
	/** Removes what was written, unless it is complete. */
	close(): Promise<void>;
}

/**
 * Begins a file for an array, version 1 of the format, in C order.
 *
 * @param folder - where it is put; it must exist.
 * @throws LimbeckError `file` or `disk-full` if it cannot be written; so do the writer's methods.
 */
export async function openNpyWriter(folder: string): Promise<NpyWriter> {
	const temporary = join(folder, `${randomUUID()}.tmp`);
	const sink = await fileSink("uint8", temporary);
	// The shape is known at the end alone.
	sink.append(new Uint8Array(headerBytes));
	let waiting = 0;
	return {
		async append(bytes) {
			sink.append(bytes);
			waiting += bytes.length;
			if (waiting < drainFrom) return;
			waiting = 0;
			await sink.drain();
		},
		async finish(descr, dims) {
			const { sha256 } = await sink.finish();
			await sink.close();
			const header = headerOf(descr, dims);
			const path = join(folder, `${createHash("sha256").update(header).update(sha256).digest("hex")}.npy`);
			try {
				const file = await open(temporary, "r+");
				try {
					await file.write(header, 0, headerBytes, 0);
					await file.sync();
				} finally {
					await file.close();
				}
				await publishFile(temporary, path);
			} catch (error) {
				throw fileError(error, path);
			}
			return path;
		},
		async close() {
			await sink.close();
			await rm(temporary, { force: true });
		},
	};
}

function headerOf(descr: string, dims: readonly number[]): Buffer {
	const shape = dims.length === 1 ? `${dims.join()},` : dims.join(", ");
	const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`;
	const header = Buffer.alloc(headerBytes, " ");
	header.write("\x93NUMPY\x01\x00", 0, "latin1");
	header.writeUInt16LE(headerBytes - 10, 8);
	header.write(text, 10, "latin1");
	header.write("\n", headerBytes - 1);
	return header;
}
