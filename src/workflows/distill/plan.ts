import { refuseOthers } from "../../data/class-data.js";
import { isUnlabelled, taskNameOf } from "../../data/options.js";
import { fitRecipe } from "../../distill/data-fit.js";
import { diagnose } from "../../distill/diagnosis/index.js";
import { type LearnedPart, learnedPartOf, type NetworkOptions } from "../../distill/networks.js";
import {
	combinationOf,
	type GivenMember,
	type MemberSource,
	memberSeed,
	membersOf,
	type PlannedMember,
	type TeacherSource,
	together,
	trusts,
} from "../../distill/teachers/sources.js";
import type { LossOptions } from "../../losses/index.js";
import { coresOf } from "../../pipeline/cores.js";
import { identifyData } from "../../pipeline/data-identity.js";
import type { PlannedStep } from "../../pipeline/plan.js";
import type { ByReference } from "../../pipeline/references.js";
import { executeRun, planLines } from "../../pipeline/run.js";
import type { PlanLine, Run, RunOptions, SeedContext, SeedEvent, SeedPlan } from "../../pipeline/run-types.js";
import { modelFile, type PlannedInput } from "../../pipeline/steps.js";
import { networkName } from "../../report/networks.js";
import { taskOf } from "../../tasks/index.js";
import { distillEvidence } from "./evidence.js";
import { type Link, linksOf } from "./links.js";
import type { Recipe, RunRecipe } from "./recipe.js";
import { assembleReport, type Report, type Role, type SeedResult } from "./report.js";
import { storeRefusal } from "./store-refusal.js";
import { withTeacherClasses } from "./unlabelled.js";

/** A training event, and whose it is: of several teachers, assistants or generations, counted from 1, which. */
export type DistillEvent = SeedEvent & { readonly role: Role; readonly member?: number };

/** How a distillation runs. */
export type DistillOptions = RunOptions<DistillEvent>;

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
 * `early-stopped.onnx`; those of the other seeds in `seed-N/`; `metrics.jsonl`, `details.json` and `report.json`. The
 * files appear together at the end; a run that fails or is stopped leaves what stood there before.
 *
 * @throws LimbeckError of every category.
 */
export async function distill(recipe: Recipe, options: DistillOptions): Promise<Report> {
	return executeRun(await runOf(recipe), options);
}

/** The steps of {@link distill}, and which of them are in the store. */
export async function planDistill(recipe: Recipe, options: DistillOptions): Promise<readonly PlanLine[]> {
	return planLines(await runOf(recipe), options);
}

async function runOf(written: Recipe): Promise<Run<DistillEvent, SeedResult, Report>> {
	const recipe = { ...written, data: await withTeacherClasses(written) };
	if (recipe.trainAccuracy) refuseOthers({ task: taskNameOf(recipe.data) }, "trainAccuracy");
	return {
		command: "distill",
		recipe,
		identify: (store, how) => identifyData(store, recipe.data, how),
		fitted: (data) => fitRecipe(recipe, data).notices,
		planSeed: (context) => planSeed(fitRecipe(recipe, context.data).recipe, context),
		details: ({ evaluated }) => evaluated,
		assemble(results, environment, created, data) {
			const { recipe: fitted } = fitRecipe({ ...recipe, data: written.data }, data);
			return {
				...assembleReport(fitted, results, environment, created),
				diagnosis: diagnose(distillEvidence(fitted, results)),
			};
		},
	};
}

/** Whose a training is. */
type Part = Pick<DistillEvent, "role" | "member">;

/** A network of a seed, planned. */
interface PlannedNetwork {
	readonly part: Part;
	readonly step: PlannedStep<"train">;
}

