/** Normalisation of inputs outside a graph: (value − mean) / std, where the value of a byte is byte / 255. */
import type { Normalization, SampleShape } from "../data/data-set.js";
import { LimbeckError } from "../errors.js";
import { elementCount } from "../onnx/tensor.js";

/** What a value of 1 is stored as. */
export const unitOf = { uint8: 255, float: 1 } as const;

/**
 * Normalises samples outside a graph.
 *
 * @returns a function from `[count, …sampleShape]` to the same in float.
 * @throws LimbeckError (`usage`) where the lists have another length than the channels.
 */
export function normalizer(
	normalization: Normalization,
	sampleShape: SampleShape,
): (samples: Uint8Array | Float32Array | Float64Array) => Float32Array {
	const { mean, std } = perChannel(normalization, sampleShape);
	const run = elementCount(sampleShape) / mean.length;
	const tables = mean.map((value, channel) =>
		Float32Array.from({ length: 256 }, (_, byte) => (byte / unitOf.uint8 - value) / (std[channel] ?? 1)),
	);
	return (samples) => {
		const out = new Float32Array(samples.length);
		for (let start = 0; start < out.length; start += run) {
			const channel = (start / run) % mean.length;
			const [offset = 0, deviation = 1, table] = [mean[channel], std[channel], tables[channel]];
			if (samples instanceof Uint8Array && table !== undefined) {
				for (let i = start; i < start + run; i++) out[i] = table[samples[i] ?? 0] ?? 0;
			} else {
				for (let i = start; i < start + run; i++) out[i] = ((samples[i] ?? 0) - offset) / deviation;
			}
		}
		return out;
	};
}

/** Lists of equal length: of one element where one number serves all, else of one for each channel. */
export function perChannel(
	{ mean, std }: Normalization,
	[channels = 1]: SampleShape,
): { readonly mean: readonly number[]; readonly std: readonly number[] } {
	if (typeof mean === "number" && typeof std === "number") return { mean: [mean], std: [std] };
	const list = (value: number | readonly number[]): readonly number[] => {
		const values = typeof value === "number" ? Array<number>(channels).fill(value) : value;
		if (values.length === channels) return values;
		throw new LimbeckError("usage", {
			where: "normalization",
			expected: `a number, or a list of ${String(channels)}: one for each channel`,
			got: `a list of ${String(values.length)}`,
		});
	};
	return { mean: list(mean), std: list(std) };
}
