/** What a model is worth: errors, calibration, fidelity to its teacher, significance, latency. */
export { agreement, meanKl } from "./agreement.js";
export type { ReliabilityBin } from "./calibration.js";
export { type ClassificationMetrics, classificationMetrics, predictedClasses } from "./classification.js";
export { type McnemarResult, mcnemar, type Summary, summary } from "./significance.js";
export { logSoftmaxRow } from "./softmax.js";
export { type Latency, type LatencyOptions, measureLatency, percentile } from "./timing.js";
