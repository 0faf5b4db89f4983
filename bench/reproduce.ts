/**
 * Long runs whose figures stand in docs/results.md: `npm run reproduce -- mnist --data FOLDER [--seeds 1,2,3] [--out DIR]`.
 * Prints a Markdown table on stdout and leaves every model, and the figures as results.json, in the output folder.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import type { Evaluation } from "../dist/distill/evaluate.js";
import type { NetworkOptions } from "../dist/distill/networks.js";
import { parseRecipe } from "../dist/distill/recipe.js";
import { recipes } from "../dist/distill/recipes.js";
import { fileSource, membersOf } from "../dist/distill/teachers/sources.js";
import type { LossOptions } from "../dist/losses/index.js";
import { summary } from "../dist/metrics/index.js";
import { describeEnvironment } from "../dist/pipeline/environment.js";
import { runStep } from "../dist/pipeline/run-step.js";
import type { StepOutput } from "../dist/pipeline/steps.js";

/** One network of the experiment. */
interface Network {
	readonly title: string;
	readonly network: NetworkOptions;
	readonly loss: LossOptions;
	readonly teacher?: string;
}

const mnist = parseRecipe(recipes.mnist);
const [first] = membersOf(mnist.teacher);
if (first === undefined || !("network" in first) || first.network.family === "file") {
	throw new TypeError("recipe mnist: expected a teacher to train, got a file");
}
const teacher = first.network;
const hard: LossOptions = { name: "cross-entropy" };

/** Hinton et al. 2015, §3, and the same student with a jittered transfer set. In order: a teacher before its students. */
const networks: Readonly<Record<string, Network>> = {
	teacher: { title: "teacher 784-1200-1200-10", network: teacher, loss: hard },
	baseline: { title: "student 784-800-800-10, alone", network: { ...mnist.student, ...mnist.baseline }, loss: hard },
	student: {
		title: "student, distilled, T = 20",
		network: mnist.student,
		loss: mnist.distillation,
		teacher: "teacher",
	},
	jittered: {
		title: "student, distilled, T = 20, jittered transfer set",
		network: { ...mnist.student, jitter: teacher.jitter, epochs: 60 },
		loss: mnist.distillation,
		teacher: "teacher",
	},
};

/** What is kept of a network beside its file, so that a run that was stopped goes on where it was. */
type Outcome = StepOutput<"train">;

interface Options {
	readonly data?: string;
	readonly seeds: string;
	readonly out: string;
	readonly networks: string;
}

async function reproduceMnist(options: Options): Promise<void> {
	const data = { ...mnist.data, ...(options.data === undefined ? {} : { directory: options.data }) };
	const threads = availableParallelism();
	const names = options.networks.split(",");
	const seeds = options.seeds.split(",").map(Number);
	const folder = (seed: number): string => join(options.out, `seed-${seed}`);
	const outcomes = new Map<string, Outcome[]>();
	for (const name of names) {
		const one = networks[name];
		if (one === undefined)
			throw new RangeError(`--networks: expected some of ${Object.keys(networks).join()}, got ${name}`);
		outcomes.set(name, []);
		for (const seed of seeds) {
			await mkdir(folder(seed), { recursive: true });
			const output = join(folder(seed), `${name}.onnx`);
			const taught =
				one.teacher === undefined ? {} : { teacher: fileSource(join(folder(seed), `${one.teacher}.onnx`)) };
			const outcome =
				(await readOutcome(output)) ??
				(await runStep("train", { data, network: one.network, loss: one.loss, seed, threads, output, ...taught }));
			await writeFile(`${output}.json`, JSON.stringify(outcome));
			outcomes.get(name)?.push(outcome);
			console.error(
				`seed ${seed}, ${name}: ${outcome.validationErrors} validation errors, ${outcome.trainSeconds.toFixed(0)} s`,
			);
		}
	}
	const evaluations = new Map<string, Evaluation[]>(names.map((name) => [name, []]));
	for (const seed of seeds) {
		const models = Object.fromEntries(names.map((name) => [name, join(folder(seed), `${name}.onnx`)]));
		const evaluated = await runStep("evaluate", { data, threads, models });
		for (const name of names)
			evaluations.get(name)?.push(...[evaluated.models[name]].filter((one) => one !== undefined));
	}
	const environment = await describeEnvironment(threads);
	console.log(
		`Seeds ${seeds.join(", ")}; ${environment.cpu}; ONNX Runtime ${environment.onnxruntime}; Node ${environment.node}.\n`,
	);
	console.log("| net | test errors | mean ± std | NLL | training |\n|---|---|---|---|---|");
	for (const name of names) {
		const errors = summary((evaluations.get(name) ?? []).map((one) => one.errors));
		const nll = summary((evaluations.get(name) ?? []).map((one) => one.nll));
		const seconds = summary((outcomes.get(name) ?? []).map((one) => one.trainSeconds));
		const spread = `${errors.mean.toFixed(1)} ± ${(errors.std ?? 0).toFixed(1)}`;
		const title = networks[name]?.title ?? name;
		console.log(
			`| ${title} | ${errors.values.join(", ")} | ${spread} | ${nll.mean.toFixed(4)} | ${(seconds.mean / 60).toFixed(1)} min |`,
		);
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
program
	.command("mnist")
	.description("the paper's MNIST table (§3)")
	.option("--data <folder>", "folder with MNIST's files")
	.option("--seeds <list>", "the seeds", "1,2,3")
	.option("--out <folder>", "folder for models and figures", "runs/mnist")
	.option("--networks <names>", "which networks, teachers first", Object.keys(networks).join())
	.action(reproduceMnist);
await program.parseAsync();
