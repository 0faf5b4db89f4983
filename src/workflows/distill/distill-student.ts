/** Distillation where there are no files, as in a browser: data and teacher are in memory, and so is what comes out. */
import type { DataSet } from "../../data/data-set.js";
import { fitRecipe } from "../../distill/data-fit.js";
import { modelSpecOf, type NetworkOptions } from "../../distill/networks.js";
import { LimbeckError } from "../../errors.js";
import { buildModel } from "../../models/index.js";
import type { OnnxModel } from "../../onnx/model.js";
import { withClassifierMetadata } from "../../predict/metadata.js";
import type { Checkpoint } from "../../train/checkpoint/checkpoint.js";
import { withWeights } from "../../train/state.js";
import type { Teacher } from "../../train/teacher.js";
import { trainModel } from "../../train/trainer.js";
import type { TrainingContext, TrainingResult } from "../../train/training.js";
import type { Recipe } from "./recipe.js";

/** A student to distil. */
export interface StudentJob {
	/** What the student is, how it is trained, and what it learns from the teacher; no more of it is used. */
	readonly recipe: Pick<Recipe, "student" | "distillation">;
	readonly data: DataSet;
	/** A model alone is given its samples as the student is. */
	readonly teacher: Teacher | OnnxModel;
	readonly seed: number;
	/** Threads inside one operator; the engine's own choice where absent. */
	readonly threads?: number;
}

/**
 * Distils a student: the training that `limbeck distill` does with the same recipe, data, teacher and seed.
 *
 * @returns the training's result; the model says its classes and its normalisation.
 * @throws LimbeckError (`usage`) for a student from a file; else as `trainModel` does.
 */
export async function distillStudent(job: StudentJob, context: TrainingContext): Promise<TrainingResult> {
	const { recipe, ...rest } = job;
	const { distillation: loss } = recipe;
	const options = studentOf(job);
	const { normalization } = job.data;
	const result = await trainModel({ ...rest, model: untrained(job), normalization, options, loss }, context);
	return { ...result, model: withClassifierMetadata(result.model, job.data) };
}

/**
 * The student of a distillation that was stopped, with the weights that it had then.
 *
 * @param checkpoint - what the distillation of this job saved.
 * @throws LimbeckError (`usage`) for a student from a file.
 */
export function studentAt(job: Omit<StudentJob, "teacher">, checkpoint: Checkpoint): OnnxModel {
	return withClassifierMetadata(withWeights(untrained(job), checkpoint.state), job.data);
}

/** The student's options, fitted to the data. */
function studentOf({ recipe, data }: Omit<StudentJob, "teacher">): NetworkOptions {
	const { sampleShape, train } = data;
	return fitRecipe(recipe, { sampleShape, train: train.count }).recipe.student;
}

function untrained(job: Omit<StudentJob, "teacher">): OnnxModel {
	const { data, seed } = job;
	const student = studentOf(job);
	if (student.family === "file") {
		const expected = "a model family: there are no files here";
		throw new LimbeckError("usage", { where: "student", expected, got: student.file });
	}
	const { sampleShape, classes } = data;
	return buildModel(modelSpecOf(student), { sampleShape, classes: classes.length, seed });
}
