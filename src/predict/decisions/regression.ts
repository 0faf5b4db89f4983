import type { Decision } from "../decision.js";
import { formOfNumbers } from "../output-form.js";

/** Numbers in their units. Variances behind them, as of a teacher, are left out. */
export const regressionDecision: Decision<"regression"> = {
	output: "values",
	reading: { undoes: [], form: formOfNumbers },
	forms: ["logits"],
	widths: (names) => [names, 2 * names],
	namesFor: (width) => width,
	read: (row, _, names) => row.slice(0, names),
	model({ facts, names, chosen, ask }) {
		const radii = chosen["radii"];
		return {
			task: "regression",
			names,
			...facts,
			async predict(sample) {
				const values = await ask(sample);
				if (radii === undefined) return { values };
				const intervals = Array.from(values, (value, at) => {
					const radius = radii[at] ?? 0;
					return { low: value - radius, high: value + radius };
				});
				return { values, intervals };
			},
		};
	},
};
