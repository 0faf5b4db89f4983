import { fitRecipe } from "../../distill/data-fit.js";
import { diagnose } from "../../distill/diagnosis/index.js";
import { learnedPartOf } from "../../distill/networks.js";
import { clustersFile } from "../../distill/specialists/clusters.js";
import { manifestFile } from "../../distill/specialists/manifest.js";
import { networkRefusal } from "../../distill/store-fit.js";
import { type EnsembleSource, memberSeed, together } from "../../distill/teachers/sources.js";
import { hardTargets } from "../../losses/index.js";
import { coresOf } from "../../pipeline/cores.js";
import { identifyData } from "../../pipeline/data-identity.js";
import type { PlannedStep } from "../../pipeline/plan.js";
import type { ByReference, StepFile } from "../../pipeline/references.js";
import { executeRun, planLines } from "../../pipeline/run.js";
import type { PlanLine, Run, RunOptions, SeedContext, SeedEvent, SeedPlan } from "../../pipeline/run-types.js";
import { modelFile, type PlannedInput } from "../../pipeline/steps.js";
import { randomStream } from "../../random.js";
import type { ClusteringOptions } from "../../specialists/clustering.js";
import { specializeEvidence } from "./evidence.js";
import { checkClasses, type RunSpecializeRecipe, type SpecializeRecipe, specialistEpochs } from "./recipe.js";
import {
	assembleSpecializeReport,
	type ControlName,
	type SpecializeReport,
	type SpecializeRole,
	type SpecializeSeedResult,
} from "./report.js";

/** A training event, and whose it is: of several specialists, counted from 1, which. */
export type SpecializeEvent = SeedEvent & { readonly role: SpecializeRole; readonly member?: number };

/** How a run of specialists goes. */
export type SpecializeOptions = RunOptions<SpecializeEvent>;

/**
 * Runs a recipe of specialists (Hinton et al. 2015, §5): for every seed a generalist, the classes of specialists by what
 * it confuses, the specialists from its weights, all of them as one classifier, and that distilled back into one network;
 * beside them controls of the same cost of training. All are evaluated on the test set, which nothing before has seen.
 * The specialists do not depend on each other, so that they train side by side as far as cores go.
 *
 * Leaves in `out`, of the first seed, those of the others in `seed-N/`: `combined.onnx`, which is generalist, specialists,
 * selection and combination; the same as separate files for `openSpecialists`: `generalist.onnx`, `specialist-1.onnx`
 * and so on, `specialists.json`; `distilled.onnx`; what was trained for controls in `controls/`; `metrics.jsonl`,
 * `details.json` and `report.json`. The files appear together at the end.
 *
 * @throws LimbeckError of every category.
 */
export function specialize(recipe: SpecializeRecipe, options: SpecializeOptions): Promise<SpecializeReport> {
	return executeRun(runOf(recipe), options);
}

/** The steps of {@link specialize}, and which of them are in the store. */
export function planSpecialize(recipe: SpecializeRecipe, options: SpecializeOptions): Promise<readonly PlanLine[]> {
	return planLines(runOf(recipe), options);
}

function runOf(recipe: SpecializeRecipe): Run<SpecializeEvent, SpecializeSeedResult, SpecializeReport> {
	return {
		command: "specialize",
		recipe,
		identify: (store, how) => identifyData(store, recipe.data, how),
		fitted: (data) => fitRecipe(recipe, data).notices,
		planSeed: (context) => planSeed(fitRecipe(recipe, context.data).recipe, context),
		assemble(results, environment, created, data) {
			const { recipe: fitted } = fitRecipe(recipe, data);
			return {
				...assembleSpecializeReport(fitted, results, environment, created),
				diagnosis: diagnose(specializeEvidence(fitted, results)),
			};
		},
		details: ({ chosen }) => ({ chosen }),
	};
}

/** A network of a seed, planned. */
export interface PlannedNetwork {
	readonly part: Pick<SpecializeEvent, "role" | "member">;
	/** What it is called in results and, with a folder, its file. */
	readonly name: string;
	readonly step: PlannedStep<"train">;
}

/** A generalist's specialists and what is made of them. */
interface PlannedSpecialists {
	readonly clusters: PlannedStep<"cluster">;
	readonly networks: readonly PlannedNetwork[];
	readonly combined: PlannedStep<"assemble">;
}

