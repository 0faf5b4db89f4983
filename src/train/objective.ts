/** The objective of a training step: what it is given, and what it learns itself. */
import { LimbeckError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { type LossOptions, lossOf, suitsTask } from "../losses/index.js";
import type { InnerActivations, LossInputs, LossParameter } from "../losses/loss.js";
import type { PlacedModel } from "../models/apply.js";
import { parseOptions } from "../options.js";
import type { StudentForm, Task } from "../tasks/task.js";
import type { Batch } from "./batch.js";

/** What an objective is built from in one step. */
export interface ObjectiveSource {
	readonly student: PlacedModel;
	/** The teacher, where it stands in the graph. */
	readonly teacher: PlacedModel | undefined;
	/** Its logits, where they are fed. */
	readonly stored: Value | undefined;
	readonly labelled: Batch["labelled"];
	readonly task: Task;
	/** How the student's answers reach the objective. */
	readonly form: StudentForm;
	/** The share of the steps that is done, a scalar. */
	readonly progress: Value;
	/** The objective's own parameters. */
	readonly parameter: (name: string) => Value;
}

/**
 * Adds an objective to a graph, mixed as the labels are.
 *
 * @returns a scalar.
 * @throws LimbeckError (`usage`) where it needs a teacher and there is none, where the teacher has other classes than
 * the student, and where it makes no sense for these shapes.
 */
export function addObjective(g: Graph, written: LossOptions, source: ObjectiveSource): Value {
	const loss = lossOf(written);
	const options = parseOptions(loss.options, written, `objective ${written.name}`);
	const { student, teacher, stored, labelled, progress, task, form } = source;
	refuseOtherTask(options, task);
	const needs = loss.needs(options);
	const compared = task.compared(g, { student: student.output, teacher: stored ?? teacher?.output }, form);
	const { teacher: logits, variance } = compared;
	if (needs.includes("teacher")) refuseOtherClasses(options, compared.student, logits);
	const inputs = {
		student: compared.student,
		...(logits === undefined ? {} : { teacher: logits }),
		...(variance === undefined ? {} : { variance }),
		progress,
		inner: { ...activationsOf(options, student, teacher), parameter: source.parameter },
	};
	const build = (labels?: Value): Value => {
		// What the objective needs is there: labels where it needs them, a teacher as just checked.
		const all = { ...inputs, labels } as LossInputs;
		return loss.build(g, all, options);
	};
	if (!needs.includes("labels")) return build();
	const parts = labelled.map(({ labels, share }) =>
		share === undefined ? build(labels) : g.op("Mul", [build(labels), share]),
	);
	return parts.reduce((sum, part) => g.op("Add", [sum, part]));
}

/** Refuses an objective that makes no sense of the labels. @throws LimbeckError (`usage`) with those that do. */
function refuseOtherTask(objective: LossOptions, { name, objectives }: Task): void {
	if (suitsTask(objective, name)) return;
	const { alone, distilled } = objectives;
	throw new LimbeckError("usage", {
		where: `objective ${objective.name}`,
		expected: `an objective of the task ${name}`,
		got: "one of another",
		hint: `With a teacher that is ${distilled.name}, without one ${alone.name}; both are meant where none is named.`,
	});
}

/** Whether an objective looks inside the teacher, which then must stand in the training graph. */
export function looksInside(options: LossOptions): boolean {
	return lossOf(options).needs(options).includes("inner");
}

/**
 * What an objective learns itself.
 *
 * @param place - places the student, and the teacher where it stands in the graph, in a graph for their shapes.
 *
 * @throws LimbeckError (`usage`) for values that are not inside the models.
 */
export function objectiveParameters(
	options: LossOptions,
	place: () => { readonly student: PlacedModel; readonly teacher: PlacedModel | undefined },
): readonly LossParameter[] {
	const { parameters } = lossOf(options);
	if (parameters === undefined || !looksInside(options)) return [];
	const { student, teacher } = place();
	return parameters(options, activationsOf(options, student, teacher));
}

function activationsOf(
	{ name }: LossOptions,
	student: PlacedModel,
	teacher: PlacedModel | undefined,
): InnerActivations {
	const where = `objective ${name}`;
	return {
		student: (value) => student.inner(value, `${where}: a value of the student`),
		teacher: (value) => {
			if (teacher !== undefined) return teacher.inner(value, `${where}: a value of the teacher`);
			throw new LimbeckError("usage", {
				where,
				expected: "a teacher that stands in the training graph, to look inside it",
				got: "none there",
				hint: "Use an objective on outputs, such as soft-targets, or a teacher in ONNX.",
			});
		},
	};
}

function refuseOtherClasses({ name }: LossOptions, student: Value, teacher: Value | undefined): void {
	const where = `objective ${name}`;
	if (teacher === undefined) throw new LimbeckError("usage", { where, expected: "a teacher", got: "none" });
	const [wanted, got] = [student.dims.at(-1), teacher.dims.at(-1)];
	if (wanted === got && student.dims.length === teacher.dims.length) return;
	throw new LimbeckError("usage", {
		where,
		expected: `a teacher of the student's ${String(wanted)} classes`,
		got: `logits [${teacher.dims.join(", ")}]`,
	});
}
