/** Specialists as the stages of an additive model, beside those that answer side by side. */
import { clustersFile } from "../../distill/specialists/clusters.js";
import type { EnsembleSource } from "../../distill/teachers/sources.js";
import { type ExperimentEvent, type ExperimentResult, keptAnswers } from "../../pipeline/experiment.js";
import type { ByReference, StepFile } from "../../pipeline/references.js";
import type { SeedContext, SeedPlan } from "../../pipeline/run-types.js";
import { modelFile } from "../../pipeline/steps.js";
import { randomStream } from "../../random.js";
import { hardJob, type PlannedNetwork, planControls, planSpecialists, planTraining } from "../specialize/plan.js";
import { checkClasses, type RunSpecializeRecipe } from "../specialize/recipe.js";

/** Names of what is judged, by what the stages are fitted to. */
export const boostedName = {
	/** Each stage after those before it. */
	inTurn: (shrinkage: number): string => `boosted-${String(shrinkage)}`,
	/** All stages to the generalist alone, side by side. */
	atOnce: (shrinkage: number): string => `boosted-at-once-${String(shrinkage)}`,
} as const;

/**
 * Plans, for one seed: the generalist, the classes of specialists and the specialists with their KL combination (Hinton et
 * al. 2015, §5); and for the same classes, samples and epochs an additive model (Friedman 2001), F ← F + ν h_m: each
 * stage h_m starts from the generalist's weights with a fresh last layer, is fitted to the loss at F on its classes, and
 * moves their logits alone. In turn each F holds the stages before; at once it is the generalist for all, so that they
 * can train side by side. Beside them a longer generalist and two generalists, as `specialize` has them.
 */
export async function planBoosting(
	recipe: RunSpecializeRecipe,
	shrinkages: readonly number[],
	context: SeedContext,
): Promise<SeedPlan<ExperimentEvent, ExperimentResult>> {
	const { seed, threads, planner, data } = context;
	checkClasses(recipe, data.classes);
	const generalist = await planTraining(recipe, { role: "generalist" }, hardJob(recipe, seed), context);
	const chosen = await planSpecialists(recipe, "specialist", recipe.clustering, generalist, context);
	const controls = await planControls(recipe, generalist, context);
	const fileOf = ({ step }: PlannedNetwork): StepFile => planner.fileOf(step, modelFile);
	const sumOf = (stages: readonly PlannedNetwork[], shrinkage: number): ByReference<EnsembleSource> => ({
		combine: "sum",
		members: [generalist, ...stages].map((network, k) => ({
			...({ file: fileOf(network), name: `${network.name}.onnx`, outputs: "logits", input: {} } as const),
			weight: k === 0 ? 1 : shrinkage,
		})),
	});
	const stageOf = async (
		index: number,
		teacher: ByReference<EnsembleSource>,
		folder: string,
	): Promise<PlannedNetwork> => {
		const network = { family: "file", file: fileOf(generalist), head: "replace", ...recipe.specialist } as const;
		const job = {
			...({ network, loss: { name: "additive" }, teacher, ...keptAnswers(network) } as const),
			seed: randomStream(seed, "boosting/seed").words(index, new Uint32Array(1))[0] ?? 0,
			specialist: { clusters: planner.fileOf(chosen.clusters, clustersFile), index, softmax: "additive" } as const,
		};
		return planTraining(recipe, { role: "specialist", member: index + 1 }, job, context, folder);
	};
	const networks = new Map<string, PlannedNetwork>();
	const add = (network: PlannedNetwork): PlannedNetwork => {
		networks.set(network.name, network);
		return network;
	};
	for (const one of [generalist, ...chosen.networks, ...controls.networks]) add(one);
	const boosted: Record<string, ByReference<EnsembleSource>> = {};
	const places = Array.from({ length: recipe.clustering.specialists }, (_, index) => index);
	const atOnce: PlannedNetwork[] = [];
	for (const index of places) atOnce.push(add(await stageOf(index, sumOf([], 1), "at-once/")));
	for (const shrinkage of shrinkages) {
		boosted[boostedName.atOnce(shrinkage)] = sumOf(atOnce, shrinkage);
		const stages: PlannedNetwork[] = [];
		for (const index of places) {
			stages.push(add(await stageOf(index, sumOf(stages, shrinkage), `in-turn-${String(shrinkage)}/`)));
		}
		boosted[boostedName.inTurn(shrinkage)] = sumOf(stages, shrinkage);
	}
	const models = {
		generalist: fileOf(generalist),
		combined: planner.fileOf(chosen.combined, modelFile),
		...controls.models,
		...boosted,
	};
	const evaluate = (split: "test" | "validation") => {
		const label = `seed ${String(seed)}, evaluation${split === "test" ? "" : " on validation"}`;
		return planner.add("evaluate", label, { data: recipe.data, threads, models, split }, { cores: threads });
	};
	const [validated, evaluation] = [await evaluate("validation"), await evaluate("test")];
	return {
		networks: Array.from(networks, ([network, { step }]) => ({ step, about: { network } })),
		others: [chosen.clusters, chosen.combined, validated, evaluation],
		result: (outputOf) => ({
			seed,
			trained: Object.fromEntries(Array.from(networks, ([name, { step }]) => [name, outputOf(step)])),
			validated: outputOf(validated),
			evaluated: outputOf(evaluation),
		}),
	};
}
