import { z } from "zod";
import { anyOf } from "../../choices.js";
import type { Fitted } from "../../distill/data-fit.js";
import { networkOptions } from "../../distill/networks.js";
import { hardLossOptions } from "../../losses/index.js";
import { type JsonSchema, parseOptions } from "../../options.js";
import type { TrainRecipe } from "../../recipe-types.js";
import { changedRecipe, dataField, nameField, seedFields } from "../recipe-fields.js";

const hardLossNames = hardLossOptions.options.map(({ shape }) => shape.name.value);

/** The schema of a recipe. @internal */
export const trainRecipeOptions = z.strictObject({
	name: nameField,
	data: dataField,
	network: networkOptions.prefault({}).describe("the network, and how it is trained"),
	loss: hardLossOptions.prefault({ name: "cross-entropy" }).describe(`the objective: ${anyOf(hardLossNames)}`),
	...seedFields,
});

export type { TrainRecipe, TrainRecipeInput } from "../../recipe-types.js";

/** A {@link TrainRecipe} that is fitted to its data. */
export type RunTrainRecipe = Fitted<TrainRecipe>;

/**
 * Checks a recipe and fills in the defaults.
 *
 * @param settings - changes to it, such as `network.epochs=20`; see `applySettings`.
 * @throws LimbeckError (`usage`) with the path of every field that is wrong.
 */
export function parseTrainRecipe(input: unknown, where = "recipe", settings: readonly string[] = []): TrainRecipe {
	return parseOptions(trainRecipeOptions, changedRecipe(trainRecipeOptions, input, settings), where);
}

/** The JSON schema of such a recipe, for editors and for help. */
export function trainSchema(): JsonSchema {
	return z.toJSONSchema(trainRecipeOptions, { io: "input" });
}
