import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { fileError } from "../../files.js";
import type { Samples } from "../data-set.js";

/** Where the samples of one part go, row after row. */
export interface Sink {
	/** Takes rows in. */
	append(rows: Uint8Array | Float32Array): void;
	/** Lets go of what was taken in; to be called before much of it has gathered. */
	drain(): Promise<void>;
	/** Forgets all that was taken in. */
	restart(): Promise<void>;
	/** The samples, and the SHA-256 of their bytes. */
	finish(): Promise<{ readonly samples: Samples; readonly sha256: string }>;
	/** Closes the file, if there is one, finished or not. */
	close(): Promise<void>;
}

/** Keeps rows in memory. @param capacity - the most elements that will come. */
export function memorySink(type: Samples["type"], capacity: number): Sink {
	const data = type === "uint8" ? new Uint8Array(capacity) : new Float32Array(capacity);
	let length = 0;
	return {
		append(rows) {
			data.set(rows, length);
			length += rows.length;
		},
		drain: () => Promise.resolve(),
		restart() {
			length = 0;
			return Promise.resolve();
		},
		finish() {
			const used = data.subarray(0, length);
			const samples: Samples =
				used instanceof Uint8Array
					? { kind: "memory", type: "uint8", data: used }
					: { kind: "memory", type: "float", data: used };
			return Promise.resolve({ samples, sha256: createHash("sha256").update(bytesOf(used)).digest("hex") });
		},
		close: () => Promise.resolve(),
	};
}

/**
 * Writes rows to a new file of raw elements.
 *
 * @throws LimbeckError `file` or `disk-full` if it cannot be written; so do the sink's methods.
 */
export async function fileSink(type: Samples["type"], path: string): Promise<Sink> {
	const opened = (flags: string) =>
		open(path, flags).catch((error: unknown) => {
			throw fileError(error, path);
		});
	let file = await opened("wx");
	let hash = createHash("sha256");
	let waiting: Buffer[] = [];
	const drain = async (): Promise<void> => {
		const bytes = Buffer.concat(waiting);
		waiting = [];
		hash.update(bytes);
		await onDisk(path, () => file.writeFile(bytes));
	};
	return {
		append(rows) {
			waiting.push(Buffer.from(bytesOf(rows)));
		},
		drain,
		async restart() {
			waiting = [];
			hash = createHash("sha256");
			await onDisk(path, () => file.close());
			file = await opened("w");
		},
		async finish() {
			await drain();
			await onDisk(path, () => file.sync());
			return { samples: { kind: "file", type, path, offset: 0 }, sha256: hash.digest("hex") };
		},
		close: () => file.close(),
	};
}

async function onDisk(path: string, work: () => Promise<void>): Promise<void> {
	try {
		await work();
	} catch (error) {
		throw fileError(error, path);
	}
}

/** An array's bytes, not copied. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
	return new Uint8Array(buffer, byteOffset, byteLength);
}
