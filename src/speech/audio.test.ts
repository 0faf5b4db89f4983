import { describe, expect, test } from "vitest";
import { encodeWav, tones } from "../../test/support/speech.js";
import { createFilterbank, filterbankOptions } from "./filterbank.js";
import { momentsBySpeaker, momentsOf, normalizeFrames } from "./normalize.js";
import { resample } from "./resample.js";
import { decodeWav } from "./wav.js";

const values = [0, 0.25, -0.5, 0.75, -1, 0.125];
const pcm = { code: 1, bits: 16, rate: 8000, channels: 1 } as const;

describe("wav", () => {
	test.each([
		[1, 8],
		[1, 16],
		[1, 24],
		[1, 32],
		[3, 32],
		[3, 64],
	] as const)("format %i of %i bits, mono and stereo", (code, bits) => {
		const mono = decodeWav(encodeWav(values, { ...pcm, code, bits, rate: 44_100 }), "a.wav");
		expect([mono.rate, ...mono.samples]).toEqual([44_100, ...values]);
		const stereo = decodeWav(encodeWav(values, { ...pcm, code, bits, channels: 2 }), "a.wav");
		expect([...stereo.samples]).toEqual([0.125, 0.125, -0.4375]);
	});

	const chunk = (id: string, content: readonly number[]): Uint8Array => {
		const head = Buffer.alloc(8);
		head.write(id, 0);
		head.writeUInt32LE(content.length, 4);
		return Buffer.concat([head, Buffer.from(content)]);
	};
	const whole = encodeWav(values, pcm);
	const between = (...chunks: readonly Uint8Array[]): Uint8Array =>
		Buffer.concat([whole.subarray(0, 36), ...chunks, whole.subarray(36)]);
	const sized = (size: number, file = whole): Uint8Array => {
		const copy = Buffer.from(file);
		copy.writeUInt32LE(size, copy.indexOf("data") + 4);
		return copy;
	};
	test.each([
		["a size of 0", sized(0), ["open-ended"]],
		["the largest size", sized(0xffff_ffff), ["open-ended"]],
		["the size that sox writes", sized(0x7fff_f000), ["open-ended"]],
		["the size that arecord writes", sized(0x8000_0000), ["open-ended"]],
		[
			"a stream that is cut off in a frame",
			Buffer.concat([sized(0xffff_ffff), Buffer.from([1])]),
			["open-ended", "cut-frame"],
		],
		["chunks before the samples", between(chunk("LIST", [1, 2, 3, 4]), chunk("JUNK", [0, 0])), undefined],
		["chunks after them", Buffer.concat([whole, chunk("LIST", [1, 2])]), undefined],
		["an odd chunk with its padding", between(chunk("LIST", [1, 2, 3]), Buffer.from([0])), undefined],
		["an odd chunk without", between(chunk("LIST", [1, 2, 3])), ["unpadded"]],
	] as const)("%s is read", (_, file, faults) => {
		const { samples, faults: found } = decodeWav(file, "a.wav");
		expect([...samples]).toEqual(values);
		expect(found).toEqual(faults);
	});

	test("an odd number of bytes, with padding that is counted and missing, or neither", () => {
		const bytes = encodeWav([0, 0.5, -0.5], { ...pcm, bits: 8 });
		for (const [file, faults] of [
			[bytes, undefined],
			[sized(4, bytes), ["unpadded"]],
		] as const) {
			const found = decodeWav(file, "a.wav");
			expect([[...found.samples], found.faults]).toEqual([[0, 0.5, -0.5], faults]);
		}
	});

	test.each([
		["one that everybody writes", chunk("LIST", [1, 2, 3, 4])],
		["several", Buffer.concat([chunk("LIST", [1, 2, 3, 4]), chunk("id3 ", [1, 2])])],
		["one of odd size, without padding", chunk("LIST", [1, 2, 3])],
	])("chunks behind samples of a size that nobody knew are none of them: %s", (_, behind) => {
		for (const size of [0, 0xffff_ffff]) {
			const found = decodeWav(Buffer.concat([sized(size), behind]), "a.wav");
			expect([[...found.samples], found.faults]).toEqual([values, ["open-ended"]]);
		}
		const bytes = encodeWav([0, 0.5, -0.5], { ...pcm, bits: 8 }).subarray(0, 47);
		expect(decodeWav(Buffer.concat([sized(0, bytes), behind]), "a.wav").samples).toHaveLength(3);
	});

	test("sound that looks like the beginning of a chunk is sound", () => {
		const listed = Buffer.from("LIST\x05\0\0\0abcdefgh", "latin1");
		const read = decodeWav(Buffer.concat([sized(0), listed]), "a.wav");
		expect(read.samples).toHaveLength(values.length + listed.length / 2);
	});

	test("the extensible form, and RF64", () => {
		const subformat = [
			40,
			0,
			0,
			0,
			0xfe,
			0xff,
			...whole.subarray(22, 36),
			22,
			0,
			16,
			0,
			4,
			0,
			0,
			0,
			1,
			0,
			...Array<number>(14).fill(0),
		];
		const extensible = Buffer.concat([whole.subarray(0, 16), Buffer.from(subformat), whole.subarray(36)]);
		expect([...decodeWav(extensible, "a.wav").samples]).toEqual(values);
		const sizes = chunk("ds64", [...Array<number>(8).fill(0), 12, ...Array<number>(19).fill(0)]);
		const large = Buffer.concat([
			Buffer.from("RF64"),
			whole.subarray(4, 12),
			sizes,
			whole.subarray(12),
			chunk("LIST", [1, 2]),
		]);
		const found = decodeWav(sized(0xffff_ffff, large), "a.wav");
		expect([[...found.samples], found.faults]).toEqual([values, undefined]);
	});

	const changed = (at: number, bytes: readonly number[]): Uint8Array => {
		const file = encodeWav(values, pcm);
		file.set(bytes, at);
		return file;
	};
	test.each([
		["no bytes", new Uint8Array(), "a wav file"],
		[
			"a frame of another kind of sound",
			Buffer.from("fLaC\0\0\0\x22abcdefgh"),
			'another file, which begins with "fLaC"',
		],
		["another file", changed(0, [0x52, 0x49, 0x46, 0x58]), "a wav file"],
		["samples that are cut off", changed(40, [24, 0, 0, 0]), "at most the 12 bytes that follow, got 24"],
		["a chunk beyond the end", changed(16, [255, 255, 255, 255]), 'chunk "fmt ": expected at most the 36 bytes'],
		[
			"bytes that are no chunk",
			changed(36, [0, 0, 0xe8, 11, 0, 1, 0, 0]),
			String.raw`chunk "\u0000\u0000\u00e8\u000b"`,
		],
		[
			"no samples before a chunk of its own kind",
			Buffer.concat([encodeWav([], pcm), chunk("Xtra", [1, 2])]),
			"got 0 bytes",
		],
		["no samples before other chunks", Buffer.concat([encodeWav([], pcm), chunk("LIST", [1, 2])]), "got 0 bytes"],
		["a rate of zero", changed(24, [0, 0, 0, 0]), "a rate of 1000 to 768000 Hz, got 0"],
		["no channel", changed(22, [0, 0]), "1 to 64 channels, got 0"],
		["12 bits", changed(34, [12, 0]), "PCM of 8, 16, 24 or 32 bits, or float of 32 or 64, got format 1 of 12 bits"],
		["a wrong frame", changed(32, [3, 0]), "frames of 2 bytes, got 3"],
		["half a sample", changed(40, [11, 0, 0, 0]), "whole frames of 2 bytes, got 11 bytes"],
		["no samples", encodeWav([], pcm), "whole frames of 2 bytes, got 0 bytes"],
		["no data", encodeWav(values, pcm).subarray(0, 36), "a chunk of samples (data), got none"],
		[
			"a short fmt",
			Buffer.concat([changed(16, [12, 0, 0, 0]).subarray(0, 32), encodeWav(values, pcm).subarray(36)]),
			"at least 16 bytes, got 12",
		],
		["no number", encodeWav([Number.NaN], { ...pcm, code: 3, bits: 32 }), "sample 0: expected a finite number"],
	])("%s is refused", (_, file, message) => {
		expect(() => decodeWav(file, "a.wav")).toThrow(message);
	});
});

