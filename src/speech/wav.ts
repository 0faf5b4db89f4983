/**
 * Reading wav files: RIFF/WAVE (and RF64) with PCM of 8, 16, 24 or 32 bits, or float of 32 or 64.
 *
 * Source: IBM & Microsoft 1991, "Multimedia programming interface and data specifications"; WAVE_FORMAT_EXTENSIBLE.
 */
import { LimbeckError } from "../errors.js";

/** Sound of one channel. */
export interface Audio {
	/** Samples a second. */
	readonly rate: number;
	/** In [−1, 1); floats as the file has them. */
	readonly samples: Float32Array;
	/** What the file that they are from says wrongly of itself; absent where nothing is. */
	readonly faults?: readonly WavFault[];
}

/**
 * What a file may say wrongly of itself and be read: `open-ended`, a writer to a pipe did not know the size; `cut-frame`,
 * such a file ends within a frame, which is left out; `unpadded`, a byte of padding is missing.
 */
export type WavFault = "open-ended" | "cut-frame" | "unpadded";

/** The most bytes of a file, about three hours of stereo at 48 kHz in 16 bits. */
const mostBytes = 2 ** 31;
const mostChannels = 64;
const mostRate = 768_000;
const leastRate = 1000;
const hint = "Write the file again, as PCM or float wav.";

/** Reads one sample; all of a file have the same form. */
type ReadSample = (view: DataView, at: number) => number;

/** How samples are stored, by format code and bits: 1 is PCM, 3 is float. */
const forms: ReadonlyMap<string, ReadSample> = new Map<string, ReadSample>([
	["1/8", (view, at) => (view.getUint8(at) - 128) / 128],
	["1/16", (view, at) => view.getInt16(at, true) / 2 ** 15],
	["1/24", (view, at) => (view.getInt8(at + 2) * 2 ** 16 + view.getUint16(at, true)) / 2 ** 23],
	["1/32", (view, at) => view.getInt32(at, true) / 2 ** 31],
	["3/32", (view, at) => view.getFloat32(at, true)],
	["3/64", (view, at) => view.getFloat64(at, true)],
]);

interface Format {
	readonly rate: number;
	readonly channels: number;
	readonly bytes: number;
	readonly read: ReadSample;
}

/**
 * Reads a wav file; of more channels their mean. Samples of a size that is not known (0, or some 2 or 4 GiB, as programs
 * write it that write to pipes) reach to the end of the file, or to the chunks there.
 *
 * @param where - the file, for messages.
 * @throws LimbeckError (`data`) for anything but a whole wav file of one of these forms.
 */
export function decodeWav(file: Uint8Array, where: string): Audio {
	const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
	const { chunks, faults } = chunksOf(view, where);
	const format = formatOf(chunks, where);
	const data = chunks.get("data") ?? fail(where, "a chunk of samples (data)", "none");
	const frameBytes = format.channels * format.bytes;
	const rest = data.byteLength % frameBytes;
	const cut = rest > 0 && data.byteLength > rest && faults.has("open-ended");
	if (data.byteLength === 0 || (rest > 0 && !cut)) {
		fail(where, `whole frames of ${String(frameBytes)} bytes`, `${String(data.byteLength)} bytes of samples`);
	}
	if (cut) faults.add("cut-frame");
	const samples = new Float32Array(Math.floor(data.byteLength / frameBytes));
	for (let i = 0; i < samples.length; i++) {
		let sum = 0;
		for (let c = 0; c < format.channels; c++) sum += format.read(data, i * frameBytes + c * format.bytes);
		samples[i] = sum / format.channels;
	}
	const wrong = samples.findIndex((value) => !Number.isFinite(value));
	if (wrong !== -1) fail(`${where}: sample ${String(wrong)}`, "a finite number", String(samples[wrong]));
	return { rate: format.rate, samples, ...(faults.size === 0 ? {} : { faults: [...faults] }) };
}

interface Chunks {
	/** The first of each name. */
	readonly chunks: ReadonlyMap<string, DataView>;
	readonly faults: Set<WavFault>;
}

function chunksOf(view: DataView, where: string): Chunks {
	if (view.byteLength > mostBytes) fail(where, `at most ${String(mostBytes)} bytes`, String(view.byteLength));
	if (view.byteLength < 12) fail(where, "a wav file (RIFF, WAVE)", `${String(view.byteLength)} bytes`);
	const head = name(view, 0);
	if ((head !== "RIFF" && head !== "RF64") || name(view, 8) !== "WAVE") {
		fail(where, "a wav file (RIFF, WAVE)", `another file, which begins with ${quoted(head)}`);
	}
	const chunks = new Map<string, DataView>();
	const faults = new Set<WavFault>();
	for (let at = 12; at + 8 <= view.byteLength; ) {
		const id = name(view, at);
		const rest = view.byteLength - at - 8;
		// RF64 has the size of its samples in a chunk ds64, low half first.
		const elsewhere = id === "data" ? chunks.get("ds64") : undefined;
		const said = elsewhere === undefined ? view.getUint32(at + 4, true) : dataSizeIn(elsewhere);
		const openBytes = id === "data" ? openSize(view, at, said, rest) : undefined;
		const open = openBytes !== undefined;
		// The padding may be counted and missing.
		const unpadded = said === rest + 1 && said % 2 === 0;
		if (said > rest && !open && !unpadded) {
			fail(`${where}: chunk ${quoted(id)}`, `at most the ${String(rest)} bytes that follow`, String(said));
		}
		if (open) faults.add("open-ended");
		const size = openBytes ?? Math.min(said, rest);
		if (!chunks.has(id)) chunks.set(id, new DataView(view.buffer, view.byteOffset + at + 8, size));
		const end = at + 8 + size;
		const missing = size % 2 === 1 && !open && isPaddingMissing(view, end);
		if (missing || (unpadded && !open)) faults.add("unpadded");
		at = missing || open ? end : end + (size % 2); // A chunk of odd size is followed by a byte of padding.
	}
	return { chunks, faults };
}

