/** The number of equal-width bins of confidence (Guo et al. 2017, table 1). */
const binCount = 15;

/** The samples whose confidence, the top class's probability, lies in (lower, upper]. */
export interface ReliabilityBin {
	readonly lower: number;
	readonly upper: number;
	/** The number of samples, 1 or more. */
	readonly count: number;
	/** Their mean confidence. */
	readonly confidence: number;
	/** The share of them whose top class is right. */
	readonly accuracy: number;
}

/**
 * Sorts samples into 15 equal-width bins of confidence, in rising order. Empty bins are left out: they have neither
 * a confidence nor an accuracy.
 *
 * Source: Guo et al. 2017, "On calibration of modern neural networks", section 2.
 *
 * @param confidences - `[count]`, the probability of each sample's top class, in (0, 1].
 * @param correct - `[count]`, 1 where the top class is the label, otherwise 0.
 */
export function reliabilityBins(confidences: Float64Array, correct: Uint8Array): readonly ReliabilityBin[] {
	const bins = Array.from({ length: binCount }, () => ({ count: 0, confidence: 0, correct: 0 }));
	for (const [sample, confidence] of confidences.entries()) {
		const bin = bins[Math.ceil(confidence * binCount) - 1];
		if (bin === undefined) continue; // Not reached: a confidence lies in (0, 1].
		bin.count += 1;
		bin.confidence += confidence;
		bin.correct += correct[sample] ?? 0;
	}
	return bins
		.map(({ count, confidence, correct }, index) => ({
			lower: index / binCount,
			upper: (index + 1) / binCount,
			count,
			confidence: confidence / count,
			accuracy: correct / count,
		}))
		.filter(({ count }) => count > 0);
}

/**
 * The expected calibration error: `Σ_bins (count / total) · |accuracy − confidence|`, in [0, 1].
 *
 * Source: Guo et al. 2017, equation 3.
 */
export function expectedCalibrationError(bins: readonly ReliabilityBin[]): number {
	const total = bins.reduce((sum, { count }) => sum + count, 0);
	return bins.reduce((sum, bin) => sum + (bin.count / total) * Math.abs(bin.accuracy - bin.confidence), 0);
}
