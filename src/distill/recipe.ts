import { z } from "zod";
import { dataOptions } from "../data/options.js";
import { logitMatching } from "../losses/logit-matching.js";
import { softTargets } from "../losses/soft-targets.js";
import { mlp } from "../models/mlp.js";
import { isRecord, type JsonSchema, parseOptions } from "../options.js";
import { trainingShape } from "../train/training-options.js";

const networkOptions = z.strictObject({
	family: z.literal("mlp").default("mlp").describe("model family"),
	...mlp.options.shape,
	...trainingShape,
});

/** A network and how it is trained. */
export type NetworkOptions = z.infer<typeof networkOptions>;

const recipeOptions = z.strictObject({
	name: z.string().min(1).default("custom").describe("what the report calls this recipe"),
	data: dataOptions.prefault({}).describe("what the networks learn from: see `limbeck data list`"),
	teacher: networkOptions.prefault({}).describe("the network that teaches"),
	student: networkOptions.prefault({}).describe("the small network"),
	distillation: z
		.discriminatedUnion("name", [softTargets.options, logitMatching.options])
		.prefault({ name: "soft-targets" })
		.describe("the student's objective: soft-targets (temperature, hardWeight) or logit-matching"),
	baseline: z
		.strictObject(trainingShape)
		.prefault({})
		.describe("how the same network is trained on hard labels alone; like the student where left out"),
	seed: z.int().min(0).max(0xffffffff).default(1).describe("first seed"),
	seeds: z.int().min(1).max(1000).default(1).describe("how many seeds, one run each"),
});

/** A distillation from start to end. */
export type Recipe = z.infer<typeof recipeOptions>;

/** A recipe as it is written: every field may be left out. */
export type RecipeInput = z.input<typeof recipeOptions>;

/** Marks an object as a recipe, for a typed file: `export default defineRecipe({ … })`. */
export function defineRecipe(recipe: RecipeInput): RecipeInput {
	return recipe;
}

/**
 * Checks a recipe and fills in the defaults.
 *
 * @throws LimbeckError (`usage`) with the path of every field that is wrong.
 */
export function parseRecipe(input: unknown, where = "recipe"): Recipe {
	// As written first, so that a wrong field of the student is not told of again in the baseline.
	const recipe = parseOptions(recipeOptions, input, where);
	return isRecord(input) ? parseOptions(recipeOptions, { ...input, baseline: baselineInput(input) }, where) : recipe;
}

/** The baseline's training as written, with the student's in the fields left out. */
function baselineInput({ student, baseline = {} }: Readonly<Record<string, unknown>>): unknown {
	if (!isRecord(baseline) || !isRecord(student)) return baseline;
	const training = Object.entries(student).filter(([field]) => Object.hasOwn(trainingShape, field));
	return { ...Object.fromEntries(training), ...baseline };
}

/** The recipe's JSON schema, for editors and for help. */
export function recipeSchema(): JsonSchema {
	return z.toJSONSchema(recipeOptions, { io: "input" });
}
