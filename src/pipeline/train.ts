import { join } from "node:path";
import type { TrainRecipe } from "../distill/recipe.js";
import { assembleTrainReport, type TrainReport } from "../distill/train-report.js";
import { type RunOptions, runSeeds, type SeedEvent } from "./run.js";
import { runStep } from "./run-step.js";

/** How a training runs. */
export type TrainOptions = RunOptions<SeedEvent>;

/**
 * Runs a recipe for one network: for every seed it is trained on hard labels, and evaluated once, at the end, on the
 * test set.
 *
 * Leaves in `out`: `model.onnx` of the first seed, those of the others in `seed-N/`, `metrics.jsonl` and `report.json`.
 * The files appear together at the end; a run that fails or is stopped leaves what stood there before.
 *
 * @throws LimbeckError of every category.
 */
export function train(recipe: TrainRecipe, options: TrainOptions): Promise<TrainReport> {
	const { data, network, loss, seed: first, seeds } = recipe;
	return runSeeds(
		{
			seed: first,
			seeds,
			runSeed: async ({ seed, folder, threads, onEvent, signal }) => {
				const stop = signal === undefined ? {} : { signal };
				const output = join(folder, "model.onnx");
				const trained = await runStep(
					"train",
					{ data, network, loss, seed, threads, output },
					{
						...stop,
						onEvent: (event) => {
							onEvent({ seed, ...event });
						},
					},
				);
				const evaluated = await runStep("evaluate", { data, threads, models: { network: output } }, stop);
				return { seed, trained, evaluated };
			},
			assemble: (results, environment, created) => assembleTrainReport(recipe, results, environment, created),
		},
		options,
	);
}
