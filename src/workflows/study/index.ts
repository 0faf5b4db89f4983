import { specializeWorkflow } from "../specialize/index.js";
import { recordedRecipe, type Workflow } from "../workflow.js";

/** A question is answered by experiment. */
export const studyWorkflow = {
	command: async () => (await import("./command.js")).addStudyCommand,
	async recipes() {
		const { parseStudyRecipe, studies, studySchema } = await import("./studies.js");
		const builtIn = Object.fromEntries(Object.entries(studies).map(([name, { sizes }]) => [name, sizes.full]));
		return { builtIn, parse: parseStudyRecipe, schema: studySchema, named: true as const };
	},
	async perform() {
		const { performStudy } = await import("./command.js");
		const { parseStudyRecipe } = await import("./studies.js");
		return (recipe, flags, surroundings) => performStudy(parseStudyRecipe(recipe, recordedRecipe), flags, surroundings);
	},
	// Some studies have specialists.
	live: specializeWorkflow.live,
	reports: {
		study: async () => (await import("./page.js")).studyReport,
	},
} as const satisfies Workflow;
