import { basename, join } from "node:path";
import type { Recipe } from "../distill/recipe.js";
import { assembleReport, type Report, type Role, type SeedResult } from "../distill/report.js";
import {
	combinationOf,
	type MemberSource,
	memberSeed,
	membersOf,
	type PlannedMember,
	type TeacherSource,
} from "../distill/teachers/sources.js";
import type { TrainOutcome } from "../distill/train-network.js";
import { isUnlabelled, withTeacherClasses } from "../distill/unlabelled.js";
import { type RunOptions, runSeeds, type SeedContext, type SeedEvent } from "./run.js";
import { runStep } from "./run-step.js";
import type { StepInput } from "./steps.js";

/** A training event, and whose it is: of several teachers, counted from 1, which. */
export type DistillEvent = SeedEvent & { readonly role: Role; readonly member?: number };

/** How a distillation runs. */
export type DistillOptions = RunOptions<DistillEvent>;

/**
 * Runs a recipe: for every seed a teacher, unless its file is given, a distilled student and the same student alone;
 * then all three on the test set, which nothing before has seen. The members of an ensemble are trained one by one, from
 * seeds that depend on the run's alone (`memberSeed`); files are tried first.
 *
 * Without labels there is no such baseline, and no teacher is trained.
 *
 * Leaves in `out`: `teacher.onnx`, where one was trained, of several `teacher-1.onnx` and so on, `student.onnx` and `baseline.onnx` of the first seed, those of
 * the others in `seed-N/`, `metrics.jsonl` and `report.json`. The files appear together at the end; a run that fails or
 * is stopped leaves what stood there before.
 *
 * @throws LimbeckError of every category.
 */
export async function distill(recipe: Recipe, options: DistillOptions): Promise<Report> {
	const { seed, seeds } = recipe;
	const data = await withTeacherClasses(recipe);
	return runSeeds(
		{
			seed,
			seeds,
			runSeed: (context) => runSeed({ ...recipe, data }, context),
			assemble: (results, environment, created) => assembleReport(recipe, results, environment, created),
		},
		options,
	);
}

async function runSeed(recipe: Recipe, context: SeedContext<DistillEvent>): Promise<SeedResult> {
	const { seed, threads } = context;
	const { data, distillation, teacher, student, baseline } = recipe;
	const members = membersOf(teacher);
	const labelled = !isUnlabelled(data);
	await checkGiven(recipe, members, context);
	const trainedTeachers: TrainOutcome[] = [];
	for (const [k, member] of members.entries()) {
		if ("given" in member) continue;
		const part = { role: "teacher", ...(members.length > 1 ? { member: k + 1 } : {}) } as const;
		const job = { network: member.network, loss: { name: "cross-entropy" }, seed: memberSeed(seed, k) } as const;
		// The first is told of its student: what does not fit is refused before anything is trained.
		const pupil = k === 0 ? { pupil: { network: student, loss: distillation } } : {};
		trainedTeachers.push(await trainPart(recipe, { ...job, ...pupil }, part, context));
	}
	const source = sourceOf(teacher, members, context.folder);
	const trained = {
		teacher: trainedTeachers,
		student: await trainPart(
			recipe,
			{ network: student, loss: distillation, seed, teacher: source },
			{ role: "student" },
			context,
		),
		...(labelled && {
			baseline: await trainPart(
				recipe,
				{ network: { ...student, ...baseline }, loss: { name: "cross-entropy" }, seed },
				{ role: "baseline" },
				context,
			),
		}),
	};
	const files = {
		...(labelled && { baseline: fileOf({ role: "baseline" }, context) }),
		student: fileOf({ role: "student" }, context),
	};
	const answers = "members" in source ? source : undefined;
	const evaluated = await runStep(
		"evaluate",
		{
			...{ data, threads },
			models: { ...(answers && { teacher: answers }), ...files },
			fidelity: answers === undefined ? [] : [["student", "teacher"]],
			compare: labelled ? [["student", "baseline"]] : [],
		},
		stopOf(context),
	);
	return { seed, trained, evaluated };
}

/** Whose a training is. */
type Part = Pick<DistillEvent, "role" | "member">;

function fileOf({ role, member }: Part, { folder }: Pick<SeedContext<DistillEvent>, "folder">): string {
	return join(folder, member === undefined ? `${role}.onnx` : `${role}-${String(member)}.onnx`);
}

function stopOf({ signal }: SeedContext<DistillEvent>): { readonly signal?: AbortSignal } {
	return signal === undefined ? {} : { signal };
}

/** Trains one network of a recipe in a process of its own. */
function trainPart(
	{ data }: Recipe,
	job: Pick<StepInput<"train">, "network" | "loss" | "seed" | "teacher" | "pupil">,
	part: Part,
	context: SeedContext<DistillEvent>,
): Promise<TrainOutcome> {
	const { seed, threads, onEvent } = context;
	return runStep(
		"train",
		{ ...job, data, threads, output: fileOf(part, context) },
		{
			...stopOf(context),
			onEvent: (event) => {
				onEvent({ seed, ...part, ...event });
			},
		},
	);
}

/** Tries the files among a teacher's members where others are trained before they are asked. */
async function checkGiven(
	{ data }: Recipe,
	members: readonly PlannedMember[],
	context: SeedContext<DistillEvent>,
): Promise<void> {
	const given = members.flatMap((member) => ("given" in member ? [{ ...member.given, weight: 1 }] : []));
	if (given.length === 0 || given.length === members.length) return;
	const teacher = { members: given, combine: "arithmetic" } as const;
	await runStep("check", { data, teacher, threads: context.threads }, stopOf(context));
}

/** What the teacher's answers are read from, once its members are trained. */
function sourceOf(teacher: Recipe["teacher"], members: readonly PlannedMember[], folder: string): TeacherSource {
	if (teacher.family === "targets") return teacher;
	return {
		combine: combinationOf(teacher),
		members: members.map((member, k): MemberSource => {
			const { weight } = member;
			if ("given" in member) return { ...member.given, weight };
			const file = fileOf({ role: "teacher", ...(members.length > 1 ? { member: k + 1 } : {}) }, { folder });
			return { file, name: basename(file), outputs: "logits", input: {}, weight };
		}),
	};
}
