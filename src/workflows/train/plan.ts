import { taskNameOf } from "../../data/options.js";
import { fitRecipe } from "../../distill/data-fit.js";
import { diagnose } from "../../distill/diagnosis/index.js";
import { learnedPartOf } from "../../distill/networks.js";
import { coresOf } from "../../pipeline/cores.js";
import { identifyData } from "../../pipeline/data-identity.js";
import { executeRun, planLines } from "../../pipeline/run.js";
import type { PlanLine, Run, RunOptions, SeedEvent } from "../../pipeline/run-types.js";
import { modelFile } from "../../pipeline/steps.js";
import { trainEvidence } from "./evidence.js";
import type { TrainRecipe } from "./recipe.js";
import { assembleTrainReport, type TrainReport, type TrainSeedResult } from "./report.js";

/** How a training runs. */
export type TrainOptions = RunOptions<SeedEvent>;

/**
 * Runs a recipe for one network: for every seed it is trained on hard labels, and evaluated once, at the end, on the
 * test set.
 *
 * Leaves in `out`: `model.onnx` of the first seed, those of the others in `seed-N/`, `metrics.jsonl`, `details.json` and
 * `report.json`. The files appear together at the end; a run that fails or is stopped leaves what stood there before.
 *
 * @throws LimbeckError of every category.
 */
export function train(recipe: TrainRecipe, options: TrainOptions): Promise<TrainReport> {
	return executeRun(runOf(recipe), options);
}

/** The steps of {@link train}, and which of them are in the store. */
export function planTrain(recipe: TrainRecipe, options: TrainOptions): Promise<readonly PlanLine[]> {
	return planLines(runOf(recipe), options);
}

function runOf(recipe: TrainRecipe): Run<SeedEvent, TrainSeedResult, TrainReport> {
	const { data, loss } = recipe;
	return {
		command: "train",
		recipe,
		identify: (store, how) => identifyData(store, data, how),
		fitted: (identity) => fitRecipe(recipe, identity).notices,
		async planSeed({ seed, threads, planner, data: identity }) {
			const { sampleShape } = identity;
			const { network } = fitRecipe(recipe, identity).recipe;
			const options = { data, network, loss, seed, threads };
			const cores = coresOf(network, sampleShape, threads);
			const trained = await planner.add("train", `seed ${String(seed)}, network`, options, { cores });
			const models = { network: planner.fileOf(trained, modelFile) };
			const label = `seed ${String(seed)}, evaluation`;
			const ofClasses = { exhibit: { of: "network", beside: [] }, learned: { network: learnedPartOf(network) } };
			const asked = { details: {}, ...(taskNameOf(data) === undefined ? ofClasses : {}) };
			const evaluated = await planner.add("evaluate", label, { data, threads, models, ...asked }, { cores: threads });
			return {
				networks: [{ name: "model", step: trained, about: {} }],
				others: [evaluated],
				result: (outputOf) => ({ seed, trained: outputOf(trained), evaluated: outputOf(evaluated) }),
			};
		},
		details: ({ evaluated }) => evaluated,
		assemble: (results, environment, created, identity) => ({
			...assembleTrainReport(fitRecipe(recipe, identity).recipe, results, environment, created),
			diagnosis: diagnose(trainEvidence(results)),
		}),
	};
}
