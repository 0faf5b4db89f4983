/** What training makes of labels, and what it does without them. */
import type { AnyDataSet } from "../data/data-set.js";
import { LimbeckError } from "../errors.js";
import { type LossOptions, labelNeedOf } from "../losses/index.js";
import type { Figures } from "../tasks/figures.js";
import { taskOf } from "../tasks/index.js";
import { ownAnswers } from "../tasks/task.js";

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

/** A network on the validation split: {@link LabelFigures} or {@link Fidelity} of classes, figures of its own of another task. */
export type ValidationFigures = Figures;

/**
 * What logits on the validation split say: by its labels, or where there are none by the teacher.
 *
 * @param logits - a network's answers, `[count, classes]`.
 * @param teacher - the teacher's, `[count, answerWidth]`, where there are no labels.
 */
export function figuresOf(
	logits: Float32Array,
	data: Pick<AnyDataSet, "task" | "validation" | "classes">,
	teacher: Float32Array | undefined,
): ValidationFigures {
	const { validation, classes } = data;
	const task = taskOf(data);
	if (teacher !== undefined) return task.fidelity(logits, ownAnswers(teacher, task, classes.length), classes.length);
	return task.validate({ answers: logits, labels: validation.labels, names: classes });
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
