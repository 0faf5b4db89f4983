/** report.json of `limbeck train`. */

import type { EvaluateOutcome } from "../../distill/evaluation.js";
import {
	combine,
	type DataReport,
	dataReport,
	type Environment,
	type Measured,
	type NetworkReport,
	networkReport,
} from "../../distill/network-report.js";
import type { TrainOutcome } from "../../distill/train-network.js";
import type { Notice } from "../../notices.js";
import type { RunTrainRecipe } from "./recipe.js";

/** The report of a training, `schema: 1`. */
export interface TrainReport {
	readonly schema: 1;
	readonly kind: "train";
	readonly created: string;
	readonly recipe: RunTrainRecipe;
	readonly seeds: readonly number[];
	readonly data: DataReport;
	readonly network: Measured<NetworkReport>;
	/** What is to be said of the results, the gravest first; absent in reports of earlier versions. */
	readonly diagnosis?: readonly Notice[];
	/** What else is to be known of the first seed's run. */
	readonly notes?: readonly string[];
	readonly environment: Environment;
}

/** One seed's results. */
export interface TrainSeedResult {
	readonly seed: number;
	readonly trained: TrainOutcome;
	/** Of the one model `network`. */
	readonly evaluated: EvaluateOutcome;
}

/** Puts the results of all seeds together. @param created - ISO 8601 time. */
export function assembleTrainReport(
	recipe: RunTrainRecipe,
	results: readonly [TrainSeedResult, ...TrainSeedResult[]],
	environment: Environment,
	created: string,
): TrainReport {
	const [first] = results;
	return {
		schema: 1,
		kind: "train",
		created,
		recipe,
		seeds: results.map(({ seed }) => seed),
		data: dataReport(first.trained, first.evaluated),
		network: combine(
			results.map(({ seed, trained, evaluated }) => ({
				seed,
				measures: networkReport(trained, evaluated, "network"),
			})),
		),
		...(first.trained.notes === undefined ? {} : { notes: first.trained.notes }),
		environment,
	};
}
