/** One network of a recipe of specialists, planned. */
import { hardTargets } from "../../losses/index.js";
import { coresOf } from "../../pipeline/cores.js";
import type { PlannedStep } from "../../pipeline/plan.js";
import type { StepFile } from "../../pipeline/references.js";
import type { SeedContext, SeedEvent } from "../../pipeline/run-types.js";
import { modelFile, type PlannedInput } from "../../pipeline/steps.js";
import { networkName } from "../../report/networks.js";
import type { RunSpecializeRecipe } from "./recipe.js";
import type { SpecializeRole } from "./report.js";

/** What all that is planned for a seed depends on. */
export interface PlannedSeed {
	readonly recipe: RunSpecializeRecipe;
	readonly context: SeedContext;
}

/** A training event, and whose it is: of several specialists, counted from 1, which. */
export type SpecializeEvent = SeedEvent & { readonly role: SpecializeRole; readonly member?: number };

/** Whose a network is. */
type Part = Pick<SpecializeEvent, "role" | "member">;

/** How a network is trained. */
export type Job = Pick<PlannedInput<"train">, "network" | "loss" | "seed" | "teacher" | "targets" | "specialist">;

/** A network to plan. */
export interface NetworkPlan {
	readonly part: Part;
	readonly job: Job;
	/** Where its file is left, in the output folder, with a slash at the end; in that itself where absent. */
	readonly folder?: string;
}

/** A network of a seed, planned. */
export interface PlannedNetwork {
	readonly part: Part;
	/** What it is called in results and, with a folder, its file. */
	readonly name: string;
	readonly step: PlannedStep<"train">;
}

/** Plans the training of a network beside a generalist. */
export async function planNetwork(
	{ recipe: { data, generalist }, context }: PlannedSeed,
	{ part, job, folder = "" }: NetworkPlan,
): Promise<PlannedNetwork> {
	const {
		seed,
		threads,
		planner,
		data: { sampleShape },
	} = context;
	const name = `${folder}${networkName(part)}`;
	// A specialist is the generalist's network, read from its file.
	const cores = coresOf({ ...generalist, batch: job.network.batch }, sampleShape, threads);
	const label = `seed ${String(seed)}, ${name.replace("/", ": ")}`;
	return { part, name, step: await planner.add("train", label, { ...job, data, threads }, { cores }) };
}

/** The file that a network's training leaves. */
export function fileOf({ context }: PlannedSeed, { step }: PlannedNetwork): StepFile {
	return context.planner.fileOf(step, modelFile);
}

/** A network as a teacher or a member: its file, and what it answers. */
export function logitsOf(seed: PlannedSeed, network: PlannedNetwork) {
	return { file: fileOf(seed, network), name: `${network.name}.onnx`, outputs: "logits" } as const;
}

/** A training of the generalist's network on labels. */
export function hardJob({ generalist }: RunSpecializeRecipe, seed: number, epochs = generalist.epochs): Job {
	return { network: { ...generalist, epochs }, loss: hardTargets, seed };
}

/** A network that goes on from a generalist's file. */
export function fromFile(file: StepFile, learning: RunSpecializeRecipe["specialist"]): Job["network"] {
	return { family: "file", file, head: "keep", ...learning };
}
