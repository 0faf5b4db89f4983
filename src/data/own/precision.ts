/** Numbers that float32 would blur: large ones that differ by little, such as times in seconds and sums of money. */
import type { SampleShape } from "../data-set.js";

/** Looks at numbers in float64 before they are stored as float32. */
export interface Precision {
	/** Takes in one training sample. */
	add(sample: Float64Array): void;
	/**
	 * What to subtract from the elements of each channel, the first dimension of a sample, before they are stored: about
	 * the mean where the spacing of float32 is coarse beside the spread, else 0. `undefined` where it is fine in all.
	 */
	offsets(): readonly number[] | undefined;
	/** The channels of which many distinct values are stored as one. @param offsets - what is subtracted. */
	blurred(offsets: readonly number[] | undefined): readonly number[];
}

/** Rounding errors above this share of the standard deviation are too large. A mean of some thousand times it makes them. */
const coarsest = 2 ** -12;
/** Samples whose values are compared, and values in all. */
const [comparedSamples, comparedValues] = [256, 2 ** 20];

/** Sums are of differences from the first value, so that a large mean does not swallow a small spread. */
export function createPrecision(sampleShape: SampleShape): Precision {
	const [channels = 1, ...rest] = sampleShape;
	const plane = rest.reduce((product, dim) => product * dim, 1);
	const [first, sums, squares, errors] = [0, 1, 2, 3].map(() => new Float64Array(channels)) as [
		Float64Array,
		Float64Array,
		Float64Array,
		Float64Array,
	]; // As many as were asked for.
	const compared: Float64Array[] = [];
	let samples = 0;
	const take = (channel: number, value: number): void => {
		const difference = value - (first[channel] ?? 0);
		sums[channel] = (sums[channel] ?? 0) + difference;
		squares[channel] = (squares[channel] ?? 0) + difference * difference;
		errors[channel] = Math.max(errors[channel] ?? 0, Math.abs(Math.fround(value) - value));
	};
	const offsetOf = (channel: number): number => {
		const count = samples * plane;
		const shift = (sums[channel] ?? 0) / count;
		const spread = Math.sqrt(Math.max(0, (squares[channel] ?? 0) / count - shift * shift));
		const mean = (first[channel] ?? 0) + shift;
		if (spread === 0 || (errors[channel] ?? 0) <= coarsest * spread) return 0;
		return Math.abs(mean) < 2 ** 24 ? mean : Math.round(mean); // Whole numbers stay whole.
	};
	return {
		add(sample) {
			if (samples === 0) for (let c = 0; c < channels; c++) first[c] = sample[c * plane] ?? 0;
			samples++;
			for (let i = 0; i < sample.length; i++) take(plane === 1 ? i : Math.floor(i / plane), sample[i] ?? 0);
			if (samples <= comparedSamples && samples * sample.length <= comparedValues) compared.push(sample.slice());
		},
		offsets() {
			if (samples === 0) return undefined;
			const offsets = Array.from({ length: channels }, (_, channel) => offsetOf(channel));
			return offsets.some((offset) => offset !== 0) ? offsets : undefined;
		},
		blurred: (offsets) =>
			Array.from({ length: channels }, (_, channel) => channel).filter((channel) => {
				const values = new Set(
					compared.flatMap((sample) => [...sample.subarray(channel * plane, (channel + 1) * plane)]),
				);
				const stored = new Set([...values].map((value) => Math.fround(value - (offsets?.[channel] ?? 0))));
				return values.size > 1 && stored.size <= values.size / 2;
			}),
	};
}

/** Values as they are stored: less the offset of their channel, as float32. */
export function toStored(
	data: Float64Array,
	[channels = 1, ...rest]: SampleShape,
	offsets: readonly number[] | undefined,
): Float32Array {
	if (offsets === undefined) return Float32Array.from(data);
	const plane = rest.reduce((product, dim) => product * dim, 1);
	return Float32Array.from(data, (value, i) => value - (offsets[Math.floor(i / plane) % channels] ?? 0));
}
