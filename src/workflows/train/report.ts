/** report.json of `limbeck train`. */
import { z } from "zod";

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
import { dataFields, diagnosisField, figures, listOf, reportHead, written } from "../../report/report-schema.js";
import type { RunTrainRecipe } from "./recipe.js";

/** The report of a training, `schema: 1`. */
export const reportSchema = z.object({
	...reportHead,
	diagnosis: diagnosisField,
	kind: z.literal("train"),
	recipe: written<RunTrainRecipe>({ name: z.string() }),
	data: written<DataReport>(dataFields),
	network: figures<Measured<NetworkReport>>(),
	/** What else is to be known of the first seed's run. */
	notes: listOf(z.string()).exactOptional(),
});

/**
 * The report of a training, `schema: 1`.
 *
 * @interface
 */
export type TrainReport = Readonly<z.infer<typeof reportSchema>>;

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
