/** Damaged and hostile variants of files: small seeded changes of bytes. */
import type { Draws } from "../support/draws.js";

/** Makes a variant of one of the seeds; the same for the same draws. */
export type Mutate = (seeds: readonly Uint8Array[], draws: Draws) => Uint8Array;

/** Numbers at which parsers go wrong: around zero, powers of two, and the ends of integer types. */
export const interestingIntegers: readonly number[] = [
	...[0, 1, -1, 2, 3, 7, 8, 100, 127, 128, 255, 256, -128, 4096, 65_535, 65_536, 2 ** 20],
	...[2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 32 - 1, 2 ** 32, 2 ** 40, 2 ** 53 - 1, -(2 ** 53 - 1)],
];

/** One change: the bytes after it. */
type Change = (bytes: Uint8Array, draws: Draws, seeds: readonly Uint8Array[]) => Uint8Array;

/** No mutant is longer. */
const mostBytes = 2 ** 20;
const mostRepeats = 2 ** 14;

/** An element of a list; the list must have one. */
export function pick<T>(draws: Draws, list: readonly T[]): T {
	const found = list[draws.integer(0, list.length - 1)];
	if (found === undefined) throw new RangeError("expected a list with elements, got none");
	return found;
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
	return new Uint8Array(Buffer.concat(parts)).subarray(0, mostBytes);
}

/** Where a change begins: mostly in the first bytes, where headers are, as often as anywhere. */
function place(bytes: Uint8Array, draws: Draws): number {
	const end = Math.max(0, bytes.length - 1);
	return draws.chance(0.3) ? draws.integer(0, Math.min(64, end)) : draws.integer(0, end);
}

function spanOf(bytes: Uint8Array, draws: Draws, longest: number): Uint8Array {
	const from = place(bytes, draws);
	return bytes.subarray(from, from + draws.integer(1, longest));
}

/** A copy in which `write` has changed something. */
function changed(bytes: Uint8Array, write: (copy: Buffer) => void): Uint8Array {
	const copy = Buffer.from(bytes);
	if (copy.length > 0) write(copy);
	return new Uint8Array(copy);
}

const setBits: Change = (bytes, draws) =>
	changed(bytes, (copy) => {
		const at = place(copy, draws);
		copy[at] = (copy[at] ?? 0) ^ (1 << draws.integer(0, 7));
	});

const setByte: Change = (bytes, draws) =>
	changed(bytes, (copy) => {
		copy[place(copy, draws)] = draws.integer(0, 255);
	});

/** An integer of one to eight bytes, little- or big-endian, as lengths and counts are. */
const setInteger: Change = (bytes, draws) =>
	changed(bytes, (copy) => {
		const value = BigInt(pick(draws, interestingIntegers));
		const width = pick(draws, [1, 2, 4, 8]);
		const at = place(copy, draws);
		const bigEndian = draws.chance(0.3);
		for (let i = 0; i < width && at + i < copy.length; i++) {
			const shift = 8n * BigInt(bigEndian ? width - 1 - i : i);
			copy[at + i] = Number((value >> shift) & 0xffn);
		}
	});

/** A length in text, such as the octal ones of tar and the decimal ones of JSON and NumPy. */
const setDigits: Change = (bytes, draws) => {
	const isDigit = (at: number): boolean => /\d/.test(String.fromCharCode(bytes[at] ?? 0));
	const from = bytes.findIndex((_, at) => at >= place(bytes, draws) && isDigit(at));
	if (from === -1) return bytes;
	let end = from;
	while (isDigit(end)) end++;
	const digits = String(pick(draws, [...interestingIntegers, 1e21, -1e-9, 1e308]));
	// As often as not the file stays as long as it was.
	const text = draws.chance(0.5) ? digits : digits.padStart(end - from, "0").slice(0, end - from);
	return concat(bytes.subarray(0, from), Buffer.from(text), bytes.subarray(end));
};

const truncate: Change = (bytes, draws) => bytes.subarray(0, place(bytes, draws));

const remove: Change = (bytes, draws) => {
	const from = place(bytes, draws);
	return concat(bytes.subarray(0, from), bytes.subarray(from + draws.integer(1, 64)));
};

const splice: Change = (bytes, draws, seeds) => {
	const at = place(bytes, draws);
	const other = spanOf(pick(draws, seeds), draws, 256);
	return concat(bytes.subarray(0, at), other, bytes.subarray(at + (draws.chance(0.5) ? other.length : 0)));
};

/** Much of the same: nesting, and runs that no buffer expects. */
const repeat: Change = (bytes, draws) => {
	const at = place(bytes, draws);
	const span = bytes.subarray(at, at + draws.integer(1, 16));
	const count = draws.chance(0.1) ? mostRepeats : draws.integer(1, 100);
	return concat(bytes.subarray(0, at), ...Array.from({ length: count }, () => span), bytes.subarray(at));
};

const changes: readonly Change[] = [
	...[setBits, setBits, setByte, setByte, setInteger, setInteger, setDigits],
	...[truncate, remove, splice, repeat],
];

/** Changes one of the seeds in up to four places, with some of the tokens put in where there are any. */
export function mutateBytes(tokens: readonly string[] = []): Mutate {
	const encoded = tokens.map((token) => Buffer.from(token));
	const insert: Change = (bytes, draws) => {
		const at = place(bytes, draws);
		const over = draws.chance(0.5) ? draws.integer(1, 12) : 0;
		return concat(bytes.subarray(0, at), pick(draws, encoded), bytes.subarray(at + over));
	};
	const all = encoded.length === 0 ? changes : [...changes, ...Array.from({ length: 6 }, () => insert)];
	return (seeds, draws) => {
		let bytes = pick(draws, seeds);
		const count = draws.integer(1, 4);
		for (let i = 0; i < count; i++) bytes = pick(draws, all)(bytes, draws, seeds);
		return bytes;
	};
}
