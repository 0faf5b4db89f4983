import { logSoftmaxRow } from "../../metrics/softmax.js";
import type { Decision } from "../decision.js";
import type { Prediction } from "../model.js";
import { widthsOf } from "../output-choice.js";
import { formAt, formNames, formOfValues, logitsOfRows } from "../output-form.js";

/** One class of several: the most probable by a softmax. One number is the second of two classes. */
export const classificationDecision: Decision<"classification"> = {
	output: "logits",
	reading: { undoes: ["Softmax", "LogSoftmax", "Sigmoid"], form: formOfValues },
	forms: formNames,
	widths: widthsOf,
	namesFor: (width) => Math.max(2, width),
	read: (data, form) => logitsOfRows({ data, width: data.length }, formAt(data.length, form)),
	model: ({ facts, names: classes, ask }) => ({
		task: "classification",
		classes,
		...facts,
		predict: async (sample) => predictionOf(await ask(sample), classes),
	}),
};

function predictionOf(logits: Float32Array, classes: readonly string[]): Prediction {
	const probabilities = Float32Array.from(logSoftmaxRow(logits), Math.exp);
	const best = probabilities.indexOf(Math.max(...probabilities));
	return { label: classes[best] ?? "", probabilities, logits };
}
