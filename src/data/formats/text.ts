/** Text files, strictly: bytes that are no text are an error, never a replacement character. */
import { isUtf8 } from "node:buffer";
import { LimbeckError } from "../../errors.js";
import type { ByteSource } from "./bytes.js";

/** The marks that a text may begin with, and the encodings that they stand for. */
const marks = [
	{ bytes: [0xef, 0xbb, 0xbf], encoding: undefined },
	{ bytes: [0xff, 0xfe], encoding: "utf-16le" },
	{ bytes: [0xfe, 0xff], encoding: "utf-16be" },
] as const;

/**
 * A text file as UTF-8 without a byte order mark, in pieces that need not end where characters do. UTF-16 is read where a
 * byte order mark says so.
 *
 * @throws LimbeckError `data` for bytes that are not UTF-8, with the line and the byte, and for NUL bytes; `file` if the
 * source cannot be read.
 */
export async function* textBytes(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
	const pieces = startingWhole(await source.open());
	const first = await pieces.next();
	if (first.done === true) return;
	const mark = marks.find(({ bytes }) => bytes.every((byte, at) => first.value[at] === byte));
	const rest = first.value.subarray(mark?.bytes.length ?? 0);
	const checked = createChecker(source.where, mark?.bytes.length ?? 0);
	if (mark?.encoding !== undefined) {
		yield* fromUtf16(rest, pieces, mark.encoding, source.where);
		return;
	}
	yield* checked.pass(rest);
	for await (const piece of pieces) yield* checked.pass(piece);
	checked.end();
}

/** The pieces, the first of them long enough to show its mark. */
async function* startingWhole(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
	let start: Uint8Array | undefined = new Uint8Array();
	for await (const piece of pieces) {
		if (start === undefined) {
			yield piece;
			continue;
		}
		start = Buffer.concat([start, piece]);
		if (start.length < 3) continue;
		yield start;
		start = undefined;
	}
	if (start !== undefined && start.length > 0) yield start;
}

async function* fromUtf16(
	first: Uint8Array,
	rest: AsyncIterable<Uint8Array>,
	encoding: string,
	where: string,
): AsyncGenerator<Uint8Array, void, undefined> {
	const decoder = new TextDecoder(encoding, { fatal: true });
	const decoded = (piece?: Uint8Array): Uint8Array => {
		try {
			return Buffer.from(piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true }));
		} catch (cause) {
			const expected = `text in ${encoding.toUpperCase()}, as its byte order mark says`;
			throw new LimbeckError("data", { where, expected, got: "other bytes", hint: "Save it as UTF-8.", cause });
		}
	};
	yield decoded(first);
	for await (const piece of rest) yield decoded(piece);
	yield decoded();
}

interface Checker {
	/** The bytes of whole characters, if they are right; what is left of a character waits for the next piece. */
	pass(piece: Uint8Array): Generator<Uint8Array, void, undefined>;
	/** Says that there is no next piece. */
	end(): void;
}

/** @param skipped - bytes before the first piece. */
function createChecker(where: string, skipped: number): Checker {
	let waiting: Uint8Array = new Uint8Array();
	let before = skipped;
	let lines = 0;
	let lineStart = skipped;
	const fail = (bytes: Uint8Array, at: number): never => {
		const newline = bytes.subarray(0, at).lastIndexOf(0x0a);
		const line = lines + countLines(bytes.subarray(0, at)) + 1;
		const column = newline === -1 ? before + at - lineStart : at - newline - 1;
		throw badByte(`${where}: line ${String(line)}, byte ${String(column + 1)}`, bytes[at] ?? 0, before + at);
	};
	const check = (bytes: Uint8Array): void => {
		if (!isUtf8(bytes)) fail(bytes, validLength(bytes));
		const nul = bytes.indexOf(0);
		if (nul !== -1) fail(bytes, nul);
		const newline = bytes.lastIndexOf(0x0a);
		if (newline !== -1) lineStart = before + newline + 1;
		lines += countLines(bytes);
		before += bytes.length;
	};
	return {
		*pass(piece) {
			const bytes = waiting.length === 0 ? piece : Buffer.concat([waiting, piece]);
			const whole = bytes.subarray(0, bytes.length - unfinished(bytes));
			waiting = bytes.slice(whole.length);
			check(whole);
			yield whole;
		},
		end() {
			if (waiting.length > 0) fail(waiting, 0);
		},
	};
}

function badByte(where: string, byte: number, offset: number): LimbeckError {
	const got = `the byte 0x${byte.toString(16).padStart(2, "0")} (byte ${String(offset + 1)} of the file)`;
	if (byte === 0) {
		const hint = "It may be UTF-16 without a byte order mark; convert it: iconv -f UTF-16LE -t UTF-8 FILE > NEW.";
		return new LimbeckError("data", { where, expected: "text without NUL bytes", got, hint });
	}
	const western = new TextDecoder("windows-1252").decode(Uint8Array.of(byte));
	return new LimbeckError("data", {
		where,
		expected: "text in UTF-8",
		got: `${got}, which is ${JSON.stringify(western)} in Windows-1252 and Latin-1`,
		hint: "Convert it from the encoding that it has: iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW.",
	});
}

function countLines(bytes: Uint8Array): number {
	let count = 0;
	for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) count++;
	return count;
}

/** How many bytes at the end begin a character that more bytes could finish. */
function unfinished(bytes: Uint8Array): number {
	for (let back = 1; back <= Math.min(3, bytes.length); back++) {
		const byte = bytes[bytes.length - back] ?? 0;
		if (byte < 0x80) return 0;
		if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
	}
	return 0;
}

/** The longest start of bytes that is UTF-8: a longer start is none, so halving finds it. */
function validLength(bytes: Uint8Array): number {
	let [good, bad] = [0, bytes.length];
	while (bad - good > 1) {
		const middle = (good + bad) >> 1;
		const start = bytes.subarray(0, middle);
		if (isUtf8(start.subarray(0, middle - unfinished(start)))) good = middle;
		else bad = middle;
	}
	const start = bytes.subarray(0, good);
	return good - unfinished(start);
}
