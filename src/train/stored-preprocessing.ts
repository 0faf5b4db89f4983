/** Preprocessing of samples from which something was subtracted before they were stored as float32. */
import type { SampleShape, Samples } from "../data/data-set.js";
import { LimbeckError } from "../errors.js";
import { perChannel } from "../predict/normalizer.js";
import type { Preprocessing } from "./preprocess.js";

/** What was subtracted from the elements of each channel; `undefined` where nothing was. */
export function offsetsOf(samples: Samples): readonly number[] | undefined {
	return "offsets" in samples ? samples.offsets : undefined;
}

/**
 * The preprocessing that makes of stored samples what `preprocessing` makes of samples as they are in their files: with
 * x = stored + offset, scale · x − mean is scale · stored − (mean − scale · offset). Computed in float64, so that a large
 * mean does not swallow a small spread.
 *
 * @param offsets - see {@link offsetsOf}.
 * @throws LimbeckError (`usage`) where colours would be mixed.
 */
export function storedPreprocessing<P extends Preprocessing>(
	preprocessing: P,
	offsets: readonly number[] | undefined,
	sampleShape: SampleShape,
): P {
	if (offsets === undefined) return preprocessing;
	if (preprocessing.channels !== undefined) {
		throw new LimbeckError("usage", {
			where: "input: channels",
			expected: "numbers that float32 holds, to change the order of colours",
			got: "large numbers that differ by little",
			hint: "Subtract what they have in common before they are stored.",
		});
	}
	const [channels = 1] = sampleShape;
	const { mean, std } = perChannel(preprocessing, sampleShape);
	const list = Array.from({ length: channels }, (_, channel) => {
		return (mean[mean.length === 1 ? 0 : channel] ?? 0) - (preprocessing.scale ?? 1) * (offsets[channel] ?? 0);
	});
	return {
		...preprocessing,
		mean: channels === 1 ? (list[0] ?? 0) : list,
		std: channels === 1 ? (std[0] ?? 1) : preprocessing.std,
	};
}
