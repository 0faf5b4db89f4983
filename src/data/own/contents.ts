/** Which samples are exact copies of others, found while they are read. */
import { hash } from "node:crypto";
import { bytesOf } from "./sinks.js";

/** Samples by what is in them. */
export interface Contents {
	/** Takes a sample in, bytes as they are stored; rows in any order, each once. */
	add(row: number, sample: Uint8Array | Float32Array): void;
	/** `[rows]`: the first row that was taken in with the same content, the row itself where it is the first; −1 of none. */
	readonly first: Int32Array;
}

/** What is in no place of the table. */
const nothing = -1;

/**
 * An empty table of contents: 64 bits of SHA-256 a row, 20 bytes in all, so that one of ten million samples is mistaken
 * for a copy with a probability below 10⁻⁵.
 *
 * @param rows - the most that will come.
 */
export function createContents(rows: number): Contents {
	const first = new Int32Array(rows).fill(nothing);
	const words = new Uint32Array(2 * rows);
	// Open addressing: places are a power of two, at most half of them taken.
	const places = 2 ** Math.ceil(Math.log2(Math.max(2, 2 * rows)));
	const table = new Int32Array(places).fill(nothing);
	return {
		first,
		add(row, sample) {
			const digest = hash("sha256", bytesOf(sample), "buffer");
			const [a, b] = [digest.readUInt32LE(0), digest.readUInt32LE(4)];
			words[2 * row] = a;
			words[2 * row + 1] = b;
			for (let place = a & (places - 1); ; place = (place + 1) & (places - 1)) {
				const there = table[place] ?? nothing;
				const same = there !== nothing && words[2 * there] === a && words[2 * there + 1] === b;
				if (there !== nothing && !same) continue;
				if (!same) table[place] = row;
				first[row] = same ? there : row;
				return;
			}
		},
	};
}
