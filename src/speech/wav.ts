/**
 * Reading wav files: RIFF/WAVE with PCM of 8, 16, 24 or 32 bits, or float of 32 or 64.
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
}

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
 * Reads a wav file; of more channels their mean.
 *
 * @param where - the file, for messages.
 * @throws LimbeckError (`data`) for anything but a whole wav file of one of these forms.
 */
export function decodeWav(file: Uint8Array, where: string): Audio {
	const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
	const chunks = chunksOf(view, where);
	const format = formatOf(chunks, where);
	const data = chunks.get("data") ?? fail(where, "a chunk of samples (data)", "none");
	const frameBytes = format.channels * format.bytes;
	if (data.byteLength === 0 || data.byteLength % frameBytes !== 0) {
		fail(where, `whole frames of ${String(frameBytes)} bytes`, `${String(data.byteLength)} bytes of samples`);
	}
	const samples = new Float32Array(data.byteLength / frameBytes);
	for (let i = 0; i < samples.length; i++) {
		let sum = 0;
		for (let c = 0; c < format.channels; c++) sum += format.read(data, i * frameBytes + c * format.bytes);
		samples[i] = sum / format.channels;
	}
	const wrong = samples.findIndex((value) => !Number.isFinite(value));
	if (wrong !== -1) fail(`${where}: sample ${String(wrong)}`, "a finite number", String(samples[wrong]));
	return { rate: format.rate, samples };
}

/** The first chunk of each name. */
function chunksOf(view: DataView, where: string): ReadonlyMap<string, DataView> {
	if (view.byteLength > mostBytes) fail(where, `at most ${String(mostBytes)} bytes`, String(view.byteLength));
	if (view.byteLength < 12 || name(view, 0) !== "RIFF" || name(view, 8) !== "WAVE") {
		fail(where, "a wav file (RIFF, WAVE)", view.byteLength < 12 ? `${String(view.byteLength)} bytes` : "another file");
	}
	const chunks = new Map<string, DataView>();
	for (let at = 12; at + 8 <= view.byteLength; ) {
		const id = name(view, at);
		const size = view.getUint32(at + 4, true);
		const rest = view.byteLength - at - 8;
		if (size > rest) {
			fail(`${where}: chunk ${JSON.stringify(id)}`, `at most the ${String(rest)} bytes that follow`, String(size));
		}
		if (!chunks.has(id)) chunks.set(id, new DataView(view.buffer, view.byteOffset + at + 8, size));
		at += 8 + size + (size % 2); // A chunk of odd size is followed by a byte of padding.
	}
	return chunks;
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

function fail(where: string, expected: string, got: string): never {
	throw new LimbeckError("data", { where, expected, got, hint });
}
