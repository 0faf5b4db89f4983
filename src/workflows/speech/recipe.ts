/** Speech experiments: a corpus, its alignment, and which nets are trained on it. */
import { z } from "zod";
import { acousticNetwork } from "../../distill/networks.js";
import { type JsonSchema, parseOptions } from "../../options.js";
import type { SpeechRecipe, SpeechRecipeInput } from "../../recipe-types.js";
import { applySettings } from "../../settings.js";
import { seedField, speechFields } from "../../speech/step-options.js";
import { trainingShape } from "../../train/training-options.js";

/** Fields of the network that the distilled net may have otherwise. */
const studentOptions = z.strictObject({
	layers: acousticNetwork.shape.layers.unwrap().optional().describe("hidden layers; the members' where absent"),
	units: acousticNetwork.shape.units.unwrap().optional().describe("units of each; the members' where absent"),
	epochs: trainingShape.epochs.unwrap().optional().describe("passes over the frames; the members' where absent"),
});

/** Fields of the network that the regulariser's nets may have otherwise. */
const fewOptions = z.strictObject({
	share: z.number().gt(0).max(1).default(0.03).describe("share of the training strings that they learn from"),
	shareSeed: seedField.default(0).describe("seed of that choice, the same in every run"),
	epochs: trainingShape.epochs.unwrap().default(60).describe("passes over them"),
	batch: trainingShape.batch.unwrap().default(32).describe("samples per step"),
});

/** The schema of a recipe. @internal */
export const speechRecipeOptions = z.strictObject({
	name: z.string().min(1).default("speech").describe("what the report calls this recipe"),
	data: speechFields.data,
	features: speechFields.features,
	context: speechFields.context,
	hmm: speechFields.hmm,
	strings: speechFields.strings,
	alignment: speechFields.alignment,
	network: speechFields.network,
	members: z
		.int()
		.min(1)
		.max(1000)
		.default(10)
		.describe("nets that differ in their seeds; of two or more the ensemble is distilled into one"),
	student: studentOptions
		.optional()
		.describe("what the distilled net has otherwise than the members; beside it a net alone with the same is trained"),
	temperatures: z
		.array(z.number().gt(0).max(1000))
		.min(1)
		.default([1, 2, 5, 10])
		.describe("temperatures of soft targets, the best of them chosen on validation"),
	hardWeight: z.number().min(0).max(1).default(0.5).describe("weight of the hard targets beside soft ones"),
	few: fewOptions
		.optional()
		.describe("nets that learn from few strings: hard targets, the same with early stopping, soft targets"),
	penalties: speechFields.penalties,
	seed: seedField.default(1).describe("first seed"),
	seeds: z.int().min(1).max(1000).default(1).describe("how many seeds, one run each"),
});

const sensibleRecipe = speechRecipeOptions.refine(({ student, members }) => student === undefined || members > 1, {
	error: "none with a single member: only an ensemble is distilled",
	path: ["student"],
});

export type { SpeechRecipe, SpeechRecipeInput } from "../../recipe-types.js";

/**
 * Checks a recipe and fills in the defaults.
 *
 * @param settings - changes to it, such as `network.units=512`; see `applySettings`.
 * @throws LimbeckError (`usage`) with the path of every field that is wrong.
 */
export function parseSpeechRecipe(input: unknown, where = "recipe", settings: readonly string[] = []): SpeechRecipe {
	return parseOptions(sensibleRecipe, applySettings(input, settings, speechRecipeOptions), where);
}

/** The recipe's JSON schema, for editors and for help. */
export function speechRecipeSchema(): JsonSchema {
	return z.toJSONSchema(speechRecipeOptions, { io: "input" });
}

const network = {
	family: "acoustic",
	layers: 3,
	units: 256,
	epochs: 10,
	batch: 128,
} as const satisfies SpeechRecipeInput["network"];

/** The recipes of `limbeck speech`. */
export const speechRecipes = {
	/** Hinton et al. 2015, §4, on the Free Spoken Digit Dataset. */
	fsdd: { name: "fsdd", data: { name: "fsdd" }, network },
	/** Soft targets as regularisers (Hinton et al. 2015, §6): 3 % of the strings, and a net trained on all of them. */
	"fsdd-regularizer": { name: "fsdd-regularizer", data: { name: "fsdd" }, network, members: 1, few: {} },
} as const satisfies Record<string, SpeechRecipeInput>;
