import { recordedRecipe, type Workflow } from "../workflow.js";

/** A teacher is distilled into a student. */
export const distillWorkflow = {
	command: async () => (await import("./command.js")).addDistillCommand,
	async recipes() {
		const [{ recipes }, { distillSchema, parseRecipe }] = await Promise.all([
			import("./recipes.js"),
			import("./recipe.js"),
		]);
		return { builtIn: recipes, parse: parseRecipe, schema: distillSchema };
	},
	async perform() {
		const { performDistill } = await import("./command.js");
		const { parseRecipe } = await import("./recipe.js");
		return (recipe, flags, surroundings) => performDistill(parseRecipe(recipe, recordedRecipe), flags, surroundings);
	},
	networks: async () => (await import("./networks.js")).distillNetworks,
	reports: {
		distill: async () => (await import("./page.js")).distillReport,
	},
} as const satisfies Workflow;
