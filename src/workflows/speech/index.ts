import { recordedRecipe, type Workflow } from "../workflow.js";

/** Nets learn to hear words. */
export const speechWorkflow = {
	command: async () => (await import("./command.js")).addSpeechCommand,
	async recipes() {
		const { parseSpeechRecipe, speechRecipeSchema, speechRecipes } = await import("./recipe.js");
		return { builtIn: speechRecipes, parse: parseSpeechRecipe, schema: speechRecipeSchema };
	},
	async perform() {
		const { performSpeech } = await import("./command.js");
		const { parseSpeechRecipe } = await import("./recipe.js");
		return (recipe, flags, surroundings) =>
			performSpeech(parseSpeechRecipe(recipe, recordedRecipe), flags, surroundings);
	},
	networks: async () => (await import("./networks.js")).speechNetworks,
	reports: {
		speech: async () => (await import("./page.js")).speechReport,
		folds: async () => (await import("./page.js")).foldsReport,
	},
} as const satisfies Workflow;
