import { join } from "node:path";
import type { NetworkOptions } from "../distill/networks.js";
import type { Recipe } from "../distill/recipe.js";
import { assembleReport, type Report, type Role, type SeedResult } from "../distill/report.js";
import type { TrainOutcome } from "../distill/train-network.js";
import type { LossOptions } from "../losses/index.js";
import { type RunOptions, runSeeds, type SeedContext, type SeedEvent } from "./run.js";
import { runStep } from "./run-step.js";

/** A training event, and whose it is. */
export type DistillEvent = SeedEvent & { readonly role: Role };

/** How a distillation runs. */
export type DistillOptions = RunOptions<DistillEvent>;

/**
 * Runs a recipe: for every seed a teacher, unless its file is given, a distilled student and the same student alone;
 * then all three on the test set, which nothing before has seen.
 *
 * Leaves in `out`: `teacher.onnx`, where one was trained, `student.onnx` and `baseline.onnx` of the first seed, those of
 * the others in `seed-N/`, `metrics.jsonl` and `report.json`. The files appear together at the end; a run that fails or
 * is stopped leaves what stood there before.
 *
 * @throws LimbeckError of every category.
 */
export function distill(recipe: Recipe, options: DistillOptions): Promise<Report> {
	const { seed, seeds } = recipe;
	return runSeeds(
		{
			seed,
			seeds,
			runSeed: (context) => runSeed(recipe, context),
			assemble: (results, environment, created) => assembleReport(recipe, results, environment, created),
		},
		options,
	);
}

async function runSeed(recipe: Recipe, context: SeedContext<DistillEvent>): Promise<SeedResult> {
	const { seed, folder, threads, onEvent, signal } = context;
	const { data, distillation, teacher, student, baseline } = recipe;
	const stop = signal === undefined ? {} : { signal };
	const file = (role: Role): string => join(folder, `${role}.onnx`);
	const given = teacher.family === "file";
	const teacherFile = given ? teacher.file : file("teacher");
	const train = (role: Role, network: NetworkOptions, loss: LossOptions): Promise<TrainOutcome> =>
		runStep(
			"train",
			{
				...{ data, network, loss, seed, threads, output: file(role) },
				...(role === "student" ? { teacher: teacherFile } : {}),
				...(role === "teacher" ? { pupil: { network: student, loss: distillation } } : {}),
			},
			{
				...stop,
				onEvent: (event) => {
					onEvent({ seed, role, ...event });
				},
			},
		);
	const trained = {
		...(given ? {} : { teacher: await train("teacher", teacher, { name: "cross-entropy" }) }),
		student: await train("student", student, distillation),
		baseline: await train("baseline", { ...student, ...baseline }, { name: "cross-entropy" }),
	};
	const evaluated = await runStep(
		"evaluate",
		{
			data,
			threads,
			models: { teacher: teacherFile, baseline: file("baseline"), student: file("student") },
			fidelity: [["student", "teacher"]],
			compare: [["student", "baseline"]],
		},
		stop,
	);
	return { seed, trained, evaluated };
}
