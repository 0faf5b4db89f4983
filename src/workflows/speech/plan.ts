import { join } from "node:path";
import { diagnose } from "../../distill/diagnosis/index.js";
import { type EnsembleSource, memberSeed, together } from "../../distill/teachers/sources.js";
import { LimbeckError } from "../../errors.js";
import { writeFileAtomic } from "../../files.js";
import { distillationOptions, hardTargets, type LossOptions } from "../../losses/index.js";
import { coresOf } from "../../pipeline/cores.js";
import { identifySpeech } from "../../pipeline/data-identity.js";
import { runFiles } from "../../pipeline/output-folder.js";
import type { PlannedStep } from "../../pipeline/plan.js";
import type { ByReference, StepFile } from "../../pipeline/references.js";
import { executeRun, planLines } from "../../pipeline/run.js";
import type { PlanLine, Run, RunOptions, SeedContext, SeedEvent, SeedPlan } from "../../pipeline/run-types.js";
import { modelFile, type PlannedInput, type StepInput } from "../../pipeline/steps.js";
import { alignmentFiles } from "../../speech/alignment-file.js";
import { fsddSpeakers } from "../../speech/corpora/options.js";
import { speechEvidence } from "./evidence.js";
import type { SpeechRecipe } from "./recipe.js";
import {
	assembleFolds,
	assembleSpeechReport,
	candidateName,
	memberName,
	type SpeechFoldsReport,
	type SpeechReport,
	type SpeechSeedResult,
} from "./report.js";

/** A training event, and which net's it is. */
export type SpeechEvent = SeedEvent & { readonly network: string };

/** How an experiment with speech runs. */
export type SpeechRunOptions = RunOptions<SpeechEvent>;

/**
 * Runs an experiment with speech (Hinton et al. 2015, §4 and §6): the corpus is aligned once for all seeds; for every seed
 * nets that differ in their seeds alone, the ensemble of them distilled into one at each temperature, and, where the
 * recipe has it, nets that learn from few strings; then all of them are judged: choices on validation, and once, at the
 * end, the test.
 *
 * Leaves in `out`: the nets of the first seed (`net-1.onnx`, `distilled-T2.onnx` and so on), those of the others in
 * `seed-N/`, `metrics.jsonl`, `details.json` and `report.json`.
 *
 * @throws LimbeckError of every category.
 */
export function speech(recipe: SpeechRecipe, options: SpeechRunOptions): Promise<SpeechReport> {
	return executeRun(runOf(recipe), options);
}

/** The steps of {@link speech}, and which of them are in the store. */
export function planSpeech(recipe: SpeechRecipe, options: SpeechRunOptions): Promise<readonly PlanLine[]> {
	return planLines(runOf(recipe), options);
}

/**
 * {@link speech} with each speaker held out in turn: the test is a speaker whom no net has heard. Each has a folder in `out`
 * that bears the name; `report.json` in `out` holds all.
 *
 * @throws LimbeckError of every category.
 */
export async function speechFolds(recipe: SpeechRecipe, options: SpeechRunOptions): Promise<SpeechFoldsReport> {
	const folds: Record<string, SpeechReport> = {};
	for (const [speaker, fold] of foldsOf(recipe)) {
		folds[speaker] = await speech(fold, { ...options, out: join(options.out, speaker) });
	}
	const report = assembleFolds(folds);
	await writeFileAtomic(join(options.out, runFiles.report), `${JSON.stringify(report, undefined, "\t")}\n`);
	return report;
}

/** The steps of {@link speechFolds}. */
export async function planSpeechFolds(recipe: SpeechRecipe, options: SpeechRunOptions): Promise<readonly PlanLine[]> {
	const lines: PlanLine[] = [];
	for (const [speaker, fold] of foldsOf(recipe)) {
		for (const line of await planSpeech(fold, options)) lines.push({ ...line, label: `${speaker}, ${line.label}` });
	}
	return lines;
}

function foldsOf(recipe: SpeechRecipe): readonly (readonly [speaker: string, fold: SpeechRecipe])[] {
	const { data } = recipe;
	if (data.name === "fsdd") return fsddSpeakers.map((heldOut) => [heldOut, { ...recipe, data: { ...data, heldOut } }]);
	throw new LimbeckError("usage", {
		where: "--held-out",
		expected: "fsdd, whose speakers are known",
		got: data.name,
		hint: "Give the table of your recordings a column split.",
	});
}

function runOf(recipe: SpeechRecipe): Run<SpeechEvent, SpeechSeedResult, SpeechReport> {
	const { data, context, features, hmm, strings } = recipe;
	return {
		command: "speech",
		recipe,
		identify: (store, how) => identifySpeech(store, { data, context, features, hmm, strings }, how),
		planSeed: (seedContext) => planSeed(recipe, seedContext),
		assemble: (results, environment, created) => ({
			...assembleSpeechReport(recipe, results, environment, created),
			diagnosis: diagnose(speechEvidence(recipe, results)),
		}),
	};
}

