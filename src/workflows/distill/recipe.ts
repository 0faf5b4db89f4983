import { z } from "zod";
import type { Fitted } from "../../distill/data-fit.js";
import { learningShape, networkOptions } from "../../distill/networks.js";
import { teacherOptions } from "../../distill/teachers/options.js";
import { distillationOptions } from "../../losses/index.js";
import { isRecord, type JsonSchema, parseOptions } from "../../options.js";
import type { Recipe, RecipeInput } from "../../recipe-types.js";
import { changedRecipe, dataField, nameField, seedFields, trainingOf } from "../recipe-fields.js";

/** The schema of a recipe. @internal */
export const distillOptions = z.strictObject({
	name: nameField,
	data: dataField,
	teacher: teacherOptions.prefault({}).describe("what teaches: a network, a file, several, or soft targets"),
	student: networkOptions.prefault({}).describe("the small network"),
	distillation: distillationOptions
		.prefault({ name: "soft-targets" })
		.describe("what the student learns from the teacher: an objective with its options, or a mixture of several"),
	chain: z
		.array(networkOptions)
		.max(100)
		.default([])
		.describe(
			"teacher assistants between teacher and student: each learns from the one before, the first from the teacher",
		),
	generations: z
		.int()
		.min(1)
		.max(100)
		.default(1)
		.describe("how often the student is trained, from different seeds: each generation teaches the next"),
	baseline: z
		.strictObject(learningShape)
		.prefault({})
		.describe("how the same network is trained on hard labels alone; like the student where left out"),
	targets: z
		.strictObject({
			keep: z
				.boolean()
				.optional()
				.describe("whether answers are kept for later runs; where left out wherever they can be: see views"),
			precision: z.enum(["float32", "float16"]).default("float32").describe("float16 takes half the room"),
			topK: z
				.int()
				.min(1)
				.optional()
				.describe("keeps so many most probable classes, and the mass of the others; all where absent"),
		})
		.prefault({})
		.describe("how the teacher's answers are kept in the store"),
	earlyStopped: z
		.boolean()
		.default(false)
		.describe("whether the student alone is also trained with early stopping: its weights are the best by validation"),
	trainAccuracy: z
		.boolean()
		.default(false)
		.describe("whether each network's accuracy on the samples that it learned from is reported"),
	...seedFields,
});

export type { Recipe, RecipeInput } from "../../recipe-types.js";

/** A {@link Recipe} that is fitted to its data. */
export type RunRecipe = Fitted<Recipe>;

/** Marks an object as a recipe, for a typed file: `export default defineRecipe({ … })`. */
export function defineRecipe(recipe: RecipeInput): RecipeInput {
	return recipe;
}

/**
 * Checks a recipe and fills in the defaults.
 *
 * @param settings - changes to it, such as `student.hidden=[400,400]`; see `applySettings`.
 * @throws LimbeckError (`usage`) with the path of every field that is wrong.
 */
export function parseRecipe(input: unknown, where = "recipe", settings: readonly string[] = []): Recipe {
	const written = changedRecipe(distillOptions, input, settings);
	// As written first, so that a wrong field of the student is not told of again in the baseline.
	const recipe = parseOptions(distillOptions, written, where);
	if (!isRecord(written)) return recipe;
	return parseOptions(
		distillOptions,
		{ ...written, baseline: trainingOf(written["student"], written["baseline"]) },
		where,
	);
}

/** The JSON schema of a distillation's recipe, for editors and for help. */
export function distillSchema(): JsonSchema {
	return z.toJSONSchema(distillOptions, { io: "input" });
}
