/** Other orders of a teacher's classes, tried on labelled samples. */
import { bestAssignment } from "../../metrics/assignment.js";
import { logSoftmaxRow } from "../../metrics/index.js";

/** Which outputs are the classes, and what comes of it. */
export interface OrderCandidate {
	/** A noun phrase. */
	readonly what: string;
	/** The output of each class. */
	readonly select: readonly number[];
	/** `[count]`, 1 where a sample is right; of an order that was fitted, on samples that it was not fitted to. */
	readonly correct: Uint8Array;
}

/** All outputs of a teacher on some samples. */
interface Outputs {
	/** Logits `[count, outputs]`. */
	readonly logits: Float32Array;
	/** Which of them are the classes now; all in order where absent. */
	readonly select?: readonly number[] | undefined;
}

/** Orders that classes often have by their names; the names of the data's classes in that order. */
const namedOrders: Readonly<Record<string, (names: readonly string[]) => readonly string[]>> = {
	"its outputs in the order of the classes' names as texts": (names) => names.toSorted(),
	"its outputs in the order of the classes' names as numbers": (names) =>
		names.every((name) => Number.isFinite(Number(name))) ? names.toSorted((a, b) => Number(a) - Number(b)) : names,
	"its outputs in alphabetical order, capitals among small letters": (names) =>
		names.toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)),
	"its outputs in the opposite order": (names) => names.toReversed(),
};

/** Classes beyond which an order is not fitted: samples of each are too few. */
const mostFitted = 256;

/** Orders of a teacher's outputs that differ from the one that it has. */
export function orderCandidates(
	outputs: Outputs,
	labels: Int32Array,
	names: readonly string[],
): readonly OrderCandidate[] {
	const width = outputs.logits.length / labels.length;
	const now = outputs.select ?? names.map((_, index) => index);
	const named = Object.entries(namedOrders).flatMap(([what, order]) => {
		const ordered = order(names);
		const select = names.map((name) => ordered.indexOf(name));
		return width === names.length ? [{ what, select, correct: correctBy(outputs.logits, labels, () => select) }] : [];
	});
	const fitted = names.length > mostFitted ? undefined : fittedOrder(outputs.logits, labels, names.length);
	return [...named, ...(fitted === undefined ? [] : [fitted])].filter(({ select }) =>
		select.some((at, c) => at !== now[c]),
	);
}

/**
 * The order that fits the labels best, judged on each half of the samples as it was fitted to the other: with few samples
 * of many classes some order fits by chance.
 */
function fittedOrder(logits: Float32Array, labels: Int32Array, classes: number): OrderCandidate | undefined {
	const seen = new Uint32Array(classes);
	// Of each class, every other sample.
	const half = Uint8Array.from(labels, (label) => (seen[label] = (seen[label] ?? 0) + 1) % 2);
	if (seen.some((count) => count < 2)) return undefined;
	const [first, second] = [0, 1].map((side) => orderFor(logits, labels, classes, (sample) => half[sample] !== side));
	if (first === undefined || second === undefined) return undefined;
	const select = orderFor(logits, labels, classes, () => true);
	const correct = correctBy(logits, labels, (sample) => (half[sample] === 0 ? first : second));
	return { what: "another order of its outputs", select, correct };
}

/** The assignment of outputs to classes with the greatest sum of mean probabilities. */
function orderFor(
	logits: Float32Array,
	labels: Int32Array,
	classes: number,
	counts: (sample: number) => boolean,
): readonly number[] {
	const width = logits.length / labels.length;
	const scores = Array.from({ length: classes }, () => new Float64Array(width));
	const totals = new Float64Array(classes);
	for (const [sample, label] of labels.entries()) {
		if (!counts(sample)) continue;
		totals[label] = (totals[label] ?? 0) + 1;
		const row = logSoftmaxRow(logits.subarray(sample * width, (sample + 1) * width));
		for (const [output, log] of row.entries()) {
			const own = scores[label];
			if (own !== undefined) own[output] = (own[output] ?? 0) + Math.exp(log);
		}
	}
	return bestAssignment(scores.map((row, label) => row.map((sum) => sum / Math.max(1, totals[label] ?? 1))));
}

/** Whether each sample is right, with the output of each class by the sample. */
function correctBy(
	logits: Float32Array,
	labels: Int32Array,
	selectFor: (sample: number) => readonly number[],
): Uint8Array {
	const width = logits.length / labels.length;
	return Uint8Array.from(labels, (label, sample) => {
		const row = selectFor(sample).map((output) => logits[sample * width + output] ?? -Infinity);
		return row.indexOf(Math.max(...row)) === label ? 1 : 0;
	});
}
