import type { Command } from "commander";
import { z } from "zod";
import { perform } from "../../console/perform.js";
import { readRecipe } from "../../console/recipe-file.js";
import {
	addRunFlags,
	collect,
	type RunFlags,
	runFlags,
	type Surroundings,
	withRunFlags,
} from "../../console/run-flags.js";
import type { Terminal } from "../../console/terminal.js";
import { parseNetworkSpec, replaceNetwork } from "../../distill/networks.js";
import { parseTeacherSpec } from "../../distill/teachers/options.js";
import { isRecord, parseOptions } from "../../options.js";
import { networkName } from "../../report/networks.js";
import { forTask } from "../recipe-fields.js";
import { distillNetworks } from "./networks.js";
import { type DistillEvent, distill, planDistill } from "./plan.js";
import { parseRecipe, type Recipe } from "./recipe.js";
import { recipes } from "./recipes.js";
import { reportTable } from "./table.js";

const distillFlags = z.object({
	...runFlags,
	teacher: z.array(z.string()).default([]),
	members: z.string().optional(),
	student: z.string().optional(),
});

/** Adds `limbeck distill`. */
export function addDistillCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
	const command = program
		.command("distill")
		.summary("train a teacher, distil it into a student, compare with the student alone")
		.description(
			"Trains a teacher, distils it into a small student, trains the same student alone, and evaluates all three on " +
				"a test set that nothing else has seen. Writes teacher.onnx, student.onnx, baseline.onnx, report.html, report.json, " +
				"details.json and metrics.jsonl.",
		)
		.argument(
			"[recipe]",
			`a built-in recipe (${Object.keys(recipes).join(", ")}), or a .ts, .js or .json file`,
			"digits",
		)
		.option(
			"--teacher <spec>",
			"another teacher: resnet:14x4, an ONNX file, or soft targets (.npz, .parquet, .jsonl); several teach together",
			collect,
		)
		.option("--members <count>", "train so many teachers from different seeds, to teach together")
		.option("--student <spec>", "another student: resnet:8x4, cnn:32,64,128, mlp:30,30, or an ONNX file");
	addRunFlags(command)
		.addHelpText(
			"after",
			`
Examples:
  limbeck distill                                   real digits, in minutes
  limbeck distill --seeds 3                         mean and spread of three
  limbeck distill --student cnn:8,16                another student
  limbeck distill --teacher teacher.onnx            a teacher that you have
  limbeck distill --teacher a.onnx --teacher b.onnx two of them: the mean of their probabilities
  limbeck distill --members 10                      ten teachers from different seeds
  limbeck distill --teacher targets.npz             soft targets of any model, a row for each training sample
  limbeck distill --dry-run                         the steps, and which of them are done
  limbeck distill --force student                   the student again
  limbeck distill --set generations=3               the student teaches itself again
  limbeck distill --set 'chain=[{"hidden":[200,200]}]'  an assistant between teacher and student
  limbeck distill regularizer                       3 % of the samples: labels, or soft targets
  limbeck distill --set distillation.temperature=8  one field changed
  limbeck distill --set distillation.name=dkd       another objective: dkd, dist, logit-matching, mixture
  limbeck distill --set 'student.optimizer={"name":"sgd","learningRate":0.01}'
  limbeck distill mnist --data ./mnist              the paper's nets on MNIST
  limbeck distill mnist --data fashion-mnist        the same on other images
  limbeck distill --data ./pictures                 your own: a folder of pictures for each class
  limbeck distill --data iris.csv --set data.label=species
  limbeck distill --data houses.csv --task regression --set data.label=price
  limbeck distill --data films.csv --task multi-label --set data.label=genres
  limbeck distill --show-recipe > mine.json         a recipe to edit
  limbeck distill mine.json --out results

limbeck recipe lists every field that --set and a recipe file can change.`,
		)
		.action(async (name: string, raw: unknown) => {
			const flags = parseOptions(distillFlags, raw, "limbeck distill");
			const recipe = await recipeFrom(name, flags);
			if (flags.showRecipe) {
				terminal.print(JSON.stringify(recipe, undefined, "\t"));
				return;
			}
			await performDistill(recipe, flags, { terminal, signal });
		});
}

const { titleOf, width } = distillNetworks;

/** Runs a recipe, or tells its plan, and prints what comes of it. */
export function performDistill(recipe: Recipe, flags: RunFlags, surroundings: Surroundings): Promise<void> {
	return perform(
		{
			seeds: recipe.seeds,
			labelOf: (event: DistillEvent) => titleOf(networkName(event)).padEnd(width),
			plan: (options) => planDistill(recipe, options),
			run: (options) => distill(recipe, options),
			table: (report) => reportTable(report, surroundings.terminal.width),
			kind: async () => (await import("./page.js")).distillReport,
			files: "Models, report.html and report.json are",
		},
		flags,
		surroundings,
	);
}

async function recipeFrom(name: string, flags: z.infer<typeof distillFlags>): Promise<Recipe> {
	const read = await readRecipe(name, recipes);
	const base = Object.hasOwn(recipes, name) ? forTask(read, flags.task) : read;
	const written = withNetworks(await withRunFlags(base, flags), flags);
	const copies = flags.members === undefined ? [] : [`teacher.copies=${flags.members}`];
	return parseRecipe(written, `recipe ${name}`, [...copies, ...flags.set]);
}

/** A recipe as written, with the networks that the flags name. */
function withNetworks(written: unknown, { teacher, student }: z.infer<typeof distillFlags>): unknown {
	if (!isRecord(written)) return written;
	const given = teacher.map((spec) => withTraining(written["teacher"], parseTeacherSpec(spec, "--teacher")));
	const pupil = student === undefined ? undefined : parseNetworkSpec(student, "--student");
	return {
		...written,
		...(given.length === 0 ? {} : { teacher: given.length === 1 ? given[0] : { family: "ensemble", members: given } }),
		...(pupil && { student: replaceNetwork(written["student"], pupil) }),
	};
}

/** A teacher with the training that was written for another; one from a file is not trained. */
function withTraining(written: unknown, spec: Readonly<Record<string, unknown>>): unknown {
	return replaceNetwork(spec["file"] === undefined ? written : {}, spec);
}
