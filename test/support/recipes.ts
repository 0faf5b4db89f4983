/** Recipes as runs have them: fitted to data as large as the digits. */
import { fitRecipe } from "../../src/distill/data-fit.js";
import { parseRecipe, type RunRecipe } from "../../src/workflows/distill/recipe.js";

/** A recipe as the pipeline runs it on the digits. */
export function digitsRecipe(...written: Parameters<typeof parseRecipe>): RunRecipe {
	return fitRecipe(parseRecipe(...written), { sampleShape: [1, 28, 28], train: 7000 }).recipe;
}
