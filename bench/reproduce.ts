/**
 * Long runs whose figures stand in docs/results.md: `npm run reproduce -- NAME --data FOLDER [--seeds 1,2,3] [--out DIR]`.
 * Prints a Markdown table on stdout and leaves every model in the output folder. A run that was stopped goes on with the
 * networks that are not there yet.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { type EvaluateOutcome, isLabelled } from "../dist/distill/evaluate.js";
import { type EnsembleSource, fileSource, memberSeed } from "../dist/distill/teachers/sources.js";
import { summary } from "../dist/metrics/index.js";
import { describeEnvironment } from "../dist/pipeline/environment.js";
import { runStep } from "../dist/pipeline/run-step.js";
import type { StepOutput } from "../dist/pipeline/steps.js";
import { type Experiment, experiments, type Network, type Sizes } from "./experiments.js";

/** What is kept of a network beside its file. */
type Outcome = StepOutput<"train">;

interface Options extends Omit<Sizes, "epochs" | "teacherEpochs" | "members"> {
	readonly data?: string;
	readonly seeds: string;
	readonly networks?: string;
	readonly epochs?: string;
	readonly teacherEpochs?: string;
	readonly members?: string;
}

/** A run of an experiment. */
interface Run {
	readonly experiment: Experiment;
	readonly seeds: readonly number[];
	readonly names: readonly string[];
	readonly threads: number;
	readonly out: string;
}

async function reproduce(name: keyof typeof experiments, options: Options): Promise<void> {
	const { out, data: folder } = options;
	await mkdir(out, { recursive: true });
	const numberOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
	const { of } = experiments[name];
	const { data, networks, ensembles } = await of({
		...{ out, teacher: options.teacher, student: options.student },
		...{ epochs: numberOf(options.epochs), teacherEpochs: numberOf(options.teacherEpochs) },
		members: numberOf(options.members),
	});
	const experiment = {
		...{ networks, ensembles },
		data: { ...data, ...(folder === undefined ? {} : { directory: folder }) } as Experiment["data"],
	};
	const run: Run = {
		experiment,
		out,
		seeds: options.seeds.split(",").map(Number),
		names: options.networks?.split(",") ?? Object.keys(networks),
		threads: availableParallelism(),
	};
	const outcomes = await trainAll(run);
	print(run, outcomes, await evaluateAll(run));
	const { cpu, onnxruntime, node } = await describeEnvironment(run.threads);
	console.log(`\nSeeds ${run.seeds.join(", ")}; ${cpu}; ONNX Runtime ${onnxruntime}; Node ${node}.`);
}

function networkOf({ experiment }: Run, name: string): Network {
	const one = experiment.networks[name];
	if (one !== undefined) return one;
	throw new RangeError(`--networks: expected some of ${Object.keys(experiment.networks).join()}, got ${name}`);
}

function fileOf(run: Run, name: string, seed: number): string {
	const { shared } = networkOf(run, name);
	return join(run.out, shared === true ? "shared" : `seed-${seed}`, `${name}.onnx`);
}

/** What networks answer together. */
function sourceOf(run: Run, names: readonly string[], seed: number): EnsembleSource {
	return {
		members: names.flatMap((name) => fileSource(fileOf(run, name, seed)).members),
		combine: "arithmetic",
	};
}

