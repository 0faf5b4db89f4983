/** The evidence of each kind of run. */
import { isScheduled, type LossOptions } from "../../losses/index.js";
import type { EvaluateOutcome, SplitName } from "../evaluation.js";
import type { RunRecipe } from "../recipe.js";
import type { SeedResult } from "../report.js";
import type { RunSpecializeRecipe } from "../specialists/recipe.js";
import type { SpecializeSeedResult } from "../specialists/report.js";
import { modelOption } from "../teachers/sources.js";
import type { TrainOutcome } from "../train-network.js";
import type { TrainSeedResult } from "../train-report.js";
import {
	type Evidence,
	fieldsOf,
	fromLabels,
	fromTeacher,
	type NetworkEvidence,
	type ObjectiveEvidence,
	type RunEvidence,
	type TrainingEvidence,
} from "./evidence.js";

/** What a network learned from its teacher. */
function taughtBy(objective: LossOptions): ObjectiveEvidence {
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

function network<Result extends Seeded>(
	results: readonly Result[],
	{ title, name, fieldOf, option, objective = fromLabels, trained }: Shape<Result>,
): NetworkEvidence | undefined {
	const runs = results.flatMap((result): readonly RunEvidence[] => {
		const { models, byClass, learned } = result.evaluated;
		const quality = models[name];
		const outcome = trained?.(result);
		if (quality === undefined) return [];
		const training = outcome === undefined ? undefined : trainingEvidence(outcome, objective);
		const predicted = byClass?.predicted[name];
		return [{ name: `seed ${String(result.seed)}`, quality, predicted, training, learned: learned?.[name] }];
	});
	const parameters = results[0]?.evaluated.models[name]?.parameters ?? 0;
	return runs.length === 0 ? undefined : { title, fieldOf, option, parameters, runs };
}

const present = (networks: readonly (NetworkEvidence | undefined)[]): readonly NetworkEvidence[] =>
	networks.filter((one) => one !== undefined);

function shared(
	{ byClass, test }: EvaluateOutcome,
	validation: number,
): Pick<Evidence, "split" | "test" | "validation" | "labels"> {
	return { split: "test", test, validation, labels: byClass };
}

/** The evidence of a distillation. */
export function distillEvidence(recipe: RunRecipe, results: readonly [SeedResult, ...SeedResult[]]): Evidence {
	const [first] = results;
	const last = first.trained.links.length - 1;
	const taught = first.trained.links.map((link, k) =>
		network(results, {
			...linkTitle(link.name, k === last),
			name: link.name,
			objective: taughtBy(recipe.distillation),
			trained: ({ trained }) => trained.links[k]?.outcome,
		}),
	);
	const teacher = teacherEvidence(recipe, results);
	const alone = network(results, {
		title: "the student alone",
		name: "baseline",
		fieldOf: fieldsOf("student"),
		trained: ({ trained }) => trained.baseline,
	});
	const student = taught[last];
	const compared = (at: number) => results.flatMap(({ evaluated }) => evaluated.comparisons[at] ?? []);
	return {
		...shared(first.evaluated, first.trained.links[0]?.outcome.data.validation ?? 0),
		networks: present([teacher, ...memberEvidence(recipe, results), alone, ...taught]),
		...(student === undefined
			? {}
			: {
					teaching: {
						teacher,
						student,
						alone,
						studentAlone: compared(0),
						teacherAlone: compared(1),
						sameSize: recipe.generations > 1 || recipe.student.fraction !== undefined,
					},
				}),
	};
}

function linkTitle(
	name: string,
	isStudent: boolean,
): { readonly title: string; readonly fieldOf: (field: string) => string } {
	if (isStudent) return { title: "the distilled student", fieldOf: fieldsOf("student") };
	const [, role = name, member = "1"] = /^([a-z]+)-(\d+)$/.exec(name) ?? [];
	// Generations are the student, trained again.
	const options = role === "assistant" ? `chain.${String(Number(member) - 1)}` : "student";
	return { title: `${role} ${member}`, fieldOf: fieldsOf(options) };
}

/** The teacher, several as one; the training is that of a single one. */
function teacherEvidence({ teacher }: RunRecipe, results: readonly SeedResult[]): NetworkEvidence | undefined {
	const single = teacher.family !== "ensemble" && results.every(({ trained }) => trained.teacher.length === 1);
	const isGiven = results.every(({ trained }) => trained.teacher.length === 0);
	return network(results, {
		title: "the teacher",
		name: "teacher",
		...(isGiven || teacher.family === "ensemble" ? {} : { fieldOf: fieldsOf("teacher") }),
		...(teacher.family === "file" ? { option: "teacher" } : {}),
		...(single ? { trained: ({ trained }: SeedResult) => trained.teacher[0] } : {}),
	});
}

/** How the members of an ensemble were trained. */
function memberEvidence({ teacher }: RunRecipe, results: readonly SeedResult[]): readonly NetworkEvidence[] {
	const runs = results.flatMap(({ seed, trained }) =>
		trained.teacher.map((outcome, k): RunEvidence => {
			const of = results.length > 1 ? `seed ${String(seed)}, ` : "";
			return { name: `${of}teacher ${String(k + 1)}`, training: trainingEvidence(outcome, fromLabels) };
		}),
	);
	if (teacher.family !== "ensemble" && runs.length <= results.length) return [];
	const entry = teacher.family === "ensemble" ? teacher.members.findIndex(({ family }) => family !== "file") : -1;
	const options = entry === -1 ? "teacher" : `teacher.members.${String(entry)}`;
	return [{ title: "a teacher of the ensemble", fieldOf: fieldsOf(options), parameters: 0, runs }];
}

/** The evidence of a training. */
export function trainEvidence(results: readonly [TrainSeedResult, ...TrainSeedResult[]]): Evidence {
	const [first] = results;
	return {
		...shared(first.evaluated, first.trained.data.validation),
		networks: present([
			network(results, {
				title: "the network",
				name: "network",
				fieldOf: fieldsOf("network"),
				trained: ({ trained }) => trained,
			}),
		]),
	};
}

/** The evidence of a run of specialists. */
export function specializeEvidence(
	recipe: RunSpecializeRecipe,
	results: readonly [SpecializeSeedResult, ...SpecializeSeedResult[]],
): Evidence {
	const [first] = results;
	const generalist = network(results, {
		title: "the generalist",
		name: "generalist",
		fieldOf: fieldsOf("generalist"),
		trained: ({ trained }) => trained.generalist,
	});
	const distilled = network(results, {
		title: "the network distilled back",
		name: "distilled",
		fieldOf: fieldsOf("student"),
		objective: taughtBy(recipe.distillation),
		trained: ({ trained }) => trained.distilled,
	});
	const combined = network(results, { title: "the generalist with specialists", name: "combined" });
	return {
		...shared(first.evaluated, first.trained.generalist.data.validation),
		networks: present([generalist, ...specialistEvidence(results), combined, distilled]),
	};
}

/** How the specialists were trained. */
function specialistEvidence(results: readonly SpecializeSeedResult[]): readonly NetworkEvidence[] {
	const runs = results.flatMap(({ seed, trained }) =>
		trained.specialists.map((outcome, m): RunEvidence => {
			const of = results.length > 1 ? `seed ${String(seed)}, ` : "";
			return { name: `${of}specialist ${String(m + 1)}`, training: trainingEvidence(outcome, fromTeacher) };
		}),
	);
	return runs.length === 0 ? [] : [{ title: "a specialist", fieldOf: fieldsOf("specialist"), parameters: 0, runs }];
}

/** The evidence of models that are measured, whoever trained them. @param titles - what sentences call them, by their names. */
export function evaluationEvidence(
	titles: Readonly<Record<string, string>>,
	outcome: EvaluateOutcome,
	split: SplitName,
): Evidence {
	const results = [{ seed: 0, evaluated: outcome }];
	return {
		...shared(outcome, 0),
		split,
		networks: present(
			Object.entries(titles).map(([name, title]) => network(results, { title, name, option: modelOption })),
		),
	};
}