async function planSeed(recipe: RunRecipe, context: SeedContext): Promise<SeedPlan<DistillEvent, SeedResult>> {
	const { seed } = context;
	const refusal = recipe.targets.keep === true ? storeRefusal(recipe) : undefined;
	if (refusal !== undefined) throw refusal;
	const members = membersOf(recipe.teacher);
	const links = linksOf(recipe, seed);
	const checks = await planCheck(recipe, members, context);
	const teachers = await planTeachers(recipe, members, links, checks, context);
	const source = sourceOf(recipe.teacher, members, teachers, context);
	const taught: PlannedNetwork[] = [];
	let last = source;
	for (const [k, link] of links.entries()) {
		// Where a teacher was trained, it was told of them all.
		const pupils = k === 0 && teachers.size === 0 ? links.slice(1).map((one) => pupilOf(one, recipe)) : [];
		const job = { ...pupilOf(link, recipe), seed: link.seed, teacher: last, pupils };
		const network = await planTraining(recipe, job, link, checks, context);
		taught.push(network);
		last = together(trainedFile(network, context));
	}
	const alone = isUnlabelled(recipe.data) ? [] : await planAlone(recipe, checks, context);
	const networks = [...teachers.values(), ...taught, ...alone];
	const evaluation = await planEvaluation(recipe, source, networks, context);
	return {
		networks: networks.map(({ part, step }) => ({ name: networkName(part), step, about: part })),
		others: [...checks, evaluation],
		result(outputOf) {
			const [baseline, earlyStopped] = (["baseline", "earlyStopped"] as const).map((role) =>
				alone.find(({ part }) => part.role === role),
			);
			return {
				seed,
				trained: {
					teacher: [...teachers.values()].map(({ step }) => outputOf(step)),
					links: taught.map(({ part, step }) => ({ name: networkName(part), outcome: outputOf(step) })),
					...(baseline === undefined ? {} : { baseline: outputOf(baseline.step) }),
					...(earlyStopped === undefined ? {} : { earlyStopped: outputOf(earlyStopped.step) }),
				},
				evaluated: outputOf(evaluation),
				...(checks.length === 0 ? {} : { verdicts: checks.flatMap((check) => outputOf(check).verdicts) }),
			};
		},
	};
}

/** Judges the files that are to teach, before anything is trained. */
async function planCheck(
	{ data, teacher }: RunRecipe,
	members: readonly PlannedMember[],
	{ seed, threads, planner }: SeedContext,
): Promise<readonly PlannedStep<"check">[]> {
	const given = members.flatMap((member): readonly GivenMember[] =>
		"given" in member
			? [{ ...member.given, trust: trusts(teacher, member.given), option: member.option, weight: 1 }]
			: [],
	);
	const checked = teacher.family === "targets" ? teacher : { members: given };
	if ("members" in checked && given.length === 0) return [];
	const label = `seed ${String(seed)}, check of teachers`;
	return [await planner.add("check", label, { data, teacher: checked, threads }, { cores: threads })];
}

/** Trainings of those of a teacher's members that are not given, by their places among all. */
async function planTeachers(
	recipe: RunRecipe,
	members: readonly PlannedMember[],
	links: readonly Link[],
	checks: readonly PlannedStep[],
	context: SeedContext,
): Promise<ReadonlyMap<number, PlannedNetwork>> {
	const planned = new Map<number, PlannedNetwork>();
	for (const [k, member] of members.entries()) {
		if ("given" in member) continue;
		const { network } = member;
		const pupils = planned.size === 0 ? links.map((link) => pupilOf(link, recipe)) : [];
		const job = { network, loss: aloneOn(recipe), seed: memberSeed(context.seed, k), pupils };
		const part: Part = { role: "teacher", ...(members.length > 1 ? { member: k + 1 } : {}) };
		planned.set(k, await planTraining(recipe, job, part, checks, context));
	}
	return planned;
}

/** The student on hard labels alone, and with early stopping where the recipe has it. */
async function planAlone(
	recipe: RunRecipe,
	checks: readonly PlannedStep[],
	context: SeedContext,
): Promise<readonly PlannedNetwork[]> {
	const network = { ...recipe.student, ...recipe.baseline };
	const job = { loss: aloneOn(recipe), seed: context.seed };
	const planned = [await planTraining(recipe, { ...job, network }, { role: "baseline" }, checks, context)];
	if (recipe.earlyStopped) {
		const stopped = { ...job, network: { ...network, keep: "best" as const } };
		planned.push(await planTraining(recipe, stopped, { role: "earlyStopped" }, checks, context));
	}
	return planned;
}

/** What networks learn from labels alone. */
function aloneOn({ data }: RunRecipe): LossOptions {
	return taskOf({ task: taskNameOf(data) }).objectives.alone;
}

/** A network that learns from a teacher: what it learns, and how that teacher's answers are kept. */
type Pupil = Pick<PlannedInput<"train">, "loss" | "targets"> & { readonly network: NetworkOptions };

function pupilOf({ network }: Link, recipe: RunRecipe): Pupil {
	const { keep, ...form } = recipe.targets;
	const kept = keep !== false && storeRefusal({ ...recipe, chain: [], student: network }) === undefined;
	return { network, loss: recipe.distillation, ...(kept ? { targets: form } : {}) };
}

