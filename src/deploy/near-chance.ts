/** Whether a model says anything at all about its classes, by the validation split. */
import { byChanceOf, canShowSkill, chanceLevel, classCounts, predictedClasses } from "../metrics/index.js";

const sameForAll = "gives every validation sample the same class";
/** Fewer samples blame nobody who gives different classes. */
const fewSamples = 20;

/**
 * What is wrong with a model that has learnt nothing: it gives every sample the same class, or is right no more often than
 * chance, as far as that many samples can tell.
 *
 * @param logits - `[count, classes]`, on the validation split.
 * @param labels - `[count]`; empty where there are none.
 * @returns the rest of a sentence about it, or `undefined` for a model that has learnt something.
 */
export function nearChance(logits: Float32Array, labels: Int32Array, classes: number): string | undefined {
	const predicted = predictedClasses(logits, classes);
	const count = predicted.length;
	const counts = classCounts(predicted, labels, classes);
	const isOne = count > 1 && predicted.every((one) => one === predicted[0]);
	if (labels.length === 0) return isOne ? sameForAll : undefined;
	if (!canShowSkill(counts.samples)) return undefined;
	if (isOne) return sameForAll;
	const right = counts.correct.reduce((sum, one) => sum + one, 0);
	if (count < fewSamples || byChanceOf(right, counts) <= chanceLevel) return undefined;
	const percent = (some: number): string => `${((100 * some) / count).toFixed(2)} %`;
	return (
		`is near chance: right on ${percent(right)} of the validation samples, ` +
		`where always naming the most frequent class is right on ${percent(Math.max(...counts.samples))}`
	);
}
