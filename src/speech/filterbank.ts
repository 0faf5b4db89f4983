/**
 * Log-mel filterbanks as Kaldi computes them (`compute-fbank-feats`; Povey et al. 2011), without dither and with power
 * spectra.
 */
import FFT from "fft.js";
import { z } from "zod";
import { LimbeckError } from "../errors.js";
import { resample } from "./resample.js";
import type { Audio } from "./wav.js";

/** What sound becomes. */
export const filterbankOptions = z
	.strictObject({
		rate: z.int().min(1000).max(192_000).default(8000).describe("samples a second; sound of another rate is resampled"),
		coefficients: z.int().min(1).max(256).default(40).describe("mel filters"),
		windowMs: z.number().min(1).max(1000).default(25).describe("length of a frame, ms"),
		stepMs: z.number().min(1).max(1000).default(10).describe("from one frame to the next, ms"),
		low: z.number().min(0).default(20).describe("where the lowest filter begins, Hz"),
		high: z.number().gt(0).optional().describe("where the highest filter ends, Hz; half the rate where left out"),
		preemphasis: z.number().min(0).max(1).default(0.97).describe("share of the sample before that is subtracted"),
		taper: z.enum(["povey", "hamming", "hann"]).default("povey").describe("window; povey is hann to the power of 0.85"),
		floor: z.number().gt(0).default(1).describe("least energy of a filter; samples count as 16-bit integers"),
	})
	.describe("filterbank features");

/** Options of the filterbank. */
export type FilterbankOptions = z.infer<typeof filterbankOptions>;

/** Frames of features. */
export interface Frames {
	readonly count: number;
	/** Values of each. */
	readonly size: number;
	/** `[count, size]`. */
	readonly data: Float32Array;
}

/** Samples in [−1, 1) times this are 16-bit integers. */
const scale = 2 ** 15;

const tapers: Readonly<Record<FilterbankOptions["taper"], (turn: number) => number>> = {
	hann: (turn) => 0.5 - 0.5 * Math.cos(turn),
	hamming: (turn) => 0.54 - 0.46 * Math.cos(turn),
	povey: (turn) => (0.5 - 0.5 * Math.cos(turn)) ** 0.85,
};

/** mel(f) = 1127 ln(1 + f / 700). */
const mel = (frequency: number): number => 1127 * Math.log1p(frequency / 700);

/** A filter: weights of the spectrum's bins from `first` on. */
interface Filter {
	readonly first: number;
	readonly weights: Float64Array;
}

/** Features of sound. */
export type Filterbank = (audio: Audio) => Frames;

/**
 * Prepares a filterbank. Of each frame (1 + ⌊(samples − window) / step⌋ of them, none over the end), in this order: the
 * mean is subtracted; x_i − p x_{i−1}, where the first sample counts as its own predecessor; the taper; zeros up to a
 * power of two; |FFT|²; triangles that are equally wide and linear in mel; ln max(energy, floor). All in float64.
 *
 * @returns frames `[count, coefficients]`; it throws LimbeckError (`data`) for sound shorter than a frame.
 * @throws LimbeckError (`usage`) where a filter would lie between two bins of the spectrum, or beyond the spectrum.
 */
export function createFilterbank(options: FilterbankOptions): Filterbank {
	const { rate, coefficients, preemphasis, taper, floor } = options;
	const window = Math.round((rate * options.windowMs) / 1000);
	const step = Math.round((rate * options.stepMs) / 1000);
	const size = 2 ** Math.max(1, Math.ceil(Math.log2(window)));
	const filters = makeFilters(options, size);
	const weights = Float64Array.from({ length: window }, (_, i) => tapers[taper]((2 * Math.PI * i) / (window - 1)));
	const fft = new FFT(size);
	const [frame, spectrum] = [new Float64Array(size), new Float64Array(2 * size)];
	const powers = new Float64Array(size / 2 + 1);
	return (audio) => {
		const { samples } = resample(audio, rate);
		if (samples.length < window) {
			const expected = `at least ${String(window)} samples at ${String(rate)} Hz, a frame`;
			throw new LimbeckError("data", { where: "features of sound", expected, got: String(samples.length) });
		}
		const count = 1 + Math.floor((samples.length - window) / step);
		const data = new Float32Array(count * coefficients);
		for (let t = 0; t < count; t++) {
			fillFrame(frame, samples.subarray(t * step, t * step + window), weights, preemphasis);
			fft.realTransform(spectrum, frame);
			for (let k = 0; k < powers.length; k++) powers[k] = (spectrum[2 * k] ?? 0) ** 2 + (spectrum[2 * k + 1] ?? 0) ** 2;
			for (const [f, filter] of filters.entries()) {
				let energy = 0;
				for (let k = 0; k < filter.weights.length; k++) {
					energy += (filter.weights[k] ?? 0) * (powers[filter.first + k] ?? 0);
				}
				data[t * coefficients + f] = Math.log(Math.max(energy, floor));
			}
		}
		return { count, size: coefficients, data };
	};
}

/** Mean, pre-emphasis and taper; what lies behind the window stays zero. */
function fillFrame(frame: Float64Array, samples: Float32Array, weights: Float64Array, preemphasis: number): void {
	let sum = 0;
	for (const sample of samples) sum += sample * scale;
	const mean = sum / samples.length;
	let before = (samples[0] ?? 0) * scale - mean;
	for (let i = 0; i < samples.length; i++) {
		const sample = (samples[i] ?? 0) * scale - mean;
		frame[i] = (sample - preemphasis * before) * (weights[i] ?? 0);
		before = sample;
	}
}

function makeFilters(options: FilterbankOptions, size: number): readonly Filter[] {
	const { rate, coefficients, low, high = rate / 2 } = options;
	if (low >= high || high > rate / 2) {
		const expected = `low below high, and high up to ${String(rate / 2)} Hz, half the rate`;
		throw new LimbeckError("usage", { where: "filterbank", expected, got: `${String(low)} and ${String(high)}` });
	}
	const width = (mel(high) - mel(low)) / (coefficients + 1);
	const mels = Float64Array.from({ length: size / 2 }, (_, k) => mel((k * rate) / size));
	return Array.from({ length: coefficients }, (_, f) => {
		const centre = mel(low) + (f + 1) * width;
		const all = mels.map((at) => Math.max(0, 1 - Math.abs(at - centre) / width));
		const first = all.findIndex((weight) => weight > 0);
		if (first === -1) {
			throw new LimbeckError("usage", {
				where: "filterbank: coefficients",
				expected: `filters no narrower than the ${String(rate / size)} Hz between two bins of the spectrum`,
				got: `filter ${String(f)} of ${String(coefficients)} between two`,
				hint: "Take fewer coefficients or longer windows.",
			});
		}
		return { first, weights: all.slice(first, all.findLastIndex((weight) => weight > 0) + 1) };
	});
}
