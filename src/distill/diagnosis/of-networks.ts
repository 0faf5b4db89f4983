/** The evidence that networks and splits of the data are, whatever kind of run they are of. */
import { isScheduled, type LossOptions } from "../../losses/index.js";
import type { EvaluateOutcome, SplitName } from "../evaluation.js";
import { modelOption } from "../teachers/sources.js";
import type { TrainOutcome } from "../train-network.js";
import {
	type Evidence,
	fromLabels,
	fromTeacher,
	type NetworkEvidence,
	type ObjectiveEvidence,
	type RunEvidence,
	type TrainingEvidence,
} from "./evidence.js";

/** What a network learned from its teacher. */
export function taughtBy(objective: LossOptions): ObjectiveEvidence {
	return { ...fromTeacher, steady: !isScheduled(objective) };
}

/** A training as evidence. */
export function trainingEvidence(outcome: TrainOutcome, objective: ObjectiveEvidence): TrainingEvidence {
	const { steps, epochs, curve, validationErrors, data } = outcome;
	return {
		steps,
		epochs,
		losses: curve.losses,
		...objective,
		...(validationErrors === undefined ? {} : { validationAccuracy: 1 - validationErrors / data.validation }),
	};
}

/** A seed's results, as far as every kind of run has them. */
interface Seeded {
	readonly seed: number;
	readonly evaluated: EvaluateOutcome;
}

/** A network as every seed has it. */
interface Shape<Result> {
	readonly title: string;
	/** What the evaluation calls it. */
	readonly name: string;
	readonly fieldOf?: (field: string) => string;
	/** What options of how its file is read begin with, where it was given. */
	readonly option?: string;
	readonly objective?: ObjectiveEvidence;
	readonly trained?: (result: Result) => TrainOutcome | undefined;
}

/** The evidence of a network; none where no seed has it. */
export function networkEvidence<Result extends Seeded>(
	results: readonly Result[],
	{ title, name, fieldOf, option, objective = fromLabels, trained }: Shape<Result>,
): NetworkEvidence | undefined {
	const runs = results.flatMap((result): readonly RunEvidence[] => {
		const { models, byClass, learned } = result.evaluated;
		const quality = models[name];
		const outcome = trained?.(result);
		if (quality === undefined) return [];
		// Of classes alone the loss of labels is a cross-entropy.
		const learnedBy = outcome?.data.task === undefined ? objective : { ...objective, hard: false };
		const training = outcome === undefined ? undefined : trainingEvidence(outcome, learnedBy);
		const predicted = byClass?.predicted[name];
		return [{ name: `seed ${String(result.seed)}`, quality, predicted, training, learned: learned?.[name] }];
	});
	const parameters = results[0]?.evaluated.models[name]?.parameters ?? 0;
	return runs.length === 0 ? undefined : { title, fieldOf, option, parameters, runs };
}

/** Those of some networks that were there. */
export const present = (networks: readonly (NetworkEvidence | undefined)[]): readonly NetworkEvidence[] =>
	networks.filter((one) => one !== undefined);

/** What a split of the data says. @param validation - samples to choose by. */
export function splitEvidence(
	{ byClass, test, task, ignorant }: EvaluateOutcome,
	validation: number,
): Omit<Evidence, "networks" | "teaching"> {
	return { split: "test", test, validation, labels: byClass, task, ignorant };
}

/** The evidence of models that are measured, whoever trained them. @param titles - what sentences call them, by their names. */
export function evaluationEvidence(
	titles: Readonly<Record<string, string>>,
	outcome: EvaluateOutcome,
	split: SplitName,
): Evidence {
	const results = [{ seed: 0, evaluated: outcome }];
	return {
		...splitEvidence(outcome, 0),
		split,
		networks: present(
			Object.entries(titles).map(([name, title]) => networkEvidence(results, { title, name, option: modelOption })),
		),
	};
}
