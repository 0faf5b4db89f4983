import { basename, join } from "node:path";
import { type Link, linksOf } from "../distill/links.js";
import type { Recipe } from "../distill/recipe.js";
import { assembleReport, type LinkOutcome, type Report, type Role, type SeedResult } from "../distill/report.js";
import { storeRefusal } from "../distill/store-fit.js";
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
import type { StepInput, StepOutput } from "./steps.js";

/** A training event, and whose it is: of several teachers, assistants or generations, counted from 1, which. */
export type DistillEvent = SeedEvent & { readonly role: Role; readonly member?: number };

/** How a distillation runs. */
export interface DistillOptions extends RunOptions<DistillEvent> {
	/** Folder where teachers' answers are kept from run to run. */
	readonly store?: string;
}

/** What the work of one seed sees of a distillation. */
type DistillContext = SeedContext<DistillEvent> & Pick<DistillOptions, "store">;

/**
 * Runs a recipe: for every seed a teacher, unless its file is given, a distilled student and the same student alone;
 * then all three on the test set, which nothing before has seen. The members of an ensemble are trained one by one, from
 * seeds that depend on the run's alone (`memberSeed`); files are tried first. Between teacher and student there may be
 * assistants and generations, each taught by the one before (`linksOf`).
 *
 * Without labels there is no such baseline, and no teacher is trained.
 *
 * Leaves in `out`: `teacher.onnx`, where one was trained, of several `teacher-1.onnx` and so on, `student.onnx` and
 * `baseline.onnx` of the first seed, and where the recipe has them `assistant-1.onnx`, `generation-1.onnx` and so on, and
 * `early-stopped.onnx`; those of the other seeds in `seed-N/`; `metrics.jsonl` and `report.json`. The files appear
 * together at the end; a run that fails or is stopped leaves what stood there before.
 *
 * @throws LimbeckError of every category.
 */
export async function distill(recipe: Recipe, options: DistillOptions): Promise<Report> {
	const { seed, seeds } = recipe;
	const { store, ...runOptions } = options;
	const refusal = store === undefined ? undefined : storeRefusal(recipe);
	if (refusal !== undefined) throw refusal;
	const data = await withTeacherClasses(recipe);
	return runSeeds(
		{
			seed,
			seeds,
			runSeed: (context) => runSeed({ ...recipe, data }, { ...context, ...(store === undefined ? {} : { store }) }),
			assemble: (results, environment, created) => assembleReport(recipe, results, environment, created),
		},
		runOptions,
	);
}

async function runSeed(recipe: Recipe, context: DistillContext): Promise<SeedResult> {
	const { seed } = context;
	const { teacher, student, baseline } = recipe;
	const members = membersOf(teacher);
	const labelled = !isUnlabelled(recipe.data);
	const links = linksOf(recipe, seed);
	await checkGiven(recipe, members, context);
	const teachers = await trainTeachers(recipe, members, links, context);
	const source = sourceOf(teacher, members, context.folder);
	const taught: LinkOutcome[] = [];
	let last = source;
	for (const [k, link] of links.entries()) {
		const job = { ...lessonOf(link, recipe, context), seed: link.seed, teacher: last };
		// Where a teacher was trained, it was told of them all.
		const pupils = k === 0 && teachers.length === 0 ? lessonsOf(links.slice(1), recipe, context) : [];
		taught.push({ name: nameOf(link), outcome: await trainPart(recipe, { ...job, pupils }, link, context) });
		last = { combine: "arithmetic", members: [trainedSource(link, context, 1)] };
	}
	const alone = { ...student, ...baseline };
	const hard = { loss: { name: "cross-entropy" }, seed } as const;
	const trained = {
		...{ teacher: teachers, links: taught },
		...(labelled && {
			baseline: await trainPart(recipe, { ...hard, network: alone }, { role: "baseline" }, context),
		}),
		...(labelled && recipe.earlyStopped
			? {
					earlyStopped: await trainPart(
						recipe,
						{ ...hard, network: { ...alone, keep: "best" } },
						{ role: "earlyStopped" },
						context,
					),
				}
			: {}),
	};
	return { seed, trained, evaluated: await evaluate(recipe, source, links, context) };
}

