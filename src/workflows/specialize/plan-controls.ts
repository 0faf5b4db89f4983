/** What specialists are compared with, planned. */
import { type EnsembleSource, memberSeed, together } from "../../distill/teachers/sources.js";
import type { ByReference, StepFile } from "../../pipeline/references.js";
import { modelFile } from "../../pipeline/steps.js";
import {
	fileOf,
	hardJob,
	type Job,
	logitsOf,
	type PlannedNetwork,
	type PlannedSeed,
	planNetwork,
} from "./plan-network.js";
import { type PlannedSpecialists, planSpecialists } from "./plan-specialists.js";
import { specialistEpochs } from "./recipe.js";
import type { ControlName, SpecializeRole } from "./report.js";

/** What specialists are compared with. */
export interface PlannedControls {
	readonly networks: readonly PlannedNetwork[];
	/** What was trained for each beside the generalist. */
	readonly trained: Readonly<Partial<Record<ControlName, readonly PlannedNetwork[]>>>;
	/** What is evaluated for each. */
	readonly models: Readonly<Partial<Record<ControlName, StepFile | ByReference<EnsembleSource>>>>;
	readonly random: PlannedSpecialists | undefined;
}

const controlFolder = "controls/";

/** Plans what a recipe compares a generalist's specialists with. */
export async function planControls(seed: PlannedSeed, generalist: PlannedNetwork): Promise<PlannedControls> {
	const { recipe, context } = seed;
	const { controls, clustering } = recipe;
	const more = specialistEpochs(recipe, context.data.classes);
	const folder = controlFolder;
	const train = (role: SpecializeRole, job: Job): Promise<PlannedNetwork> =>
		planNetwork(seed, { part: { role }, job, folder });
	const longer = controls.longer
		? await train("longer", hardJob(recipe, context.seed, recipe.generalist.epochs + more))
		: undefined;
	const second = controls.ensemble
		? await train("second", hardJob(recipe, memberSeed(context.seed, 1), more))
		: undefined;
	const random = controls.random
		? await planSpecialists(seed, {
				role: "random",
				clustering: { name: "random", of: clustering },
				generalist,
				folder,
			})
		: undefined;
	return {
		networks: [longer, second].filter((network) => network !== undefined).concat(random?.networks ?? []),
		trained: {
			...(longer === undefined ? {} : { longer: [longer] }),
			...(second === undefined ? {} : { ensemble: [second] }),
			...(random === undefined ? {} : { random: random.networks }),
		},
		models: {
			...(longer === undefined ? {} : { longer: fileOf(seed, longer) }),
			...(second === undefined ? {} : { ensemble: together(logitsOf(seed, generalist), logitsOf(seed, second)) }),
			...(random === undefined ? {} : { random: context.planner.fileOf(random.combined, modelFile) }),
		},
		random,
	};
}
