/**
 * Long runs whose figures stand in docs/results.md: `npm run reproduce -- mnist --data FOLDER [--seeds 3] [--out DIR]`.
 * Prints a Markdown table on stdout and leaves every model, and the figures as results.json, in the output folder.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import type { Evaluation } from "../dist/distill/evaluate.js";
import { type NetworkOptions, parseRecipe } from "../dist/distill/recipe.js";
import { recipes } from "../dist/distill/recipes.js";
import type { LossOptions } from "../dist/losses/index.js";
import { summary } from "../dist/metrics/index.js";
import { describeEnvironment } from "../dist/pipeline/environment.js";
import { runStep } from "../dist/pipeline/run-step.js";

/** One network of the experiment. */
interface Network {
	readonly title: string;
	readonly network: NetworkOptions;
	readonly loss: LossOptions;
	readonly teacher?: string;
}

const mnist = parseRecipe(recipes.mnist);
const hard: LossOptions = { name: "cross-entropy" };

/** Hinton et al. 2015, §3, and the same student with a jittered transfer set. In order: a teacher before its students. */
const networks: Readonly<Record<string, Network>> = {
	teacher: { title: "teacher 784-1200-1200-10", network: mnist.teacher, loss: hard },
	baseline: { title: "student 784-800-800-10, alone", network: { ...mnist.student, ...mnist.baseline }, loss: hard },
	student: {
		title: "student, distilled, T = 20",
		network: mnist.student,
		loss: mnist.distillation,
		teacher: "teacher",
	},
	jittered: {
		title: "student, distilled, T = 20, jittered transfer set",
		network: { ...mnist.student, epochs: 2 * mnist.student.epochs, jitter: mnist.teacher.jitter },
		loss: mnist.distillation,
		teacher: "teacher",
	},
};

async function reproduceMnist(options: {
	readonly data?: string;
	readonly seeds: string;
	readonly out: string;
}): Promise<void> {
	const data = { ...mnist.data, ...(options.data === undefined ? {} : { directory: options.data }) };
	const threads = availableParallelism();
	const rows = Object.keys(networks).map((name) => ({
		name,
		evaluations: [] as Evaluation[],
		seconds: [] as number[],
	}));
	const seeds = Array.from({ length: Number(options.seeds) }, (_, index) => index + 1);
	for (const seed of seeds) {
		const folder = join(options.out, `seed-${seed}`);
		await mkdir(folder, { recursive: true });
		const file = (name: string): string => join(folder, `${name}.onnx`);
		for (const { name, seconds } of rows) {
			const one = networks[name];
			if (one === undefined) continue;
			const { network, loss, teacher } = one;
			const taught = teacher === undefined ? {} : { teacher: file(teacher) };
			const outcome = await runStep("train", { data, network, loss, seed, threads, output: file(name), ...taught });
			seconds.push(outcome.trainSeconds);
			console.error(
				`seed ${seed}, ${name}: ${outcome.validationErrors} validation errors, ${outcome.trainSeconds.toFixed(0)} s`,
			);
		}
		const models = Object.fromEntries(rows.map(({ name }) => [name, file(name)]));
		const evaluated = await runStep("evaluate", { data, threads, models });
		for (const { name, evaluations } of rows) {
			const evaluation = evaluated.models[name];
			if (evaluation !== undefined) evaluations.push(evaluation);
		}
		await writeFile(join(options.out, "results.json"), JSON.stringify({ rows, networks }, undefined, "\t"));
	}
	const environment = await describeEnvironment(threads);
	console.log(
		`Seeds ${seeds.join(", ")}; ${environment.cpu}; ONNX Runtime ${environment.onnxruntime}; Node ${environment.node}.\n`,
	);
	console.log("| net | test errors | mean ± std | NLL | training |\n|---|---|---|---|---|");
	for (const { name, evaluations, seconds } of rows) {
		const errors = summary(evaluations.map((one) => one.errors));
		const nll = summary(evaluations.map((one) => one.nll));
		const spread = `${errors.mean.toFixed(1)} ± ${(errors.std ?? 0).toFixed(1)}`;
		const time = `${(summary(seconds).mean / 60).toFixed(1)} min`;
		console.log(
			`| ${networks[name]?.title ?? name} | ${errors.values.join(", ")} | ${spread} | ${nll.mean.toFixed(4)} | ${time} |`,
		);
	}
}

const program = new Command("reproduce");
program
	.command("mnist")
	.description("the paper's MNIST table (§3)")
	.option("--data <folder>", "folder with MNIST's files")
	.option("--seeds <count>", "how many seeds", "3")
	.option("--out <folder>", "folder for models and figures", "runs/mnist")
	.action(reproduceMnist);
await program.parseAsync();