describe("resampling", () => {
	const sine = (rate: number, hz: number) => tones(rate, [{ hz, ms: 200 }]);
	test.each([
		[44_100, 8000],
		[16_000, 8000],
		[8000, 16_000],
		[11_025, 8000],
	])("a tone of 1 kHz from %i to %i Hz", (from, to) => {
		const [got, expected] = [resample(sine(from, 1000), to), sine(to, 1000)];
		expect([got.rate, got.samples.length]).toEqual([to, expected.samples.length]);
		const inside = got.samples.slice(to / 50, -to / 50);
		const off = inside.map((value, i) => Math.abs(value - (expected.samples[i + to / 50] ?? Number.NaN)));
		expect(Math.max(...off)).toBeLessThan(1e-3);
	});

	test("what the lower rate cannot hold is gone", () => {
		const { samples } = resample(sine(16_000, 5000), 8000);
		expect(Math.max(...samples.slice(200, -200).map(Math.abs))).toBeLessThan(1e-3);
	});
});

describe("features", () => {
	const parse = (options: object) => filterbankOptions.parse(options);

	test("a frame every 10 ms, none over the end; sound shorter than one is refused", () => {
		const bank = createFilterbank(parse({}));
		expect(bank({ rate: 8000, samples: new Float32Array(200) })).toMatchObject({ count: 1, size: 40 });
		expect(bank({ rate: 8000, samples: new Float32Array(359) }).count).toBe(2);
		expect(() => bank({ rate: 8000, samples: new Float32Array(199) })).toThrow("at least 200 samples at 8000 Hz");
	});

	test("filters that are too narrow, or beyond the spectrum, are refused", () => {
		expect(() => createFilterbank(parse({ coefficients: 200 }))).toThrow("Take fewer coefficients");
		expect(() => createFilterbank(parse({ high: 5000 }))).toThrow("high up to 4000 Hz");
	});

	test("each speaker has mean 0 and variance 1 in every coefficient", () => {
		const bank = createFilterbank(parse({}));
		const loud = [300, 500].map((hz) => bank(tones(8000, [{ hz, ms: 60 }])));
		const both = [
			...loud,
			bank(
				tones(
					8000,
					[300, 2000].map((hz) => ({ hz, ms: 90 })),
				),
			),
		];
		const speakers = ["a", "a", "b"];
		const moments = momentsBySpeaker(both, speakers);
		const normalized = both.flatMap((frames, i) => {
			const own = moments.get(speakers[i] ?? "");
			return own === undefined ? [] : [normalizeFrames(frames, own)];
		});
		for (const group of [normalized.slice(0, 2), normalized.slice(2)]) {
			const { mean, std } = momentsOf(group);
			for (const value of mean) expect(value).toBeCloseTo(0, 5);
			for (const value of std) expect(value).toBeCloseTo(1, 5);
		}
	});
});
