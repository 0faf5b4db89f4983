/** Whether a model says anything at all, by the validation split. */
import type { AnyDataSet } from "../data/data-set.js";
import { byChanceOf, canShowSkill, chanceLevel, classCounts, predictedClasses } from "../metrics/index.js";
import { figureKinds, figureText } from "../tasks/figures.js";
import { taskOf } from "../tasks/index.js";

const sameForAll = "gives every validation sample the same class";
/** Fewer samples blame nobody who gives different classes. */
const fewSamples = 20;

/**
 * What is wrong with a model of any task that has learnt nothing.
 *
 * @param answers - `[count, names]`, on the validation split.
 * @returns the rest of a sentence about it, or `undefined` for a model that has learnt something.
 */
export function faultOf(answers: Float32Array, { task: name, classes, validation }: AnyDataSet): string | undefined {
	const { labels, count } = validation;
	if (labels instanceof Int32Array) return nearChance(answers, labels, classes.length);
	if (labels.length === 0 || count < fewSamples) return undefined;
	const task = taskOf({ task: name });
	const [first] = task.measures;
	const own = task.measure({ answers, labels, names: classes }, undefined).figures[first];
	const chance = task.ignorant(labels, classes)[first];
	const { title, better } = figureKinds[first];
	if (own === undefined || chance === undefined || (better === "less" ? own < chance : own > chance)) return undefined;
	const [it, one] = [own, chance].map((value) => figureText(first, value));
	return `is no better than one answer for all validation samples: ${title} ${it ?? ""}, where that has ${one ?? ""}`;
}

/**
 * What is wrong with a classifier that has learnt nothing: it gives every sample the same class, or is right no more often than
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
