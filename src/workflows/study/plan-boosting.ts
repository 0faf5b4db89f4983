/** Specialists as the stages of an additive model, beside those that answer side by side. */
import type { EnsembleSource } from "../../distill/teachers/sources.js";
import { type ExperimentEvent, type ExperimentResult, keptAnswers } from "../../pipeline/experiment.js";
import type { ByReference, StepFile } from "../../pipeline/references.js";
import type { SeedContext, SeedPlan } from "../../pipeline/run-types.js";
import { modelFile } from "../../pipeline/steps.js";
import { randomStream } from "../../random.js";
import { planControls } from "../specialize/plan-controls.js";
import {
	fileOf,
	fromFile,
	type Job,
	logitsOf,
	type PlannedNetwork,
	type PlannedSeed,
	planNetwork,
} from "../specialize/plan-network.js";
import { planGroup } from "../specialize/plan-specialists.js";
import type { RunSpecializeRecipe } from "../specialize/recipe.js";

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
	const planned: PlannedSeed = { recipe, context };
	const { seed, threads, planner } = context;
	const { generalist, specialists } = await planGroup(planned);
	const controls = await planControls(planned, generalist);
	const boosted = await planBoosted(planned, { generalist, classes: specialists.classes }, shrinkages);
	const all = [generalist, ...specialists.networks, ...controls.networks, ...boosted.flatMap(({ stages }) => stages)];
	// Stages that answer with several shrinkages are trained once.
	const networks = new Map(all.map(({ name, step }) => [name, step]));
	const models = {
		generalist: fileOf(planned, generalist),
		combined: planner.fileOf(specialists.combined, modelFile),
		...controls.models,
		...Object.fromEntries(boosted.map(({ name, source }) => [name, source])),
	};
	const evaluate = (split: "test" | "validation") => {
		const label = `seed ${String(seed)}, evaluation${split === "test" ? "" : " on validation"}`;
		return planner.add("evaluate", label, { data: recipe.data, threads, models, split }, { cores: threads });
	};
	const [validated, evaluation] = [await evaluate("validation"), await evaluate("test")];
	return {
		networks: Array.from(networks, ([network, step]) => ({ step, about: { network } })),
		others: [specialists.clusters, specialists.combined, validated, evaluation],
		result: (outputOf) => ({
			seed,
			trained: Object.fromEntries(Array.from(networks, ([name, step]) => [name, outputOf(step)])),
			validated: outputOf(validated),
			evaluated: outputOf(evaluation),
		}),
	};
}

/** What stages begin with. */
interface Base {
	readonly generalist: PlannedNetwork;
	/** The file with the classes of each stage. */
	readonly classes: StepFile;
}

/** An additive model. */
interface Boosted {
	/** What is judged is called so. */
	readonly name: string;
	readonly stages: readonly PlannedNetwork[];
	readonly source: ByReference<EnsembleSource>;
}

/** Plans the additive models: for each shrinkage, one with the stages that were fitted at once, and one in turn. */
async function planBoosted(
	planned: PlannedSeed,
	base: Base,
	shrinkages: readonly number[],
): Promise<readonly Boosted[]> {
	const sum = (stages: readonly PlannedNetwork[], shrinkage: number): ByReference<EnsembleSource> =>
		sumOf(planned, base.generalist, stages, shrinkage);
	const places = Array.from({ length: planned.recipe.clustering.specialists }, (_, index) => index);
	const atOnce: PlannedNetwork[] = [];
	for (const index of places)
		atOnce.push(await planStage(planned, base, { index, at: sum([], 1), folder: "at-once/" }));
	const boosted: Boosted[] = [];
	for (const shrinkage of shrinkages) {
		boosted.push({ name: boostedName.atOnce(shrinkage), stages: atOnce, source: sum(atOnce, shrinkage) });
		const folder = `in-turn-${String(shrinkage)}/`;
		const stages: PlannedNetwork[] = [];
		for (const index of places) {
			stages.push(await planStage(planned, base, { index, at: sum(stages, shrinkage), folder }));
		}
		boosted.push({ name: boostedName.inTurn(shrinkage), stages, source: sum(stages, shrinkage) });
	}
	return boosted;
}

/** The generalist, and stages with their shrinkage. */
function sumOf(
	planned: PlannedSeed,
	generalist: PlannedNetwork,
	stages: readonly PlannedNetwork[],
	shrinkage: number,
): ByReference<EnsembleSource> {
	return {
		combine: "sum",
		members: [generalist, ...stages].map((network, k) => ({
			...logitsOf(planned, network),
			input: {},
			weight: k === 0 ? 1 : shrinkage,
		})),
	};
}

/** Plans a stage. @param stage - which, the model that it is fitted at, and where its file is left. */
function planStage(
	planned: PlannedSeed,
	{ generalist, classes }: Base,
	{ index, at, folder }: { readonly index: number; readonly at: ByReference<EnsembleSource>; readonly folder: string },
): Promise<PlannedNetwork> {
	const { recipe, context } = planned;
	const network = { ...fromFile(fileOf(planned, generalist), recipe.specialist), head: "replace" } as const;
	const job: Job = {
		network,
		loss: { name: "additive" },
		teacher: at,
		...keptAnswers(network),
		seed: randomStream(context.seed, "boosting/seed").words(index, new Uint32Array(1))[0] ?? 0,
		specialist: { clusters: classes, index, softmax: "additive" },
	};
	return planNetwork(planned, { part: { role: "specialist", member: index + 1 }, job, folder });
}
