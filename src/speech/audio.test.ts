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

	const changed = (at: number, bytes: readonly number[]): Uint8Array => {
		const file = encodeWav(values, pcm);
		file.set(bytes, at);
		return file;
	};
	test.each([
		["no bytes", new Uint8Array(), "a wav file"],
		["another file", changed(0, [0x52, 0x49, 0x46, 0x58]), "a wav file"],
		["a chunk beyond the end", changed(40, [255, 255, 255, 255]), "at most the 12 bytes that follow, got 4294967295"],
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