/** Trains those of a teacher's members that are not given. */
async function trainTeachers(
	recipe: Recipe,
	members: readonly PlannedMember[],
	links: readonly Link[],
	context: DistillContext,
): Promise<readonly TrainOutcome[]> {
	const outcomes: TrainOutcome[] = [];
	for (const [k, member] of members.entries()) {
		if ("given" in member) continue;
		const job = {
			network: member.network,
			loss: { name: "cross-entropy" },
			seed: memberSeed(context.seed, k),
		} as const;
		// The first is told of its students: what does not fit is refused before anything is trained.
		const pupils = outcomes.length === 0 ? lessonsOf(links, recipe, context) : [];
		outcomes.push(await trainPart(recipe, { ...job, pupils }, teacherPart(k, members), context));
	}
	return outcomes;
}

/** What a link learns, and where its teacher's answers are kept. */
type Lesson = Pick<StepInput<"train">, "network" | "loss" | "store">;

function lessonOf({ network }: Link, { distillation, targets }: Recipe, { store }: DistillContext): Lesson {
	return { network, loss: distillation, ...(store === undefined ? {} : { store: { ...targets, folder: store } }) };
}

function lessonsOf(links: readonly Link[], recipe: Recipe, context: DistillContext): readonly Lesson[] {
	return links.map((link) => lessonOf(link, recipe, context));
}

function teacherPart(k: number, members: readonly PlannedMember[]): Part {
	return { role: "teacher", ...(members.length > 1 ? { member: k + 1 } : {}) };
}

/** All networks on the test set. */
function evaluate(
	{ data, earlyStopped, generations }: Recipe,
	source: TeacherSource,
	links: readonly Link[],
	context: SeedContext<DistillEvent>,
): Promise<StepOutput<"evaluate">> {
	const labelled = !isUnlabelled(data);
	const parts: readonly Part[] = [
		...(labelled ? [{ role: "baseline" } as const] : []),
		...(labelled && earlyStopped ? [{ role: "earlyStopped" } as const] : []),
		...links,
	];
	const teacher = "members" in source ? { teacher: source } : {};
	const born = links.filter(({ role }) => role !== "assistant").map((link) => trainedSource(link, context, 1));
	const together = generations > 1 ? { generations: { members: born, combine: "arithmetic" } as const } : {};
	const models = { ...Object.fromEntries(parts.map((part) => [nameOf(part), fileOf(part, context)])), ...together };
	return runStep(
		"evaluate",
		{
			...{ data, threads: context.threads },
			models: { ...teacher, ...models },
			fidelity: "teacher" in teacher ? links.map((link) => [nameOf(link), "teacher"]) : [],
			compare: labelled ? [["student", "baseline"]] : [],
		},
		stopOf(context),
	);
}

/** Whose a training is. */
type Part = Pick<DistillEvent, "role" | "member">;

/** What a part is called in results; its file is called like it. */
function nameOf({ role, member }: Part): string {
	const name = role === "earlyStopped" ? "early-stopped" : role;
	return member === undefined ? name : `${name}-${String(member)}`;
}

function fileOf(part: Part, { folder }: Pick<SeedContext<DistillEvent>, "folder">): string {
	return join(folder, `${nameOf(part)}.onnx`);
}

/** A network of this run as one that answers. */
function trainedSource(part: Part, context: Pick<SeedContext<DistillEvent>, "folder">, weight: number): MemberSource {
	const file = fileOf(part, context);
	return { file, name: basename(file), outputs: "logits", input: {}, weight };
}

function stopOf({ signal }: SeedContext<DistillEvent>): { readonly signal?: AbortSignal } {
	return signal === undefined ? {} : { signal };
}

/** Trains one network of a recipe in a process of its own. */
function trainPart(
	{ data, trainAccuracy }: Recipe,
	job: Pick<StepInput<"train">, "network" | "loss" | "seed" | "teacher" | "store" | "pupils">,
	{ role, member }: Part,
	context: SeedContext<DistillEvent>,
): Promise<TrainOutcome> {
	const { seed, threads, onEvent } = context;
	const part: Part = { role, ...(member === undefined ? {} : { member }) };
	return runStep(
		"train",
		{ ...job, data, threads, trainAccuracy, output: fileOf(part, context) },
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
			return trainedSource(teacherPart(k, members), { folder }, weight);
		}),
	};
}
