/** What a model's numbers mean in a task, and how an answer is decided: all that predicting must know of the task. */
import type { TaskName } from "../tasks/names.js";
import type { FinalOperator } from "./final-operator.js";
import type { Chosen } from "./metadata.js";
import type { ModelOf, Sample, SampleFacts } from "./model.js";
import type { Answers, FoundForm, OutputForm } from "./output-form.js";

/** A model that can be asked. */
export interface AskedModel {
	readonly facts: SampleFacts;
	/** What it answers, in the order of its outputs. */
	readonly names: readonly string[];
	/** What was chosen for it on the validation split. */
	readonly chosen: Chosen;
	/** `[names]`, finite: its numbers, read. */
	readonly ask: (sample: Sample) => Promise<Float32Array>;
}

/** The entry of a task. */
export interface Decision<Name extends TaskName> {
	/** What the output of a shipped model is called, which is what its numbers are. */
	readonly output: "logits" | "values";
	/** What a model's numbers are, and which last operators are left out to read them. */
	readonly reading: {
		readonly undoes: readonly FinalOperator[];
		/** @param own - whether the file is one of Limbeck's. */
		readonly form: (answers: Answers, own: boolean) => FoundForm;
	};
	/** The forms that its numbers can have. */
	readonly forms: readonly OutputForm[];
	/** How many numbers a sample serve for so many names. */
	readonly widths: (names: number) => readonly number[];
	/** How many names a model has that does not say them, by its numbers a sample. */
	readonly namesFor: (width: number) => number;
	/** The numbers of a sample as they are decided by, one for each name where there are enough. */
	readonly read: (row: Float32Array, form: OutputForm, names: number) => Float32Array;
	readonly model: (asked: AskedModel) => ModelOf<Name>;
}
