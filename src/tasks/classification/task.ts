/** One class of several: a softmax over the classes. */
import { agreement, classificationMetrics, meanKl, predictedClasses, rightOnes } from "../../metrics/index.js";
import { classificationDecision } from "../../predict/decisions/classification.js";
import { classLabels } from "../labels.js";
import type { Task } from "../task.js";
import { classificationCard } from "./card.js";
import { combineLogits } from "./combine.js";

/** Hinton et al. 2015: a label is a class, an answer its logits. */
export const classification: Task = {
	name: "classification",
	title: "one class of several",
	noun: ["class", "classes"],
	fewest: 2,
	answerWidth: (names) => names,
	objectives: {
		alone: { name: "cross-entropy" },
		distilled: { name: "soft-targets", temperature: 4, hardWeight: 0.1, standardize: false },
	},
	labelInput: () => ({ type: "int32", dims: [], as: "int64" }),
	// No objective reads them where there are none.
	labelTensor: (labels, count) => ({
		type: "int32",
		dims: [count],
		data: labels.length === 0 ? new Int32Array(count) : classLabels(labels),
	}),
	compared: (_, values) => values,
	combine: combineLogits,
	reading: classificationDecision.reading,
	card: classificationCard,
	validate({ answers, labels, names }) {
		const { errors, accuracy, nll } = classificationMetrics(answers, classLabels(labels), names.length);
		return { errors, accuracy, nll };
	},
	fidelity: (student, teacher, width) => ({
		agreement: agreement(student, teacher, width),
		klToTeacher: meanKl(teacher, student, width),
	}),
	badness: ({ errors, klToTeacher }) => errors ?? klToTeacher ?? Number.POSITIVE_INFINITY,
	measures: ["errors", "accuracy", "balancedAccuracy", "macroF1", "nll", "brier", "ece"],
	ignorant(labels, { length }) {
		const counts = new Uint32Array(length);
		for (const label of classLabels(labels)) counts[label] = (counts[label] ?? 0) + 1;
		const most = Math.max(...counts);
		return { errors: labels.length - most, accuracy: most / labels.length };
	},
	measure({ answers, labels, names }) {
		const classes = classLabels(labels);
		const metrics = classificationMetrics(answers, classes, names.length);
		const { errors, accuracy, balancedAccuracy, macroF1, nll, brier, ece } = metrics;
		return {
			figures: { errors, accuracy, balancedAccuracy, macroF1, nll, brier, ece },
			scores: rightOnes(predictedClasses(answers, names.length), classes),
			tables: [],
		};
	},
};
