import { checkLabels } from "./labels.js";
import { argmaxRow, checkLogits, logitsRow } from "./logits.js";

/** The temperatures that are tried lie between these: logits without an error would be sharpened without end. */
const [lowest, highest] = [0.01, 10_000];

/**
 * Temperature scaling: the T that minimises the negative log-likelihood of the labels under softmax(logits / T), one
 * number for all classes, in [0.01, 10,000]. Accuracy stays what it is; probabilities become those that come true. Fit it on
 * the validation split.
 *
 * The loss is convex in β = 1 / T, with derivative `mean(E_p[z] − z_label)` and curvature `mean(Var_p[z])`; Newton's
 * method within a bracket finds where the derivative is 0, in float64, with the same result every time.
 *
 * Source: Guo et al. 2017, "On calibration of modern neural networks", section 4.2.
 *
 * @param logits - `[count, classes]`, finite, row-major.
 * @param labels - `[count]`, integers in [0, classes).
 * @throws LimbeckError `usage` when the shapes disagree or there is no sample, `model` when a logit is not finite,
 * `data` when a label is not a class.
 */
export function fitTemperature(logits: Float32Array, labels: ArrayLike<number>, classes: number): number {
	const count = checkLogits("fitTemperature, logits", logits, classes);
	checkLabels("fitTemperature, labels", labels, count, classes);
	const at = (beta: number): Slope => slopeAt(beta, logits, labels, classes);
	let [low, high] = [1 / highest, 1 / lowest];
	if (at(low).slope >= 0) return highest;
	if (at(high).slope <= 0) return lowest;
	let beta = 1;
	for (let step = 0; step < 100; step++) {
		const { slope, curvature } = at(beta);
		if (slope > 0) high = beta;
		else low = beta;
		const newton = beta - slope / curvature;
		// Outside the bracket, or not a number: halve the bracket, on the scale of ratios.
		const next = newton > low && newton < high ? newton : Math.sqrt(low * high);
		if (slope === 0 || Math.abs(next - beta) <= 1e-12 * beta) break;
		beta = next;
	}
	return 1 / beta;
}

/** Derivatives of the loss, mean over the samples. */
interface Slope {
	readonly slope: number;
	readonly curvature: number;
}

function slopeAt(beta: number, logits: Float32Array, labels: ArrayLike<number>, classes: number): Slope {
	let [slope, curvature] = [0, 0];
	for (let sample = 0; sample < labels.length; sample++) {
		const row = logitsRow(logits, sample, classes);
		const max = row[argmaxRow(row)] ?? 0;
		// Moments of z − max under softmax(β z): nothing overflows, and near-certain samples keep their digits.
		let [weights, mean, square] = [0, 0, 0];
		for (let c = 0; c < classes; c++) {
			const below = (row[c] ?? 0) - max;
			const weight = Math.exp(beta * below);
			weights += weight;
			mean += weight * below;
			square += weight * below ** 2;
		}
		mean /= weights;
		slope += mean - ((row[labels[sample] ?? 0] ?? 0) - max);
		curvature += square / weights - mean ** 2;
	}
	return { slope: slope / labels.length, curvature: curvature / labels.length };
}

/**
 * Logits divided by a temperature.
 *
 * @param logits - of any shape.
 * @param temperature - more than 0.
 */
export function scaledLogits(logits: Float32Array, temperature: number): Float32Array {
	return logits.map((logit) => logit / temperature);
}
