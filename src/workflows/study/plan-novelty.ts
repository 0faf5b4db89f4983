/** A generalist and specialists that were never shown some classes, and how well they tell. */
import type { NoveltyStep } from "../../distill/novelty/judge.js";
import type { ExperimentEvent, ExperimentResult } from "../../pipeline/experiment.js";
import type { SeedContext, SeedPlan } from "../../pipeline/run-types.js";
import { modelFile } from "../../pipeline/steps.js";
import { planGroup } from "../specialize/plan-specialists.js";
import type { RunSpecializeRecipe } from "../specialize/recipe.js";

/** How novelty is judged. */
export type NoveltyOptions = Pick<NoveltyStep, "withheld" | "foreign" | "rejectBy" | "groups" | "temperature">;

/** Plans, for one seed, a generalist, its specialists, and what they tell of a stream with classes that the data withholds. */
export async function planNovelty(
	recipe: RunSpecializeRecipe,
	{ withheld, foreign, rejectBy, groups, temperature }: NoveltyOptions,
	context: SeedContext,
): Promise<SeedPlan<ExperimentEvent, ExperimentResult>> {
	const { seed, threads, planner } = context;
	const { data } = recipe;
	const { generalist, specialists } = await planGroup({ recipe, context });
	const networks = [generalist, ...specialists.networks];
	const file = planner.fileOf(generalist.step, modelFile);
	const judged = await planner.add(
		"novelty",
		`seed ${String(seed)}, novelty`,
		{
			data,
			withheld,
			rejectBy,
			groups,
			temperature,
			generalist: file,
			seed,
			threads,
			...(foreign === undefined ? {} : { foreign }),
			specialists: specialists.networks.map(({ step }) => planner.fileOf(step, modelFile)),
			clusters: specialists.classes,
		},
		{ cores: threads },
	);
	const models = { generalist: file, combined: planner.fileOf(specialists.combined, modelFile) };
	const label = `seed ${String(seed)}, evaluation`;
	const evaluation = await planner.add("evaluate", label, { data, threads, models }, { cores: threads });
	return {
		networks: networks.map(({ name, step }) => ({ step, about: { network: name } })),
		others: [specialists.clusters, specialists.combined, judged, evaluation],
		result: (outputOf) => ({
			seed,
			trained: Object.fromEntries(networks.map(({ name, step }) => [name, outputOf(step)])),
			evaluated: outputOf(evaluation),
			novelty: outputOf(judged),
		}),
	};
}
