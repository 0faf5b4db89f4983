import { recordedRecipe, type Workflow } from "../workflow.js";

/** One network is trained on hard labels. */
export const trainWorkflow = {
	command: async () => (await import("./command.js")).addTrainCommand,
	async recipes() {
		const [{ trainRecipes }, { parseTrainRecipe, trainSchema }] = await Promise.all([
			import("./recipes.js"),
			import("./recipe.js"),
		]);
		return { builtIn: trainRecipes, parse: parseTrainRecipe, schema: trainSchema };
	},
	async perform() {
		const { performTrain } = await import("./command.js");
		const { parseTrainRecipe } = await import("./recipe.js");
		return (recipe, flags, surroundings) => performTrain(parseTrainRecipe(recipe, recordedRecipe), flags, surroundings);
	},
	networks: async () => (await import("./networks.js")).trainNetworks,
	reports: {
		train: async () => (await import("./page.js")).trainReport,
	},
} as const satisfies Workflow;
