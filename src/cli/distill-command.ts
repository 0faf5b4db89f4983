import type { Command } from "commander";
import { z } from "zod";
import { parseRecipe, type Recipe } from "../distill/recipe.js";
import { recipes } from "../distill/recipes.js";
import { applySettings, parseOptions } from "../options.js";
import { distill } from "../pipeline/distill.js";
import { reportTable } from "../report/table.js";
import { dataFields, dataSettings } from "./data-flags.js";
import { createProgress } from "./progress.js";
import { readRecipe } from "./recipe-file.js";
import type { Terminal } from "./terminal.js";

const distillFlags = z.object({
	set: z.array(z.string()).default([]),
	seed: z.coerce.number().optional(),
	seeds: z.coerce.number().optional(),
	data: z.string().optional(),
	folder: z.string().optional(),
	out: z.string().min(1),
	threads: z.coerce.number().pipe(z.int().min(1).max(1024)).optional(),
	json: z.boolean().default(false),
	quiet: z.boolean().default(false),
	showRecipe: z.boolean().default(false),
});

/** Adds `limbeck distill`. */
export function addDistillCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
	program
		.command("distill")
		.summary("train a teacher, distil it into a student, compare with the student alone")
		.description(
			"Trains a teacher, distils it into a small student, trains the same student alone, and evaluates all three on " +
				"a test set that nothing else has seen. Writes teacher.onnx, student.onnx, baseline.onnx, report.json and " +
				"metrics.jsonl.",
		)
		.argument(
			"[recipe]",
			`a built-in recipe (${Object.keys(recipes).join(", ")}), or a .ts, .js or .json file`,
			"digits",
		)
		.option("--set <path=value>", "change a field of the recipe; may be given many times", collect)
		.option("--seed <number>", "first seed")
		.option("--seeds <count>", "how many seeds to run")
		.option("--data <name|path>", "data set, or data of yours (see limbeck data list), or the folder with the files")
		.option("--folder <folder>", "folder with the data set's files, where --data names the data set")
		.option("--out <folder>", "folder for the results", "limbeck-out")
		.option("--threads <count>", "threads to use (default: every core)")
		.option("--json", "print the report as one JSON object on stdout")
		.option("--quiet", "no progress")
		.option("--show-recipe", "print the whole recipe, every default filled in, and stop")
		.addHelpText(
			"after",
			`
Examples:
  limbeck distill                                   real digits, in minutes
  limbeck distill --seeds 3                         mean and spread of three
  limbeck distill --set distillation.temperature=8  one field changed
  limbeck distill --set 'student.optimizer={"name":"sgd","learningRate":0.01}'
  limbeck distill mnist --data ./mnist              the paper's nets on MNIST
  limbeck distill mnist --data fashion-mnist        the same on other images
  limbeck distill --data ./pictures                 your own: a folder of pictures for each class
  limbeck distill --data iris.csv --set data.label=species
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
			const watched = flags.quiet ? {} : { onEvent: createProgress(terminal, recipe.seeds) };
			const threads = flags.threads === undefined ? {} : { threads: flags.threads };
			const report = await distill(recipe, { out: flags.out, signal, ...watched, ...threads });
			if (!flags.quiet) terminal.tell("");
			if (flags.json) terminal.print(JSON.stringify(report));
			else terminal.print(`${reportTable(report, terminal.width)}\n\nModels and report.json are in ${flags.out}.`);
		});
}

/** Repeated `--set`s in order. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
	return [...before, value];
}

async function recipeFrom(name: string, flags: z.infer<typeof distillFlags>): Promise<Recipe> {
	const fromFlags = [
		...(flags.seed === undefined ? [] : [`seed=${String(flags.seed)}`]),
		...(flags.seeds === undefined ? [] : [`seeds=${String(flags.seeds)}`]),
		...dataSettings(await dataFields(flags.data, flags.folder)),
	];
	const written = await readRecipe(name);
	return parseRecipe(applySettings(written, [...fromFlags, ...flags.set]), `recipe ${name}`);
}
