/** Any number of labels: a sigmoid for each. */
import {
	bestThresholds,
	type MarkedScores,
	markAgreement,
	meanBinaryKl,
	multiLabelMetrics,
	sampleF1,
} from "../../metrics/multi-label.js";
import { multiLabelDecision } from "../../predict/decisions/multi-label.js";
import type { Answered, Chosen, FigureTable, Task } from "../task.js";
import { multiLabelCard } from "./card.js";
import { combineScores } from "./combine.js";

const percent = (share: number | undefined): string => (share === undefined ? "–" : `${(100 * share).toFixed(1)} %`);

function scoresOf({ answers, labels, names }: Answered): MarkedScores {
	if (!(labels instanceof Uint8Array)) throw new TypeError("multi-label: expected marks, got other labels");
	return { logits: answers, marks: labels, labels: names.length };
}

/** The thresholds that were chosen, as logits; a probability of one half where none were. */
function thresholdsOf(chosen: Chosen | undefined, labels: number): readonly number[] {
	return chosen?.["thresholds"] ?? Array.from({ length: labels }, () => 0);
}

/** The most labels that a table lists. */
const mostRows = 200;

/** A sample has any number of labels; the answer for each is the logit of the probability that it holds. */
export const multiLabel: Task = {
	name: "multi-label",
	title: "any number of labels",
	noun: ["label", "labels"],
	fewest: 1,
	answerWidth: (names) => names,
	objectives: {
		alone: { name: "binary-cross-entropy" },
		distilled: { name: "soft-labels", temperature: 2, hardWeight: 0.5 },
	},
	labelInput: (width) => ({ type: "uint8", dims: [width], as: "float" }),
	labelTensor: (labels, count, width) => ({
		type: "uint8",
		dims: [count, width],
		// No objective reads them where there are none.
		data: labels instanceof Uint8Array && labels.length > 0 ? labels : new Uint8Array(count * width),
	}),
	compared: (_, values) => values,
	combine: combineScores,
	reading: multiLabelDecision.reading,
	card: multiLabelCard,
	validate(answered) {
		const scores = scoresOf(answered);
		const { meanAveragePrecision, nll } = multiLabelMetrics(scores, thresholdsOf(undefined, scores.labels));
		return { meanAveragePrecision, nll };
	},
	fidelity: (student, teacher) => ({
		agreement: markAgreement(student, teacher),
		klToTeacher: meanBinaryKl(teacher, student),
	}),
	badness: ({ nll, klToTeacher }) => nll ?? klToTeacher ?? Number.POSITIVE_INFINITY,
	measures: [
		"meanAveragePrecision",
		"microF1",
		"macroF1",
		"subsetAccuracy",
		"hammingLoss",
		"rankingPrecision",
		"nll",
		"brier",
		"ece",
	],
	choose: (answered) => ({ thresholds: bestThresholds(scoresOf(answered)) }),
	// Scores that are the same for all samples rank a label's samples by chance: its average precision is its share.
	ignorant(labels, { length }) {
		const count = labels.length / length;
		const held = Array.from({ length }, (_, label) => {
			let sum = 0;
			for (let row = 0; row < count; row++) sum += labels[row * length + label] ?? 0;
			return sum / count;
		}).filter((share) => share > 0);
		return { meanAveragePrecision: held.reduce((sum, share) => sum + share, 0) / Math.max(1, held.length) };
	},
	measure(answered, chosen) {
		const scores = scoresOf(answered);
		const thresholds = thresholdsOf(chosen, scores.labels);
		const { perLabel, reliabilityBins, ...figures } = multiLabelMetrics(scores, thresholds);
		const rows = perLabel.map(({ count, averagePrecision, precision, recall, f1 }, at) => [
			answered.names[at] ?? "",
			String(count),
			percent(averagePrecision),
			percent(precision),
			percent(recall),
			percent(f1),
			percent(1 / (1 + Math.exp(-(thresholds[at] ?? 0)))),
		]);
		const label: FigureTable = {
			title: "Each label",
			columns: ["label", "samples", "average precision", "precision", "recall", "F1", "threshold"],
			rows: rows.slice(0, mostRows),
		};
		const calibration: FigureTable = {
			title: "Calibration, all labels together",
			columns: ["probability", "labels of samples", "mean probability", "share that hold"],
			rows: reliabilityBins.map(({ lower, upper, count, confidence, accuracy }) => [
				`${percent(lower)} – ${percent(upper)}`,
				String(count),
				percent(confidence),
				percent(accuracy),
			]),
		};
		return { figures, scores: sampleF1(scores, thresholds), tables: [label, calibration] };
	},
};