/** The training of one network of a recipe. */
async function planTraining(
	{ data, trainAccuracy }: RunRecipe,
	job: Pupil & Pick<PlannedInput<"train">, "seed" | "teacher" | "pupils">,
	{ role, member }: Part,
	after: readonly PlannedStep[],
	{ seed, threads, planner, data: { sampleShape } }: SeedContext,
): Promise<PlannedNetwork> {
	const part: Part = { role, ...(member === undefined ? {} : { member }) };
	const label = `seed ${String(seed)}, ${networkName(part)}`;
	const cores = coresOf(job.network, sampleShape, threads);
	return { part, step: await planner.add("train", label, { ...job, data, threads, trainAccuracy }, { cores, after }) };
}

/** All networks on the test set. */
function planEvaluation(
	{ data, generations }: RunRecipe,
	source: ByReference<TeacherSource>,
	networks: readonly PlannedNetwork[],
	context: SeedContext,
): Promise<PlannedStep<"evaluate">> {
	const { seed, threads, planner } = context;
	const labelled = !isUnlabelled(data);
	const ofClasses = labelled && taskNameOf(data) === undefined;
	const others = networks.filter(({ part: { role } }) => role !== "teacher");
	const links = others.filter(({ part: { role } }) => role !== "baseline" && role !== "earlyStopped");
	const teacher = "members" in source ? { teacher: source } : {};
	const born = links.filter(({ part }) => part.role !== "assistant").map((link) => trainedFile(link, context));
	const all = generations > 1 ? { generations: together(...born) } : {};
	const files = others.map(({ part, step }) => [networkName(part), planner.fileOf(step, modelFile)] as const);
	const names = Object.keys(teacher);
	const options: PlannedInput<"evaluate"> = {
		data,
		threads,
		models: { ...teacher, ...Object.fromEntries(files), ...all },
		fidelity: "teacher" in teacher ? links.map(({ part }) => [networkName(part), "teacher"]) : [],
		compare: labelled ? ["student", ...names].map((name) => [name, "baseline"] as const) : [],
		...(labelled ? { details: {} } : {}),
		...(ofClasses ? { exhibit: { of: "student", beside: [...names, "baseline"] } } : {}),
		...(ofClasses ? { learned: learnedBy(networks) } : {}),
	};
	return planner.add("evaluate", `seed ${String(seed)}, evaluation`, options, { cores: threads });
}

/** What each network has learned from; members of an ensemble are left out, which are not judged alone. */
function learnedBy(networks: readonly PlannedNetwork[]): Readonly<Record<string, LearnedPart>> {
	const single = networks.filter(({ part }) => part.role !== "teacher" || part.member === undefined);
	return Object.fromEntries(single.map(({ part, step }) => [networkName(part), learnedPartOf(step.options.network)]));
}

/** One that answers: a file that is given, or a network of this run. */
type PlannedMemberSource = ByReference<MemberSource>;

/** A network of this run as one that answers. */
function trainedFile(
	{ part, step }: PlannedNetwork,
	{ planner }: SeedContext,
): Pick<PlannedMemberSource, "file" | "name" | "outputs"> {
	const file = planner.fileOf(step, modelFile);
	return { file, name: `${networkName(part)}.onnx`, outputs: "logits" };
}

/** What the teacher's answers are read from, once its members are trained. */
function sourceOf(
	teacher: RunRecipe["teacher"],
	members: readonly PlannedMember[],
	trained: ReadonlyMap<number, PlannedNetwork>,
	context: SeedContext,
): ByReference<TeacherSource> {
	if (teacher.family === "targets") return untrusted(teacher);
	return {
		combine: combinationOf(teacher),
		members: members.map((member, k): PlannedMemberSource => {
			const { weight } = member;
			if ("given" in member) return { ...untrusted(member.given), weight };
			const network = trained.get(k);
			if (network === undefined) throw new TypeError(`teacher ${String(k + 1)}: expected a training, got none`);
			return { ...trainedFile(network, context), input: {}, weight };
		}),
	};
}

/** A teacher without its word on trust, which changes nothing that it teaches. */
function untrusted<Given extends { readonly trust?: boolean | undefined }>(given: Given): Omit<Given, "trust"> {
	const { trust, ...others } = given;
	return trust === undefined ? given : others;
}
