import { join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { perform } from "../../console/perform.js";
import { readRecipe } from "../../console/recipe-file.js";
import { addRunFlags, type RunFlags, runFlags, type Surroundings, withRunFlags } from "../../console/run-flags.js";
import type { Terminal } from "../../console/terminal.js";
import { parseOptions } from "../../options.js";
import type { ExperimentEvent } from "../../pipeline/experiment.js";
import { planStudy, study } from "./plan.js";
import { parseStudyRecipe, type StudyRecipe, studies } from "./studies.js";
import { studyTable } from "./table.js";

const studyFlags = z.object({ ...runFlags, quick: z.boolean().default(false) });

type StudyFlags = z.infer<typeof studyFlags>;

/** Adds `limbeck study`. */
export function addStudyCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
	const names = Object.keys(studies);
	const command = program
		.command("study")
		.summary("answer one of the paper's open questions by experiment")
		.description(
			"Trains the networks that answer a question, several seeds each, evaluates them once on the test set, and writes " +
				"the answer with its uncertainty, tables and figures: report.html, report.json, and each figure as SVG.",
		)
		.argument("<name>", `${names.join(", ")}; a recipe file; list: what they ask; all: one after the other`)
		.option("--quick", "a size for minutes, on digits, in place of the full size");
	addRunFlags(command)
		.addHelpText(
			"after",
			`
Examples:
  limbeck study list                                       every study and its question
  limbeck study temperature --quick                        minutes on two cores
  limbeck study temperature --data ./mnist                 the full size
  limbeck study temperature --quick --set 'widths=[30,300]'  one field changed
  limbeck study all --quick --out studies                  every study, a folder each
  limbeck study temperature --show-recipe > mine.json, then: limbeck study mine.json

limbeck recipe --study NAME lists every field that --set and a recipe file can change.
What is done is kept: a study that was stopped goes on with limbeck resume last, and studies share their networks.`,
		)
		.action(async (name: string, raw: unknown) => {
			const flags = parseOptions(studyFlags, raw, "limbeck study");
			if (name === "list") {
				const width = Math.max(...names.map(({ length }) => length));
				for (const [study, { question }] of Object.entries(studies))
					terminal.print(`${study.padEnd(width)}  ${question}`);
				return;
			}
			for (const one of name === "all" ? names : [name]) {
				const recipe = await recipeFrom(one, flags);
				if (flags.showRecipe) terminal.print(JSON.stringify(recipe, undefined, "\t"));
				else {
					const out = name === "all" ? join(flags.out, one) : flags.out;
					await performStudy(recipe, { ...flags, out }, { terminal, signal });
				}
			}
		});
}

/** Runs a study, or tells its plan, and prints what comes of it. */
export function performStudy(recipe: StudyRecipe, flags: RunFlags, surroundings: Surroundings): Promise<void> {
	return perform(
		{
			seeds: recipe.seeds,
			labelOf: ({ network }: ExperimentEvent) => network.padEnd(labelWidth),
			plan: (options) => planStudy(recipe, options),
			run: (options) => study(recipe, options),
			table: (report) => studyTable(report, surroundings.terminal.width),
			kind: async () => (await import("./page.js")).studyReport,
			files: "report.html, report.json and figures are",
		},
		flags,
		surroundings,
	);
}

/** The line of a network with a shorter name is filled up. */
const labelWidth = 16;

async function recipeFrom(name: string, flags: StudyFlags): Promise<StudyRecipe> {
	const size = flags.quick ? "quick" : "full";
	const builtIn = Object.fromEntries(Object.entries(studies).map(([study, { sizes }]) => [study, sizes[size]]));
	return parseStudyRecipe(await withRunFlags(await readRecipe(name, builtIn), flags), `study ${name}`, flags.set);
}
