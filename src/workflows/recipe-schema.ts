import type { JsonSchema } from "../options.js";
import { distillSchema } from "./distill/recipe.js";
import { trainSchema } from "./train/recipe.js";

/** A recipe's JSON schema, for editors and for help: of a distillation, or of the training of one network. */
export function recipeSchema(kind: "distill" | "train" = "distill"): JsonSchema {
	return kind === "train" ? trainSchema() : distillSchema();
}
