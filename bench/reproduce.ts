/**
 * Long runs whose figures stand in docs/results.md: `npm run reproduce -- NAME --data FOLDER [--seeds 1,2,3] [--out DIR]`.
 * Prints a Markdown table on stdout; models are kept in a store in the output folder. A run that was stopped goes on
 * where it was.
 */
import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { type EvaluateOutcome, isLabelled } from "../dist/distill/evaluate.js";
import { type EnsembleSource, fileSource, memberSeed } from "../dist/distill/teachers/sources.js";
import { summary } from "../dist/metrics/index.js";
import { coresOf } from "../dist/pipeline/cores.js";
import { identifyData } from "../dist/pipeline/data-identity.js";
import { drive, outputs, type StepNews } from "../dist/pipeline/drive.js";
import { describeEnvironment } from "../dist/pipeline/environment.js";
import { localExecutor } from "../dist/pipeline/local-executor.js";
import { openPlanner, type PlannedStep, type Planner } from "../dist/pipeline/plan.js";
import { modelFile, type StepOutput } from "../dist/pipeline/steps.js";
import { openStore } from "../dist/store/store.js";
import { type Experiment, experiments, type Network, type Sizes } from "./experiments.js";

/** What is known of a trained network beside its file. */
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

/** The steps of one seed. */
interface SeedSteps {
	readonly networks: ReadonlyMap<string, PlannedStep<"train">>;
	readonly evaluation: PlannedStep<"evaluate">;
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
	const store = openStore(join(out, "store"));
	const identity = await identifyData(store.folder, experiment.data, {});
	const planner = openPlanner({ folder: store.folder, ...identity });
	const bySeed = new Map<number, SeedSteps>();
	for (const seed of run.seeds) bySeed.set(seed, await planSeed(run, seed, planner, identity.sampleShape));
	const wanted = [...bySeed.values()].flatMap(({ networks, evaluation }) => [...networks.values(), evaluation]);
	const finished = await drive(
		planner.steps,
		wanted.map(({ key }) => key),
		{ store, executor: localExecutor({ store }), onStep: tell },
	);
	const outputOf = outputs(finished);
	const trained = new Map(
		run.names.map((one) => [
			one,
			[...bySeed.values()].flatMap(({ networks }) => {
				const step = networks.get(one);
				return step === undefined ? [] : [outputOf(step)];
			}),
		]),
	);
	const evaluated = [...bySeed.values()].map(({ evaluation }) => outputOf(evaluation));
	print(run, trained, evaluated);
	const { cpu, onnxruntime, node } = await describeEnvironment(run.threads);
	console.log(`\nSeeds ${run.seeds.join(", ")}; ${cpu}; ONNX Runtime ${onnxruntime}; Node ${node}.`);
}

function tell({ label }: PlannedStep, what: StepNews): void {
	console.error(`${new Date().toISOString()} ${label}: ${what}`);
}

function networkOf({ experiment }: Run, name: string): Network {
	const one = experiment.networks[name];
	if (one !== undefined) return one;
	throw new RangeError(`--networks: expected some of ${Object.keys(experiment.networks).join()}, got ${name}`);
}

/** The steps of one seed, teachers first. */
async function planSeed(run: Run, seed: number, planner: Planner, sampleShape: readonly number[]): Promise<SeedSteps> {
	const { experiment, names, threads } = run;
	const { data } = experiment;
	const networks = new Map<string, PlannedStep<"train">>();
	const sourceOf = (members: readonly string[]): EnsembleSource => ({
		combine: "arithmetic",
		members: members.flatMap((name) => {
			const step = networks.get(name);
			if (step === undefined) throw new RangeError(`--networks: expected ${name} before those that it teaches`);
			return fileSource(planner.fileOf(step, modelFile)).members;
		}),
	});
	for (const name of names) {
		const { network, loss, teachers, member, stored, shared } = networkOf(run, name);
		const own = shared === true ? (run.seeds[0] ?? seed) : seed;
		const options = {
			...{ data, network, loss, threads },
			seed: member === undefined ? own : memberSeed(own, member),
			...(teachers === undefined ? {} : { teacher: sourceOf(teachers) }),
			...(stored === true ? { targets: { precision: "float16" as const } } : {}),
		};
		const cores = coresOf(network, sampleShape, threads);
		networks.set(name, await planner.add("train", `seed ${seed}, ${name}`, options, { cores }));
	}
	const together = Object.entries(experiment.ensembles).filter(([, of]) => of.every((name) => names.includes(name)));
	const models = Object.fromEntries<string | EnsembleSource>([
		...[...networks].map(([name, step]) => [name, planner.fileOf(step, modelFile)] as const),
		...together.map(([name, of]) => [name, sourceOf(of)] as const),
	]);
	const evaluation = await planner.add(
		"evaluate",
		`seed ${seed}, evaluation`,
		{ data, threads, models },
		{ cores: threads },
	);
	return { networks, evaluation };
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
