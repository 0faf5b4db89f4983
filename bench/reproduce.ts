/**
 * Long runs whose figures stand in docs/results.md: `npm run reproduce -- NAME --data FOLDER [--seeds 1,2,3] [--out DIR]`.
 * Prints a Markdown table on stdout; models are kept in a store in the output folder. A run that was stopped goes on
 * where it was.
 */
import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { isLabelled } from "../dist/distill/evaluation.js";
import { summary } from "../dist/metrics/index.js";
import { identifyData } from "../dist/pipeline/data-identity.js";
import { drive, outputs, type StepNews } from "../dist/pipeline/drive.js";
import { describeEnvironment } from "../dist/pipeline/environment.js";
import { type ExperimentResult, planExperiment } from "../dist/pipeline/experiment.js";
import { localExecutor } from "../dist/pipeline/local-executor.js";
import { openPlanner, type PlannedStep } from "../dist/pipeline/plan.js";
import { openStore } from "../dist/store/open-store.js";
import { experiments, type Sizes, type TitledExperiment } from "./experiments.js";

interface Options extends Omit<Sizes, "firstSeed" | "epochs" | "teacherEpochs" | "members"> {
	readonly data?: string;
	readonly seeds: string;
	readonly networks?: string;
	readonly epochs?: string;
	readonly teacherEpochs?: string;
	readonly members?: string;
}

async function reproduce(name: keyof typeof experiments, options: Options): Promise<void> {
	const { out, data: folder } = options;
	await mkdir(out, { recursive: true });
	const numberOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
	const seeds = options.seeds.split(",").map(Number);
	const { of } = experiments[name];
	const whole = await of({
		out,
		firstSeed: seeds[0] ?? 1,
		teacher: options.teacher,
		student: options.student,
		epochs: numberOf(options.epochs),
		teacherEpochs: numberOf(options.teacherEpochs),
		members: numberOf(options.members),
	});
	const experiment: TitledExperiment = {
		...only(whole, options.networks?.split(",") ?? Object.keys(whole.networks)),
		data: { ...whole.data, ...(folder === undefined ? {} : { directory: folder }) },
	};
	const threads = availableParallelism();
	const store = openStore(join(out, "store"));
	const data = await identifyData(store.rooms, experiment.data, {});
	const planner = openPlanner({ ...data, placeOn: () => Promise.resolve(undefined) });
	const plans: Awaited<ReturnType<typeof planExperiment>>[] = [];
	for (const seed of seeds) plans.push(await planExperiment(experiment, { seed, threads, data, planner }));
	const wanted = plans.flatMap(({ networks, others }) => [...networks.map(({ step }) => step), ...others]);
	const finished = await drive(
		planner.steps,
		wanted.map(({ key }) => key),
		{ store, executor: localExecutor({ store }), onStep: tell },
	);
	const outputOf = outputs(finished);
	print(
		experiment,
		plans.map(({ result }) => result(outputOf)),
	);
	const { cpu, onnxruntime, node } = await describeEnvironment(threads);
	console.log(`\nSeeds ${seeds.join(", ")}; ${cpu}; ONNX Runtime ${onnxruntime}; Node ${node}.`);
}

/** The networks of those names, and the ensembles of which all members are among them. */
function only({ networks, ensembles, ...others }: TitledExperiment, names: readonly string[]): TitledExperiment {
	const chosen = names.map((name) => {
		const network = networks[name];
		if (network !== undefined) return [name, network] as const;
		throw new RangeError(`--networks: expected some of ${Object.keys(networks).join()}, got ${name}`);
	});
	const whole = Object.entries(ensembles).filter(([, members]) => members.every((one) => names.includes(one)));
	return { ...others, networks: Object.fromEntries(chosen), ensembles: Object.fromEntries(whole) };
}

function tell({ label }: PlannedStep, what: StepNews): void {
	console.error(`${new Date().toISOString()} ${label}: ${what}`);
}

function print({ networks }: TitledExperiment, results: readonly ExperimentResult[]): void {
	console.log("| net | test errors | mean ± std | accuracy | NLL | parameters | validation errors | training |");
	console.log("|---|---|---|---|---|---|---|---|");
	for (const name of Object.keys(results[0]?.evaluated.models ?? {})) {
		const measured = results.flatMap(({ evaluated }) => evaluated.models[name] ?? []).filter(isLabelled);
		const trained = results.flatMap((result) => result.trained[name] ?? []);
		const errors = summary(measured.map((one) => one.errors));
		const mean = (values: readonly number[], digits: number): string =>
			values.length === 0 ? "–" : summary(values).mean.toFixed(digits);
		const minutes = mean(
			trained.map((one) => one.trainSeconds / 60),
			1,
		);
		const cells = [
			networks[name]?.title ?? name,
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
