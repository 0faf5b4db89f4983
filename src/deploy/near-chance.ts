/** Whether a model says anything at all about its classes, by the validation split. */
import { predictedClasses } from "../metrics/index.js";

/** One-sided 5 % of a normal distribution, in standard deviations. */
const fivePercent = 1.645;
/** How far from chance to all right a model must be, however many samples there are. */
const leastSkill = 0.1;
/** However few samples there are, a model so far from chance to all right has learnt something. */
const mostNoise = 1 / 3;

/**
 * What is wrong with a model that has learnt nothing: it gives every sample the same class, or is right hardly more often than
 * always naming the most frequent class would be, as far as that many samples can tell.
 *
 * @param logits - `[count, classes]`, on the validation split.
 * @param labels - `[count]`; empty where there are none.
 * @returns the rest of a sentence about it, or `undefined` for a model that has learnt something.
 */
export function nearChance(logits: Float32Array, labels: Int32Array, classes: number): string | undefined {
	const predicted = predictedClasses(logits, classes);
	const count = predicted.length;
	if (count > 1 && predicted.every((one) => one === predicted[0]))
		return "gives every validation sample the same class";
	if (labels.length === 0) return undefined;
	const frequency = new Uint32Array(classes);
	for (const label of labels) frequency[label] = (frequency[label] ?? 0) + 1;
	const chance = Math.max(...frequency) / count;
	const accuracy = predicted.reduce((right, one, at) => right + (one === labels[at] ? 1 : 0), 0) / count;
	const noise = (fivePercent * Math.sqrt((chance * (1 - chance)) / count)) / (1 - chance);
	const skill = (accuracy - chance) / (1 - chance);
	if (skill > Math.max(leastSkill, Math.min(noise, mostNoise))) return undefined;
	const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
	return (
		`is near chance: right on ${percent(accuracy)} of the validation samples, ` +
		`where always naming the most frequent class is right on ${percent(chance)}`
	);
}
