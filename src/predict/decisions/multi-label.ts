import { sigmoid } from "../../metrics/sigmoid.js";
import type { Decision } from "../decision.js";
import { formOfScores, outputForms } from "../output-form.js";

/** Any number of labels: those of which the logit reaches the threshold. */
export const multiLabelDecision: Decision<"multi-label"> = {
	output: "logits",
	reading: { undoes: ["Sigmoid"], form: formOfScores },
	forms: ["logits", "sigmoid"],
	widths: (names) => [names],
	namesFor: (width) => width,
	read: (row, form) => row.map(outputForms[form].logit),
	model({ facts, names, chosen, ask }) {
		const thresholds = chosen["thresholds"] ?? names.map(() => 0);
		return {
			task: "multi-label",
			labels: names,
			thresholds: thresholds.map(sigmoid),
			...facts,
			async predict(sample) {
				const logits = await ask(sample);
				const labels = names.filter((_, at) => (logits[at] ?? 0) >= (thresholds[at] ?? 0));
				return { labels, probabilities: logits.map(sigmoid), logits };
			},
		};
	},
};
