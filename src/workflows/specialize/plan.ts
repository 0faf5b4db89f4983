import { refuseOthers } from "../../data/class-data.js";
import { taskNameOf } from "../../data/options.js";
import { fitRecipe } from "../../distill/data-fit.js";
import { diagnose } from "../../distill/diagnosis/index.js";
import { learnedPartOf } from "../../distill/networks.js";
import { manifestFile } from "../../distill/specialists/manifest.js";
import { together } from "../../distill/teachers/sources.js";
import { identifyData } from "../../pipeline/data-identity.js";
import { keptAnswers } from "../../pipeline/experiment.js";
import type { PlannedStep } from "../../pipeline/plan.js";
import { executeRun, planLines } from "../../pipeline/run.js";
import type { PlanLine, Run, RunOptions, SeedContext, SeedPlan } from "../../pipeline/run-types.js";
import { modelFile, type PlannedInput } from "../../pipeline/steps.js";
import { specializeEvidence } from "./evidence.js";
import { type PlannedControls, planControls } from "./plan-controls.js";
import {
	fileOf,
	fromFile,
	type Job,
	type PlannedNetwork,
	type PlannedSeed,
	planNetwork,
	type SpecializeEvent,
} from "./plan-network.js";
import { type PlannedSpecialists, planGroup } from "./plan-specialists.js";
import type { RunSpecializeRecipe, SpecializeRecipe } from "./recipe.js";
import { assembleSpecializeReport, type SpecializeReport, type SpecializeSeedResult } from "./report.js";

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
	refuseOthers({ task: taskNameOf(recipe.data) }, "specialists");
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

/** All that is planned for a seed. */
interface Planned {
	readonly generalist: PlannedNetwork;
	readonly specialists: PlannedSpecialists;
	readonly distilled: PlannedNetwork;
	readonly controls: PlannedControls;
}

async function planSeed(
	recipe: RunSpecializeRecipe,
	context: SeedContext,
): Promise<SeedPlan<SpecializeEvent, SpecializeSeedResult>> {
	const planned: PlannedSeed = { recipe, context };
	const { seed, planner } = context;
	const group = await planGroup(planned);
	const { generalist, specialists } = group;
	const distilled = await planDistilled(planned, group);
	const controls = await planControls(planned, generalist);
	const evaluation = await planEvaluation(planned, { ...group, distilled, controls });
	const networks = [generalist, ...specialists.networks, distilled, ...controls.networks];
	return {
		networks: networks.map(({ name, step, part }) => ({ name, step, about: part })),
		files: [
			{ name: "combined.onnx", from: planner.fileOf(specialists.combined, modelFile) },
			{ name: manifestFile, from: planner.fileOf(specialists.combined, manifestFile) },
		],
		others: [specialists.clusters, specialists.combined, evaluation],
		result: (outputOf) => ({
			seed,
			chosen: outputOf(specialists.clusters),
			trained: {
				generalist: outputOf(generalist.step),
				specialists: specialists.networks.map(({ step }) => outputOf(step)),
				distilled: outputOf(distilled.step),
				controls: Object.fromEntries(
					Object.entries(controls.trained).map(([name, list]) => [name, list.map(({ step }) => outputOf(step))]),
				),
			},
			evaluated: outputOf(evaluation),
		}),
	};
}

/** A network like the generalist, taught by it and its specialists together. */
function planDistilled(
	planned: PlannedSeed,
	{ generalist, specialists }: Pick<Planned, "generalist" | "specialists">,
): Promise<PlannedNetwork> {
	const { recipe, context } = planned;
	const { start, ...learning } = recipe.student;
	const network =
		start === "afresh" ? { ...recipe.generalist, ...learning } : fromFile(fileOf(planned, generalist), learning);
	const file = context.planner.fileOf(specialists.combined, modelFile);
	const job: Job = {
		network,
		loss: recipe.distillation,
		seed: context.seed,
		teacher: together({ file, name: "combined.onnx", outputs: "probabilities" }),
		...keptAnswers(network),
	};
	return planNetwork(planned, { part: { role: "distilled" }, job });
}

/** All on the test set. */
function planEvaluation(
	planned: PlannedSeed,
	{ generalist, specialists, distilled, controls }: Planned,
): Promise<PlannedStep<"evaluate">> {
	const { data, generalist: whole } = planned.recipe;
	const { seed, threads, planner } = planned.context;
	const models = {
		generalist: fileOf(planned, generalist),
		combined: planner.fileOf(specialists.combined, modelFile),
		distilled: fileOf(planned, distilled),
		...controls.models,
	};
	const others = Object.keys(models).filter((name) => name !== "combined" && name !== "distilled");
	const { random } = controls;
	const options: PlannedInput<"evaluate"> = {
		data,
		threads,
		models,
		coverage: [
			{ name: "chosen", clusters: specialists.classes, models: Object.keys(models) },
			...(random === undefined ? [] : [{ name: "random", clusters: random.classes, models: ["generalist", "random"] }]),
		],
		fidelity: [["distilled", "combined"]],
		compare: [...others.map((name) => ["combined", name] as const), ["distilled", "generalist"]],
		learned: { generalist: learnedPartOf(whole), distilled: learnedPartOf(distilled.step.options.network) },
	};
	return planner.add("evaluate", `seed ${String(seed)}, evaluation`, options, { cores: threads });
}
