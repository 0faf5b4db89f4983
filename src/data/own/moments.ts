import type { Normalization, SampleShape } from "../data-set.js";

/** Mean and standard deviation of each channel, the first dimension of a sample, gathered row after row. */
export interface Moments {
	/** Takes in one sample. */
	add(sample: Uint8Array | Float32Array): void;
	/**
	 * For bytes, of byte / 255. A channel that never changes has standard deviation 1.
	 *
	 * @param offsets - what was subtracted from each channel before; it is part of the mean.
	 */
	normalization(offsets?: readonly number[]): Normalization;
	/** Channels of one value in all samples, and those of one value in nearly all. */
	constant(): { readonly always: readonly number[]; readonly nearly: readonly number[] };
}

/** Nearly all: all but so large a share, or all but one. */
const rareShare = 0.001;

/**
 * Moments of samples in one pass: bytes are counted by value, which is exact; floats are summed as differences from the
 * first, in float64, so that a large mean does not swallow a small spread.
 */
export function createMoments(type: "uint8" | "float", sampleShape: SampleShape): Moments {
	const [channels = 1, ...rest] = sampleShape;
	const plane = rest.reduce((product, dim) => product * dim, 1);
	const gather = type === "uint8" ? countBytes(channels, plane) : sumFloats(channels, plane);
	return {
		add: gather.add,
		normalization(offsets) {
			const moments = Array.from({ length: channels }, (_, channel) => gather.of(channel));
			const mean = moments.map(([value], channel) => value + (offsets?.[channel] ?? 0));
			const std = moments.map(([, variance]) => (variance > 0 ? Math.sqrt(variance) : 1));
			return channels === 1 ? { mean: mean[0] ?? 0, std: std[0] ?? 1 } : { mean, std };
		},
		constant() {
			const others = Array.from({ length: channels }, (_, channel) => gather.others(channel));
			const where = (holds: (share: readonly [number, number]) => boolean): readonly number[] =>
				[...others.keys()].filter((channel) => holds(others[channel] ?? [0, 0]));
			return {
				always: where(([other, all]) => other === 0 && all > 1),
				nearly: where(([other, all]) => other > 0 && other < all / 2 && other <= Math.max(1, rareShare * all)),
			};
		},
	};
}

interface Gather {
	readonly add: Moments["add"];
	/** Mean and variance of a channel. */
	readonly of: (channel: number) => readonly [mean: number, variance: number];
	/** How many elements of a channel are not of its most frequent, or first, value, and how many there are. */
	readonly others: (channel: number) => readonly [others: number, all: number];
}

function countBytes(channels: number, plane: number): Gather {
	const counts = new Float64Array(channels * 256);
	return {
		add(sample) {
			for (let i = 0; i < sample.length; i++) {
				const at = Math.floor(i / plane) * 256 + (sample[i] ?? 0);
				counts[at] = (counts[at] ?? 0) + 1;
			}
		},
		of(channel) {
			const own = counts.subarray(channel * 256, (channel + 1) * 256);
			const total = own.reduce((sum, count) => sum + count, 0);
			const mean = own.reduce((sum, count, byte) => sum + count * byte, 0) / (255 * total);
			const variance = own.reduce((sum, count, byte) => sum + count * (byte / 255 - mean) ** 2, 0) / total;
			return [mean, variance];
		},
		others(channel) {
			const own = counts.subarray(channel * 256, (channel + 1) * 256);
			const total = own.reduce((sum, count) => sum + count, 0);
			return [total - Math.max(...own), total];
		},
	};
}

/** mean = x₀ + Σ(x − x₀) / n; variance = Σ(x − x₀)² / n − (mean − x₀)². */
function sumFloats(channels: number, plane: number): Gather {
	const origin = new Float64Array(channels);
	const sums = new Float64Array(channels);
	const squares = new Float64Array(channels);
	const others = new Uint32Array(channels);
	let samples = 0;
	return {
		add(sample) {
			if (samples === 0)
				for (let channel = 0; channel < channels; channel++) origin[channel] = sample[channel * plane] ?? 0;
			samples++;
			for (let i = 0; i < sample.length; i++) {
				const channel = plane === 1 ? i : Math.floor(i / plane);
				const difference = (sample[i] ?? 0) - (origin[channel] ?? 0);
				sums[channel] = (sums[channel] ?? 0) + difference;
				squares[channel] = (squares[channel] ?? 0) + difference * difference;
				if (difference !== 0) others[channel] = (others[channel] ?? 0) + 1;
			}
		},
		of(channel) {
			const count = samples * plane;
			const shift = (sums[channel] ?? 0) / count;
			return [(origin[channel] ?? 0) + shift, (squares[channel] ?? 0) / count - shift * shift];
		},
		others: (channel) => [others[channel] ?? 0, samples * plane],
	};
}
