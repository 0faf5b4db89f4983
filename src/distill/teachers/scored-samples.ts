/** The training samples that teachers are judged on. */
import type { AnyDataSet, DataSet, SampleSet, Split } from "../../data/data-set.js";
import { readSamples } from "../../data/open-samples.js";
import type { OpenSamples } from "../../data/samples.js";
import type { Runtime } from "../../runtime/runtime.js";
import { type LabelData, labelWidth, selectLabels } from "../../tasks/labels.js";

/** What judging needs of its surroundings. */
export interface JudgeContext {
	readonly runtime: Runtime;
	readonly openSamples?: OpenSamples | undefined;
	readonly threads?: number | undefined;
}

/** Samples in memory, with their classes. */
export interface ScoredSamples extends SampleSet {
	/** `[count]`; empty without labels. */
	readonly labels: Int32Array;
	/** `[count]`: which of the training samples they are. */
	readonly indices: Uint32Array;
}

/** Samples that a teacher is judged on; some more where there are more classes. */
const scoredCount = 512;

/**
 * Some of the training samples, the same number of each class as far as there are so many, class after class in turn, so
 * that the first of them are balanced too. Those of a class lie evenly over its samples. Without labels: evenly over all.
 */
export function scoredSamples({ train, sampleShape, classes }: DataSet): ScoredSamples {
	const { count, labels } = train;
	const all = Array.from({ length: count }, (_, index) => index);
	const groups: number[][] = labels.length === 0 ? [all] : classes.map(() => []);
	for (const [index, label] of labels.entries()) groups[label]?.push(index);
	const present = groups.filter((group) => group.length > 0);
	const each = Math.max(1, Math.floor(scoredCount / Math.max(1, present.length)));
	const chosen = present.map((group) => spread(group, each));
	const turns = Array.from({ length: each }, (_, turn) => chosen.flatMap((group) => group[turn] ?? []));
	const indices = Uint32Array.from(spread(turns.flat(), 2 * scoredCount));
	const samples = readSamples(train, sampleShape, indices);
	return { count: indices.length, indices, samples, labels: selectLabels(labels, 1, indices) };
}

/** Some of the training samples, evenly over all, with their labels. */
export function someSamples({ train, sampleShape, classes }: AnyDataSet): SampleSet & Pick<Split<LabelData>, "labels"> {
	const all = Array.from({ length: train.count }, (_, index) => index);
	const indices = Uint32Array.from(spread(all, 2 * scoredCount));
	const labels = selectLabels(train.labels, labelWidth(train.labels, classes.length), indices);
	return { count: indices.length, samples: readSamples(train, sampleShape, indices), labels };
}

/** So many of a list, evenly; all where it is no longer. */
function spread(list: readonly number[], most: number): readonly number[] {
	const count = Math.min(most, list.length);
	return Array.from({ length: count }, (_, k) => list[Math.floor((k * list.length) / count)] ?? 0);
}
