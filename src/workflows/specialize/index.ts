import { recordedRecipe, type Workflow } from "../workflow.js";

/** A generalist is helped by specialists. */
export const specializeWorkflow = {
	command: async () => (await import("./command.js")).addSpecializeCommand,
	async recipes() {
		const [{ specializeRecipes }, { parseSpecializeRecipe, specializeSchema }] = await Promise.all([
			import("./recipes.js"),
			import("./recipe.js"),
		]);
		return { builtIn: specializeRecipes, parse: parseSpecializeRecipe, schema: specializeSchema };
	},
	async perform() {
		const { performSpecialize } = await import("./command.js");
		const { parseSpecializeRecipe } = await import("./recipe.js");
		return (recipe, flags, surroundings) =>
			performSpecialize(parseSpecializeRecipe(recipe, recordedRecipe), flags, surroundings);
	},
	networks: async () => (await import("./networks.js")).specializeNetworks,
	live: async () => (await import("./page.js")).chosenClasses,
	reports: {
		specialize: async () => (await import("./page.js")).specializeReport,
	},
} as const satisfies Workflow;
