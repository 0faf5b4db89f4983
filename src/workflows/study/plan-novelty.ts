/** A generalist and specialists that were never shown some classes, and how well they tell. */
import type { NoveltyStep } from "../../distill/novelty/judge.js";
import { clustersFile } from "../../distill/specialists/clusters.js";
import type { ExperimentEvent, ExperimentResult } from "../../pipeline/experiment.js";
import type { SeedContext, SeedPlan } from "../../pipeline/run-types.js";
import { modelFile } from "../../pipeline/steps.js";
import { hardJob, planSpecialists, planTraining } from "../specialize/plan.js";
import { checkClasses, type RunSpecializeRecipe } from "../specialize/recipe.js";

/** How novelty is judged. */
export type NoveltyOptions = Pick<NoveltyStep, "withheld" | "foreign" | "rejectBy" | "groups" | "temperature">;

/** Plans, for one seed, a generalist, its specialists, and what they tell of a stream with classes that the data withholds. */
export async function planNovelty(
	recipe: RunSpecializeRecipe,
	{ withheld, foreign, rejectBy, groups, temperature }: NoveltyOptions,
	context: SeedContext,
): Promise<SeedPlan<ExperimentEvent, ExperimentResult>> {
	const { seed, threads, planner, data: identity } = context;
	const { data } = recipe;
	checkClasses(recipe, identity.classes);
	const generalist = await planTraining(recipe, { role: "generalist" }, hardJob(recipe, seed), context);
	const chosen = await planSpecialists(recipe, "specialist", recipe.clustering, generalist, context);
	const networks = [generalist, ...chosen.networks];
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
			specialists: chosen.networks.map(({ step }) => planner.fileOf(step, modelFile)),
			clusters: planner.fileOf(chosen.clusters, clustersFile),
		},
		{ cores: threads },
	);
	const models = { generalist: file, combined: planner.fileOf(chosen.combined, modelFile) };
	const label = `seed ${String(seed)}, evaluation`;
	const evaluation = await planner.add("evaluate", label, { data, threads, models }, { cores: threads });
	return {
		networks: networks.map(({ name, step }) => ({ step, about: { network: name } })),
		others: [chosen.clusters, chosen.combined, judged, evaluation],
		result: (outputOf) => ({
			seed,
			trained: Object.fromEntries(networks.map(({ name, step }) => [name, outputOf(step)])),
			evaluated: outputOf(evaluation),
			novelty: outputOf(judged),
		}),
	};
}
