/** A generalist, its specialists and their combination, planned. */
import { clustersFile } from "../../distill/specialists/clusters.js";
import { together } from "../../distill/teachers/sources.js";
import { hardTargets } from "../../losses/index.js";
import type { PlannedStep } from "../../pipeline/plan.js";
import type { StepFile } from "../../pipeline/references.js";
import { modelFile } from "../../pipeline/steps.js";
import { randomStream } from "../../random.js";
import type { ClusteringOptions } from "../../specialists/clustering.js";
import {
	fileOf,
	fromFile,
	hardJob,
	type Job,
	logitsOf,
	type PlannedNetwork,
	type PlannedSeed,
	planNetwork,
} from "./plan-network.js";
import { checkClasses } from "./recipe.js";

/** Specialists to plan. */
export interface SpecialistsPlan {
	readonly role: "specialist" | "random";
	/** How the classes of each are chosen. */
	readonly clustering: ClusteringOptions;
	readonly generalist: PlannedNetwork;
	/** Where their files are left; see {@link NetworkPlan}. */
	readonly folder?: string;
}

/** A generalist's specialists and what is made of them. */
export interface PlannedSpecialists {
	readonly clusters: PlannedStep<"cluster">;
	/** The file with the classes of each. */
	readonly classes: StepFile;
	readonly networks: readonly PlannedNetwork[];
	readonly combined: PlannedStep<"assemble">;
}

/** Plans the generalist of a recipe and its specialists. */
export async function planGroup(
	seed: PlannedSeed,
): Promise<{ readonly generalist: PlannedNetwork; readonly specialists: PlannedSpecialists }> {
	const { recipe, context } = seed;
	checkClasses(recipe, context.data.classes);
	const job = hardJob(recipe, context.seed);
	const generalist = await planNetwork(seed, { part: { role: "generalist" }, job });
	const { clustering } = recipe;
	return { generalist, specialists: await planSpecialists(seed, { role: "specialist", clustering, generalist }) };
}

/** Plans specialists of a generalist, and their combination. */
export async function planSpecialists(seed: PlannedSeed, plan: SpecialistsPlan): Promise<PlannedSpecialists> {
	const { recipe, context } = seed;
	const { role, generalist, folder } = plan;
	const clusters = await planClasses(seed, plan);
	const classes = context.planner.fileOf(clusters, clustersFile);
	const networks: PlannedNetwork[] = [];
	for (let index = 0; index < recipe.clustering.specialists; index++) {
		const job: Job = {
			network: fromFile(fileOf(seed, generalist), recipe.specialist),
			...lessonOf(seed, generalist),
			seed: randomStream(context.seed, "specialists/seed").words(index, new Uint32Array(1))[0] ?? 0,
			specialist: { clusters: classes, index, softmax: recipe.softmax.over },
		};
		const part = { role, member: index + 1 };
		networks.push(await planNetwork(seed, { part, job, ...(folder === undefined ? {} : { folder }) }));
	}
	return { clusters, classes, networks, combined: await planCombination(seed, plan, { classes, networks }) };
}

/** How steps are called that are made once for several networks. */
function labelOf({ context }: PlannedSeed, what: string, { role }: SpecialistsPlan): string {
	return `seed ${String(context.seed)}, ${what}${role === "random" ? " at random" : ""}`;
}

function planClasses(seed: PlannedSeed, plan: SpecialistsPlan): Promise<PlannedStep<"cluster">> {
	const { recipe, context } = seed;
	const { split, topK } = recipe.predictions;
	const options = {
		data: recipe.data,
		generalist: fileOf(seed, plan.generalist),
		clustering: plan.clustering,
		predictions: split,
		seed: context.seed,
		threads: context.threads,
		...(topK === undefined ? {} : { topK }),
	};
	return context.planner.add("cluster", labelOf(seed, "classes", plan), options, { cores: context.threads });
}

/** What specialists learn: labels, or the generalist's answers as well. */
function lessonOf(seed: PlannedSeed, generalist: PlannedNetwork): Pick<Job, "loss" | "teacher"> {
	const { over, temperature, hardWeight } = seed.recipe.softmax;
	if (over === "dustbin") return { loss: hardTargets };
	return {
		loss: { name: "soft-targets", temperature, hardWeight, standardize: false },
		teacher: together(logitsOf(seed, generalist)),
	};
}

function planCombination(
	seed: PlannedSeed,
	plan: SpecialistsPlan,
	{ classes, networks }: Pick<PlannedSpecialists, "classes" | "networks">,
): Promise<PlannedStep<"assemble">> {
	const { recipe, context } = seed;
	const nameOf = ({ name }: PlannedNetwork): string => `${name}.onnx`;
	const options = {
		generalist: fileOf(seed, plan.generalist),
		specialists: networks.map(({ step }) => context.planner.fileOf(step, modelFile)),
		clusters: classes,
		combination: recipe.combination,
		sampleShape: context.data.sampleShape,
		names: { generalist: nameOf(plan.generalist), specialists: networks.map(nameOf) },
	};
	return context.planner.add("assemble", labelOf(seed, "combination", plan), options, { cores: 1 });
}
