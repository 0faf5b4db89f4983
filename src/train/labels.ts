/** What training makes of labels, and what it does without them. */
import type { DataSet } from "../data/data-set.js";
import { LimbeckError } from "../errors.js";
import { type LossOptions, labelNeedOf } from "../losses/index.js";
import { agreement, classificationMetrics, meanKl } from "../metrics/index.js";

/** A network on labelled samples. */
export interface LabelFigures {
	readonly errors: number;
	readonly accuracy: number;
	/** In nats. */
	readonly nll: number;
}

/** How close a student is to its teacher, on samples that need no labels. */
export interface Fidelity {
	/** Share of samples with the same most probable class. */
	readonly agreement: number;
	/** Mean KL(teacher ‖ student) at T = 1, in nats. */
	readonly klToTeacher: number;
}

/** A network on the validation split. */
export type ValidationFigures = LabelFigures | Fidelity;

/**
 * What logits on the validation split say: by its labels, or where there are none by the teacher.
 *
 * @param logits - `[count, classes]`.
 * @param teacher - the teacher's, `[count, classes]`, where there are no labels.
 */
export function figuresOf(
	logits: Float32Array,
	{ validation, classes }: Pick<DataSet, "validation" | "classes">,
	teacher: Float32Array | undefined,
): ValidationFigures {
	if (teacher !== undefined) {
		return {
			agreement: agreement(logits, teacher, classes.length),
			klToTeacher: meanKl(teacher, logits, classes.length),
		};
	}
	const { errors, accuracy, nll } = classificationMetrics(logits, validation.labels, classes.length);
	return { errors, accuracy, nll };
}

/** What the best weights have least of: errors, or divergence from the teacher. */
export function badnessOf(figures: ValidationFigures): number {
	return "errors" in figures ? figures.errors : figures.klToTeacher;
}

/** Refuses an objective that needs labels. @throws LimbeckError (`usage`) with its name and the mend. */
export function refuseLabels(loss: LossOptions): void {
	const need = labelNeedOf(loss);
	if (need === undefined) return;
	const { name, option } = need;
	throw new LimbeckError("usage", {
		where: `objective ${name}`,
		expected: "an objective that needs no labels, as the samples have none",
		got: option === undefined ? "one that needs them" : `${option.name}=${String(option.value)}`,
		hint:
			option === undefined
				? "Use soft-targets or dist with hardWeight=0, or logit-matching; or samples with labels."
				: `Set its ${option.name}=0.`,
	});
}