async function planSeed(
	recipe: RunSpecializeRecipe,
	context: SeedContext,
): Promise<SeedPlan<SpecializeEvent, SpecializeSeedResult>> {
	const { seed, planner, data } = context;
	checkClasses(recipe, data.classes);
	const generalist = await planTraining(recipe, { role: "generalist" }, hardJob(recipe, seed), context);
	const chosen = await planSpecialists(recipe, "specialist", recipe.clustering, generalist, context);
	const distilled = await planDistilled(recipe, generalist, chosen, context);
	const controls = await planControls(recipe, generalist, context);
	const evaluation = await planEvaluation(recipe, { generalist, chosen, distilled, controls }, context);
	const networks = [generalist, ...chosen.networks, distilled, ...controls.networks];
	const combined = planner.fileOf(chosen.combined, modelFile);
	return {
		networks: networks.map(({ name, step, part }) => ({ name, step, about: part })),
		files: [
			{ name: "combined.onnx", from: combined },
			{ name: manifestFile, from: planner.fileOf(chosen.combined, manifestFile) },
		],
		others: [chosen.clusters, chosen.combined, evaluation],
		result: (outputOf) => ({
			seed,
			chosen: outputOf(chosen.clusters),
			trained: {
				generalist: outputOf(generalist.step),
				specialists: chosen.networks.map(({ step }) => outputOf(step)),
				distilled: outputOf(distilled.step),
				controls: Object.fromEntries(
					Object.entries(controls.trained).map(([name, list]) => [name, list.map(({ step }) => outputOf(step))]),
				),
			},
			evaluated: outputOf(evaluation),
		}),
	};
}

/** A training of the generalist's network on labels. */
export function hardJob({ generalist }: RunSpecializeRecipe, seed: number, epochs = generalist.epochs): Job {
	return { network: { ...generalist, epochs }, loss: hardTargets, seed };
}

type Job = Pick<PlannedInput<"train">, "network" | "loss" | "seed" | "teacher" | "targets" | "specialist">;

/**
 * The training of one network beside a generalist.
 *
 * @param folder - where the network's file is left, in the output folder.
 */
export async function planTraining(
	{ data, generalist }: RunSpecializeRecipe,
	part: PlannedNetwork["part"],
	job: Job,
	{ seed, threads, planner, data: { sampleShape } }: SeedContext,
	folder = "",
): Promise<PlannedNetwork> {
	const name = `${folder}${part.role}${part.member === undefined ? "" : `-${String(part.member)}`}`;
	// A specialist is the generalist's network, read from its file.
	const cores = coresOf({ ...generalist, batch: job.network.batch }, sampleShape, threads);
	const label = `seed ${String(seed)}, ${name.replace("/", ": ")}`;
	return { part, name, step: await planner.add("train", label, { ...job, data, threads }, { cores }) };
}

/** A network that goes on from a generalist's file. */
function fromFile(file: StepFile, learning: RunSpecializeRecipe["specialist"]): Job["network"] {
	return { family: "file", file, head: "keep", ...learning };
}

/** Specialists of a generalist, and their combination. */
export async function planSpecialists(
	recipe: RunSpecializeRecipe,
	role: "specialist" | "random",
	clustering: ClusteringOptions,
	generalist: PlannedNetwork,
	context: SeedContext,
	folder = "",
): Promise<PlannedSpecialists> {
	const { seed, threads, planner, data } = context;
	const { split, topK } = recipe.predictions;
	const [label, kind] = [`seed ${String(seed)}, `, role === "random" ? " at random" : ""];
	const file = planner.fileOf(generalist.step, modelFile);
	const clusters = await planner.add(
		"cluster",
		`${label}classes${kind}`,
		{
			data: recipe.data,
			generalist: file,
			clustering,
			predictions: split,
			seed,
			threads,
			...(topK === undefined ? {} : { topK }),
		},
		{ cores: threads },
	);
	const clustersPath = planner.fileOf(clusters, clustersFile);
	const { over, temperature, hardWeight } = recipe.softmax;
	const lesson: Pick<Job, "loss" | "teacher"> =
		over === "dustbin"
			? { loss: hardTargets }
			: {
					loss: { name: "soft-targets", temperature, hardWeight, standardize: false },
					teacher: together({ file, name: `${generalist.name}.onnx`, outputs: "logits" }),
				};
	const networks: PlannedNetwork[] = [];
	for (let index = 0; index < recipe.clustering.specialists; index++) {
		const job: Job = {
			network: fromFile(file, recipe.specialist),
			...lesson,
			seed: randomStream(seed, "specialists/seed").words(index, new Uint32Array(1))[0] ?? 0,
			specialist: { clusters: clustersPath, index, softmax: over },
		};
		networks.push(await planTraining(recipe, { role, member: index + 1 }, job, context, folder));
	}
	const names = { generalist: `${generalist.name}.onnx`, specialists: networks.map(({ name }) => `${name}.onnx`) };
	const combined = await planner.add(
		"assemble",
		`${label}combination${kind}`,
		{
			generalist: file,
			specialists: networks.map(({ step }) => planner.fileOf(step, modelFile)),
			clusters: clustersPath,
			combination: recipe.combination,
			sampleShape: data.sampleShape,
			names,
		},
		{ cores: 1 },
	);
	return { clusters, networks, combined };
}