/** Nets of a seed by their names. */
type Nets = Map<string, PlannedStep<"train">>;

async function planSeed(recipe: SpeechRecipe, context: SeedContext): Promise<SeedPlan<SpeechEvent, SpeechSeedResult>> {
	const { planner, threads, seed } = context;
	const { data, features, context: frames, hmm, strings, alignment, network, members, penalties } = recipe;
	const aligned = await planner.add(
		"align",
		"alignment",
		{ data, features, context: frames, hmm, strings, alignment, network, threads },
		{ cores: threads },
	);
	const nets: Nets = new Map();
	const train = trainerOf(context, planner.fileOf(aligned, alignmentFiles.frames), nets);
	const names = Array.from({ length: members }, (_, k) => memberName(k + 1));
	for (const [k, name] of names.entries()) await train(name, { network, loss: hardTargets, seed: memberSeed(seed, k) });
	const together = sourceOf(names, nets, context);
	const choices: Record<string, readonly string[]> = {};
	const teach = async (choice: string, lesson: Pick<NetJob, "network" | "teacher">): Promise<void> => {
		choices[choice] = recipe.temperatures.map((temperature) => candidateName(choice, temperature));
		for (const temperature of recipe.temperatures) {
			const loss = softTargets(temperature, recipe.hardWeight);
			await train(candidateName(choice, temperature), { ...lesson, loss, seed, targets: { precision: "float32" } });
		}
	};
	if (members > 1) {
		const { layers = network.layers, units = network.units, epochs = network.epochs } = recipe.student ?? {};
		const student = { ...network, layers, units, epochs };
		// What the ensemble teaches is told from what another size or more epochs bring.
		if (recipe.student !== undefined) await train("student-alone", { network: student, loss: hardTargets, seed });
		await teach("distilled", { network: student, teacher: together });
	}
	if (recipe.few !== undefined) {
		const { share, shareSeed, epochs, batch } = recipe.few;
		const few = { ...network, epochs, batch, fraction: share, fractionSeed: shareSeed };
		await train("few-hard", { network: few, loss: hardTargets, seed });
		await train("few-stopped", { network: { ...few, keep: "best" }, loss: hardTargets, seed });
		await teach("few-soft", { network: few, teacher: sourceOf(names.slice(0, 1), nets, context) });
	}
	const models = {
		...Object.fromEntries(Array.from(nets, ([name, step]) => [name, planner.fileOf(step, modelFile)])),
		...(members > 1 ? { ensemble: together } : {}),
	};
	const judged = await planner.add(
		"recognize",
		`seed ${String(seed)}, evaluation`,
		{ data, strings, penalties, alignment: planner.fileOf(aligned, alignmentFiles.models), models, choices, threads },
		{ cores: threads },
	);
	return {
		networks: Array.from(nets, ([name, step]) => ({ name, step, about: { network: name } })),
		others: [aligned, judged],
		result: (outputOf) => ({
			seed,
			aligned: outputOf(aligned),
			trained: Object.fromEntries(Array.from(nets, ([name, step]) => [name, outputOf(step)])),
			judged: outputOf(judged),
		}),
	};
}

const softTargets = (temperature: number, hardWeight: number): LossOptions =>
	distillationOptions.parse({ name: "soft-targets", temperature, hardWeight });

/** The training of a net. */
type NetJob = Omit<StepInput<"train">, "data" | "threads" | "trainAccuracy" | "teacher"> &
	Pick<PlannedInput<"train">, "teacher">;

/** Plans the training of a net on the frames of an alignment. */
function trainerOf(
	{ planner, seed, threads, data }: SeedContext,
	file: StepFile,
	nets: Nets,
): (name: string, job: NetJob) => Promise<void> {
	return async (name, job) => {
		const cores = coresOf(job.network, data.sampleShape, threads);
		const options = { ...job, data: { name: "frames", file }, threads, trainAccuracy: true } as const;
		nets.set(name, await planner.add("train", `seed ${String(seed)}, ${name}`, options, { cores }));
	};
}

/** Nets of this run that answer as one. */
function sourceOf(names: readonly string[], nets: Nets, { planner }: SeedContext): ByReference<EnsembleSource> {
	const members = names.map((name) => {
		const step = nets.get(name);
		if (step === undefined) throw new TypeError(`speech: expected ${name} to be planned before what it teaches`);
		return { file: planner.fileOf(step, modelFile), name: `${name}.onnx`, outputs: "logits" } as const;
	});
	return together(...members);
}
