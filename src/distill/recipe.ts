import { z } from "zod";
import { dataOptions } from "../data/options.js";
import { distillationOptions, hardLossOptions } from "../losses/index.js";
import { isRecord, type JsonSchema, parseOptions } from "../options.js";
import { applySettings } from "../settings.js";
import type { Fitted } from "./data-fit.js";
import { learningShape, type NetworkInput, networkOptions, withFamily } from "./networks.js";
import { type TeacherInput, teacherOptions, withTeacherFamily } from "./teachers/options.js";

/** What a recipe learns from. */
export const dataField = dataOptions.prefault({}).describe("what the networks learn from: see `limbeck data list`");

/** The runs of a recipe. */
export const seedFields = {
	seed: z.int().min(0).max(0xffffffff).default(1).describe("first seed"),
	seeds: z.int().min(1).max(1000).default(1).describe("how many seeds, one run each"),
};

/** What a recipe is called. */
export const nameField = z.string().min(1).default("custom").describe("what the report calls this recipe");

const recipeOptions = z.strictObject({
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

const trainRecipeOptions = z.strictObject({
	name: nameField,
	data: dataField,
	network: networkOptions.prefault({}).describe("the network, and how it is trained"),
	loss: hardLossOptions.prefault({ name: "cross-entropy" }).describe("the objective: cross-entropy or label-smoothing"),
	...seedFields,
});

/** A distillation from start to end. */
export type Recipe = z.infer<typeof recipeOptions>;

/** A {@link Recipe} that is fitted to its data. */
export type RunRecipe = Fitted<Recipe>;

/** The training of one network on hard labels. */
export type TrainRecipe = z.infer<typeof trainRecipeOptions>;

/** A {@link TrainRecipe} that is fitted to its data. */
export type RunTrainRecipe = Fitted<TrainRecipe>;

/** A recipe as it is written: every field may be left out. */
export type RecipeInput = Omit<z.input<typeof recipeOptions>, "teacher" | "student" | "chain"> & {
	teacher?: TeacherInput;
	student?: NetworkInput;
	chain?: readonly NetworkInput[];
};

/** A {@link TrainRecipe} as it is written: every field may be left out. */
export type TrainRecipeInput = Omit<z.input<typeof trainRecipeOptions>, "network"> & { network?: NetworkInput };

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
	const written = changed(recipeOptions, input, settings);
	// As written first, so that a wrong field of the student is not told of again in the baseline.
	const recipe = parseOptions(recipeOptions, written, where);
	if (!isRecord(written)) return recipe;
	return parseOptions(
		recipeOptions,
		{ ...written, baseline: trainingOf(written["student"], written["baseline"]) },
		where,
	);
}

/**
 * {@link parseRecipe} for the training of one network.
 *
 * @throws LimbeckError (`usage`) with the path of every field that is wrong.
 */
export function parseTrainRecipe(input: unknown, where = "recipe", settings: readonly string[] = []): TrainRecipe {
	return parseOptions(trainRecipeOptions, changed(trainRecipeOptions, input, settings), where);
}

/** The fields of recipes that hold networks, and what fills in the families that are left out there. */
const networkFields: Readonly<Record<string, (written: unknown) => unknown>> = {
	teacher: withTeacherFamily,
	student: withFamily,
	chain: (written) => (Array.isArray(written) ? written.map(withFamily) : written),
	network: withFamily,
};

/** A recipe as written, with its settings applied and no family left out beside a file. */
function changed(schema: z.ZodObject, input: unknown, settings: readonly string[]): unknown {
	return withFamilies(applySettings(withFamilies(input), settings, schema));
}

function withFamilies(recipe: unknown): unknown {
	if (!isRecord(recipe)) return recipe;
	const fields = Object.entries(recipe);
	return Object.fromEntries(
		fields.map(([field, value]) => [
			field,
			Object.hasOwn(networkFields, field) ? networkFields[field]?.(value) : value,
		]),
	);
}

/** How a network is trained, as written, with what is written of another in the fields left out. */
export function trainingOf(other: unknown, written: unknown = {}): unknown {
	if (!isRecord(written) || !isRecord(other)) return written;
	const training = Object.entries(other).filter(([field]) => Object.hasOwn(learningShape, field));
	return { ...Object.fromEntries(training), ...written };
}

/** A recipe's JSON schema, for editors and for help: of a distillation, or of the training of one network. */
export function recipeSchema(kind: "distill" | "train" = "distill"): JsonSchema {
	return z.toJSONSchema(kind === "train" ? trainRecipeOptions : recipeOptions, { io: "input" });
}