/** A network like the generalist, taught by it and its specialists together. */
function planDistilled(
	recipe: RunSpecializeRecipe,
	generalist: PlannedNetwork,
	{ combined }: PlannedSpecialists,
	context: SeedContext,
): Promise<PlannedNetwork> {
	const { start, ...learning } = recipe.student;
	const network =
		start === "afresh"
			? { ...recipe.generalist, ...learning }
			: fromFile(context.planner.fileOf(generalist.step, modelFile), learning);
	const file = context.planner.fileOf(combined, modelFile);
	const teacher = together({ file, name: "combined.onnx", outputs: "probabilities" });
	const kept = networkRefusal("student", network) === undefined;
	const job: Job = {
		network,
		loss: recipe.distillation,
		seed: context.seed,
		teacher,
		...(kept ? { targets: { precision: "float32" } } : {}),
	};
	return planTraining(recipe, { role: "distilled" }, job, context);
}

/** What specialists are compared with. */
interface PlannedControls {
	readonly networks: readonly PlannedNetwork[];
	/** What was trained for each beside the generalist. */
	readonly trained: Readonly<Partial<Record<ControlName, readonly PlannedNetwork[]>>>;
	/** What is evaluated for each. */
	readonly models: Readonly<Partial<Record<ControlName, StepFile | ByReference<EnsembleSource>>>>;
	readonly random: PlannedSpecialists | undefined;
}

const controlFolder = "controls/";

/** What specialists are compared with. */
export async function planControls(
	recipe: RunSpecializeRecipe,
	generalist: PlannedNetwork,
	context: SeedContext,
): Promise<PlannedControls> {
	const { seed, planner, data } = context;
	const { controls, clustering } = recipe;
	const more = specialistEpochs(recipe, data.classes);
	const fileOf = ({ step }: PlannedNetwork): StepFile => planner.fileOf(step, modelFile);
	const train = (role: SpecializeRole, job: Job): Promise<PlannedNetwork> =>
		planTraining(recipe, { role }, job, context, controlFolder);
	const longer = controls.longer
		? await train("longer", hardJob(recipe, seed, recipe.generalist.epochs + more))
		: undefined;
	const second = controls.ensemble ? await train("second", hardJob(recipe, memberSeed(seed, 1), more)) : undefined;
	const random = controls.random
		? await planSpecialists(recipe, "random", { name: "random", of: clustering }, generalist, context, controlFolder)
		: undefined;
	const logits = (network: PlannedNetwork) =>
		({ file: fileOf(network), name: `${network.name}.onnx`, outputs: "logits" }) as const;
	return {
		networks: [longer, second].filter((network) => network !== undefined).concat(random?.networks ?? []),
		trained: {
			...(longer === undefined ? {} : { longer: [longer] }),
			...(second === undefined ? {} : { ensemble: [second] }),
			...(random === undefined ? {} : { random: random.networks }),
		},
		models: {
			...(longer === undefined ? {} : { longer: fileOf(longer) }),
			...(second === undefined ? {} : { ensemble: together(logits(generalist), logits(second)) }),
			...(random === undefined ? {} : { random: planner.fileOf(random.combined, modelFile) }),
		},
		random,
	};
}

/** All on the test set. */
function planEvaluation(
	recipe: RunSpecializeRecipe,
	parts: {
		readonly generalist: PlannedNetwork;
		readonly chosen: PlannedSpecialists;
		readonly distilled: PlannedNetwork;
		readonly controls: PlannedControls;
	},
	{ seed, threads, planner }: SeedContext,
): Promise<PlannedStep<"evaluate">> {
	const { data } = recipe;
	const { generalist, chosen, distilled, controls } = parts;
	const models = {
		generalist: planner.fileOf(generalist.step, modelFile),
		combined: planner.fileOf(chosen.combined, modelFile),
		distilled: planner.fileOf(distilled.step, modelFile),
		...controls.models,
	};
	const others = Object.keys(models).filter((name) => name !== "combined" && name !== "distilled");
	const { random } = controls;
	const coverage = [
		{ clusters: planner.fileOf(chosen.clusters, clustersFile), models: Object.keys(models) },
		...(random === undefined
			? []
			: [{ clusters: planner.fileOf(random.clusters, clustersFile), models: ["generalist", "random"] }]),
	];
	const options: PlannedInput<"evaluate"> = {
		data,
		threads,
		models,
		coverage,
		fidelity: [["distilled", "combined"]],
		compare: [...others.map((name) => ["combined", name] as const), ["distilled", "generalist"]],
		learned: { generalist: learnedPartOf(recipe.generalist), distilled: learnedPartOf(distilled.step.options.network) },
	};
	return planner.add("evaluate", `seed ${String(seed)}, evaluation`, options, { cores: threads });
}
