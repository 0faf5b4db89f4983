/** Another sample rate, by a windowed sinc. */
import type { Audio } from "./wav.js";

/** Zero crossings of the sinc on each side. */
const crossings = 32;
/** The cut-off as a share of the lower Nyquist frequency: what the filter's slope leaves. */
const rolloff = 0.95;
/** Phases whose filters are kept; with more, each is made when it is needed. */
const mostPhases = 4096;

/**
 * Sound at another rate. Each output sample is the sum of input samples times a sinc under a Hann window of 32 zero
 * crossings on each side, cut off at 0.95 of the lower Nyquist frequency; outside, the sound is zero (J. O. Smith,
 * "Digital audio resampling").
 *
 * @param rate - samples a second.
 */
export function resample({ rate: from, samples }: Audio, rate: number): Audio {
	if (from === rate) return { rate, samples };
	const divisor = gcd(from, rate);
	const [up, down] = [rate / divisor, from / divisor];
	// In units of input samples: cut-off (1 is the input's Nyquist frequency), and reach of the window.
	const cutoff = rolloff * Math.min(1, rate / from);
	const reach = crossings / cutoff;
	const filters = new Map<number, Float64Array>();
	const filterAt = (phase: number): Float64Array => {
		const kept = filters.get(phase);
		if (kept !== undefined) return kept;
		const filter = makeFilter(phase / up, cutoff, reach);
		if (filters.size < mostPhases) filters.set(phase, filter);
		return filter;
	};
	const out = new Float32Array(Math.ceil((samples.length * up) / down));
	for (let i = 0; i < out.length; i++) {
		const position = i * down;
		const filter = filterAt(position % up);
		const first = Math.floor(position / up) - Math.floor(reach);
		let sum = 0;
		const end = Math.min(filter.length, samples.length - first);
		for (let k = Math.max(0, -first); k < end; k++) sum += (filter[k] ?? 0) * (samples[first + k] ?? 0);
		out[i] = sum;
	}
	return { rate, samples: out };
}

/** Weights of the input samples around a point `fraction` after one of them, from `floor(reach)` before it on. */
function makeFilter(fraction: number, cutoff: number, reach: number): Float64Array {
	const before = Math.floor(reach);
	const filter = Float64Array.from({ length: 2 * before + 2 }, (_, k) => {
		const x = k - before - fraction;
		if (Math.abs(x) >= reach) return 0;
		const sinc = x === 0 ? 1 : Math.sin(Math.PI * cutoff * x) / (Math.PI * cutoff * x);
		return sinc * Math.cos((Math.PI * x) / (2 * reach)) ** 2;
	});
	// The weights sum to one, so that a constant stays what it is.
	const sum = filter.reduce((total, weight) => total + weight, 0);
	return filter.map((weight) => weight / sum);
}

function gcd(a: number, b: number): number {
	return b === 0 ? a : gcd(b, a % b);
}