const dataSizeIn = (ds64: DataView): number =>
	ds64.byteLength < 16 ? 0 : ds64.getUint32(8, true) + 2 ** 32 * ds64.getUint32(12, true);

/** Sizes from here on are of no file that is read here: who writes them did not know the size. */
const leastOpen = 2 ** 31 - 2 ** 16;

/** Bytes at the end of a file in which chunks are looked for behind samples of which nobody knew the size. */
const mostBehind = 2 ** 24;

/** How many bytes of samples there are where their chunk does not say it; `undefined` where it does. */
function openSize(view: DataView, at: number, said: number, rest: number): number | undefined {
	const [start, end] = [at + 8, view.byteLength];
	if (said > 0 ? said <= rest || said < leastOpen : rest === 0) return undefined;
	if (said === 0) {
		// Nothing at all may really be there, before chunks that fill the rest.
		const others = chunksEnd(view, start, isPrintable);
		if (chunksEnd(view, start, isKnown) >= end || others === end || others === end + 1) return undefined;
	}
	for (let place = Math.max(start, end - mostBehind); place + 8 <= end; place++) {
		if (!firstBytes.has(view.getUint8(place)) || !isKnown(name(view, place))) continue;
		const behind = chunksEnd(view, place, isKnown);
		if (behind === end || behind === end + 1) return place - start;
	}
	return rest;
}

/** Where chunks that follow each other from a place on end; there, if none begins. */
function chunksEnd(view: DataView, from: number, accepts: (id: string) => boolean): number {
	let next = from;
	while (next + 8 <= view.byteLength && accepts(name(view, next))) {
		const size = view.getUint32(next + 4, true);
		next += 8 + size + (size % 2);
	}
	return next;
}

const isPrintable = (id: string): boolean => /^[\x20-\x7e]{4}$/.test(id);
const isKnown = (id: string): boolean => knownChunks.has(id);

/** What stands in wav files beside samples. */
const knownChunks: ReadonlySet<string> = new Set([
	...["fmt ", "data", "LIST", "fact", "JUNK", "junk", "PAD ", "FLLR", "bext", "iXML", "axml", "chna", "cue "],
	...["plst", "smpl", "inst", "PEAK", "DISP", "id3 ", "ID3 ", "LGWV", "minf", "elm1", "regn", "umid"],
]);

const firstBytes: ReadonlySet<number> = new Set([...knownChunks].map((id) => id.charCodeAt(0)));

/** Whether a chunk of odd size is followed at once by another. */
function isPaddingMissing(view: DataView, end: number): boolean {
	const isChunk = (at: number): boolean => at + 8 <= view.byteLength && knownChunks.has(name(view, at));
	return isChunk(end) && !isChunk(end + 1);
}

function formatOf(chunks: ReadonlyMap<string, DataView>, where: string): Format {
	const view = chunks.get("fmt ") ?? fail(where, "a description of the samples (fmt)", "none");
	if (view.byteLength < 16) fail(`${where}: fmt`, "at least 16 bytes", String(view.byteLength));
	const [tag, channels] = [view.getUint16(0, true), view.getUint16(2, true)];
	const [rate, block, bits] = [view.getUint32(4, true), view.getUint16(12, true), view.getUint16(14, true)];
	// Of the extensible form, the subformat begins with the code that the others have here.
	const code = tag === 0xfffe && view.byteLength >= 26 ? view.getUint16(24, true) : tag;
	const read = forms.get(`${String(code)}/${String(bits)}`);
	if (read === undefined) {
		const got = `format ${String(code)} of ${String(bits)} bits`;
		return fail(`${where}: fmt`, "PCM of 8, 16, 24 or 32 bits, or float of 32 or 64", got);
	}
	if (channels < 1 || channels > mostChannels) fail(`${where}: fmt`, "1 to 64 channels", String(channels));
	if (rate < leastRate || rate > mostRate) {
		fail(`${where}: fmt`, `a rate of ${String(leastRate)} to ${String(mostRate)} Hz`, String(rate));
	}
	const bytes = bits / 8;
	if (block !== channels * bytes) fail(`${where}: fmt`, `frames of ${String(channels * bytes)} bytes`, String(block));
	return { rate, channels, bytes, read };
}

const name = (view: DataView, at: number): string =>
	String.fromCharCode(...Array.from({ length: 4 }, (_, i) => view.getUint8(at + i)));

/** Bytes for a message, those that are no letters of ASCII escaped. */
function quoted(bytes: string): string {
	const escaped = (one: string): string => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
	return JSON.stringify(bytes).replace(/[^\x20-\x7e]/g, escaped);
}

function fail(where: string, expected: string, got: string): never {
	throw new LimbeckError("data", { where, expected, got, hint });
}