async function trainAll(run: Run): Promise<ReadonlyMap<string, readonly Outcome[]>> {
	const { experiment, seeds, names, threads, out } = run;
	const outcomes = new Map<string, Outcome[]>(names.map((name) => [name, []]));
	// Seed by seed, so that a table of fewer seeds is there before one of more.
	for (const seed of seeds) {
		for (const name of names) {
			const { network, loss, teachers, member, stored } = networkOf(run, name);
			const output = fileOf(run, name, seed);
			await mkdir(join(output, ".."), { recursive: true });
			const before = await readOutcome(output);
			const outcome =
				before ??
				(await runStep("train", {
					...{ data: experiment.data, network, loss, threads, output },
					seed: member === undefined ? seed : memberSeed(seed, member),
					...(teachers === undefined ? {} : { teacher: sourceOf(run, teachers, seed) }),
					...(stored === true ? { store: { folder: join(out, "store"), precision: "float16" as const } } : {}),
				}));
			await writeFile(`${output}.json`, JSON.stringify(outcome));
			outcomes.get(name)?.push(outcome);
			const { validationErrors, trainSeconds } = outcome;
			const found = before === undefined ? "" : " (found)";
			console.error(
				`seed ${seed}, ${name}: ${validationErrors ?? NaN} validation errors, ${trainSeconds.toFixed(0)} s${found}`,
			);
		}
	}
	return outcomes;
}

async function evaluateAll(run: Run): Promise<readonly EvaluateOutcome[]> {
	const { experiment, seeds, names, threads } = run;
	const together = Object.entries(experiment.ensembles).filter(([, of]) => of.every((name) => names.includes(name)));
	const outcomes: EvaluateOutcome[] = [];
	for (const seed of seeds) {
		const models = Object.fromEntries<string | EnsembleSource>([
			...names.map((name) => [name, fileOf(run, name, seed)] as const),
			...together.map(([name, of]) => [name, sourceOf(run, of, seed)] as const),
		]);
		outcomes.push(await runStep("evaluate", { data: experiment.data, threads, models }));
	}
	return outcomes;
}

function print(
	run: Run,
	outcomes: ReadonlyMap<string, readonly Outcome[]>,
	evaluated: readonly EvaluateOutcome[],
): void {
	console.log("| net | test errors | mean ± std | accuracy | NLL | parameters | validation errors | training |");
	console.log("|---|---|---|---|---|---|---|---|");
	for (const name of Object.keys(evaluated[0]?.models ?? {})) {
		const measured = evaluated.flatMap(({ models }) => models[name] ?? []).filter(isLabelled);
		const trained = outcomes.get(name) ?? [];
		const errors = summary(measured.map((one) => one.errors));
		const mean = (values: readonly number[], digits: number): string =>
			values.length === 0 ? "–" : summary(values).mean.toFixed(digits);
		const minutes = mean(
			trained.map((one) => one.trainSeconds / 60),
			1,
		);
		const cells = [
			run.experiment.networks[name]?.title ?? name,
			errors.values.join(", "),
			`${errors.mean.toFixed(1)} ± ${(errors.std ?? 0).toFixed(1)}`,
			`${mean(
				measured.map((one) => 100 * one.accuracy),
				2,
			)} %`,
			mean(
				measured.map((one) => one.nll),
				4,
			),
			String(measured[0]?.parameters ?? ""),
			trained.map((one) => one.validationErrors).join(", "),
			`${minutes} min`,
		];
		console.log(`| ${cells.join(" | ")} |`);
	}
}

/** The outcome of a training that an earlier run finished. */
async function readOutcome(output: string): Promise<Outcome | undefined> {
	try {
		// Written by this script.
		return JSON.parse(await readFile(`${output}.json`, "utf8")) as Outcome;
	} catch {
		return undefined;
	}
}

const program = new Command("reproduce");
for (const [name, { about, seeds }] of Object.entries(experiments)) {
	program
		.command(name)
		.description(about)
		.option("--data <folder>", "folder with the data set's files")
		.option("--seeds <list>", "the seeds", seeds)
		.option("--out <folder>", "folder for models and figures", `runs/${name}`)
		.option("--networks <names>", "which networks, teachers first (default: all)")
		.option("--teacher <spec>", "another teacher, such as resnet:14x4")
		.option("--student <spec>", "another student, such as resnet:8x4")
		.option("--epochs <count>", "epochs of the students")
		.option("--teacher-epochs <count>", "epochs of the teacher")
		.option("--members <count>", "members of an ensemble")
		// The names are those of the table.
		.action((options: Options) => reproduce(name as keyof typeof experiments, options));
}
await program.parseAsync();
