/** What a model is worth: errors, calibration, fidelity to its teacher, significance, latency. */
export { agreement, meanKl } from "./agreement.js";
export { falseAlarmShift, leastErrorsShift, type ShiftedErrors, type ShiftInput, shiftedErrors } from "./bias-shift.js";
export { type BootstrapOptions, type Interval, percentileInterval, resampledMeans } from "./bootstrap.js";
export {
	balancedAccuracy,
	type ClassBalance,
	type ClassCounts,
	classBalance,
	classCounts,
	macroF1,
} from "./by-class.js";
export type { ReliabilityBin } from "./calibration.js";
export { byChanceOf, canShowSkill, chanceLevel } from "./chance.js";
export { type ClassificationMetrics, classificationMetrics, predictedClasses, rightOnes } from "./classification.js";
export { type ClassAccuracy, type Confusion, classAccuracies, confusionMatrix, mostConfused } from "./confusion.js";
export { acceptanceThreshold, auroc, falsePositiveRate } from "./detection.js";
export { mean } from "./mean.js";
export { type MultiplyAdds, multiplyAdds } from "./multiply-adds.js";
export { checkRank, topKAccuracy } from "./ranking.js";
export {
	holm,
	type McnemarResult,
	mcnemar,
	mcnemarOfCounts,
	type PairedDifference,
	pairedDifference,
	type Summary,
	samplesToShow,
	summary,
} from "./significance.js";
export { logSoftmaxRow } from "./softmax.js";
export { fitTemperature, scaledLogits } from "./temperature.js";
export { type Latency, type LatencyOptions, measureLatency, percentile } from "./timing.js";
