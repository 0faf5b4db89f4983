import { readdir } from "node:fs/promises";
import { extname } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import type { DataFields } from "../../console/data-flags.js";
import { perform } from "../../console/perform.js";
import { readRecipe } from "../../console/recipe-file.js";
import { addRunFlags, type RunFlags, runFlags, type Surroundings, withRunFlags } from "../../console/run-flags.js";
import type { Terminal } from "../../console/terminal.js";
import { LimbeckError } from "../../errors.js";
import { parseOptions } from "../../options.js";
import { planSpeech, planSpeechFolds, type SpeechEvent, speech, speechFolds } from "./plan.js";
import { parseSpeechRecipe, type SpeechRecipe, speechRecipes } from "./recipe.js";
import { speechFoldsTable, speechReportTable } from "./table.js";

const speechFlags = z.object({
	...runFlags,
	heldOut: z.string().optional(),
	members: z.string().optional(),
});

/** All speakers in turn. */
const each = "each";

type SpeechFlags = z.infer<typeof speechFlags>;

/** Adds `limbeck speech`. */
export function addSpeechCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
	const command = program
		.command("speech")
		.summary("train acoustic models on recordings, distil an ensemble of them, recognise words")
		.description(
			"Aligns recordings with hidden Markov models, trains nets that tell the states of frames, distils an ensemble of " +
				"them into one, and recognises the words of recordings that nothing else has heard. Writes the nets, " +
				"report.html, report.json, details.json and metrics.jsonl.",
		)
		.argument(
			"[recipe]",
			`a built-in recipe (${Object.keys(speechRecipes).join(", ")}), or a .ts, .js or .json file`,
			"fsdd",
		)
		.option(
			"--held-out <speaker>",
			"speaker of fsdd who is the test, in place of recordings 0 to 4 of each; each: all in turn",
		)
		.option("--members <count>", "nets in the ensemble; with 1 nothing is distilled");
	addRunFlags(command)
		.addHelpText(
			"after",
			`
Examples:
  limbeck speech                                   an ensemble of ten, distilled, on spoken digits
  limbeck speech --seeds 3                         mean and spread of three
  limbeck speech --set student.epochs=40           the distilled net learns for longer, beside one alone that does too
  limbeck speech --held-out theo                   a speaker whom the nets have never heard
  limbeck speech --held-out each                   each speaker in turn: mean and spread
  limbeck speech fsdd-regularizer                  3 % of the strings: hard or soft targets
  limbeck speech --members 3 --set network.units=512 --set network.layers=4
  limbeck speech --data ./recordings               your own: wav files and transcripts.csv (file, transcript,
                                                   and speaker and split if you like)
  limbeck speech --show-recipe > mine.json         a recipe to edit`,
		)
		.action(async (name: string, raw: unknown) => {
			const flags = parseOptions(speechFlags, raw, "limbeck speech");
			const recipe = await recipeFrom(name, flags);
			if (flags.showRecipe) {
				terminal.print(JSON.stringify(recipe, undefined, "\t"));
				return;
			}
			await (flags.heldOut === each ? performFolds : performSpeech)(recipe, flags, { terminal, signal });
		});
}

const speechKind = async () => (await import("./page.js")).speechReport;

/** {@link performSpeech} with each speaker held out in turn. */
function performFolds(recipe: SpeechRecipe, flags: RunFlags, surroundings: Surroundings): Promise<void> {
	return perform(
		{
			seeds: recipe.seeds,
			labelOf: ({ network }: SpeechEvent) => network,
			plan: (options) => planSpeechFolds(recipe, options),
			run: (options) => speechFolds(recipe, options),
			table: (report) => speechFoldsTable(report, surroundings.terminal.width),
			kind: async () => (await import("./page.js")).foldsReport,
			inner: { folders: ({ folds }) => Object.keys(folds), kind: speechKind },
			files: "A folder for each speaker, report.html and report.json are",
		},
		flags,
		surroundings,
	);
}

/** Runs a recipe, or tells its plan, and prints what comes of it. */
export function performSpeech(recipe: SpeechRecipe, flags: RunFlags, surroundings: Surroundings): Promise<void> {
	return perform(
		{
			seeds: recipe.seeds,
			labelOf: ({ network }: SpeechEvent) => network,
			plan: (options) => planSpeech(recipe, options),
			run: (options) => speech(recipe, options),
			table: (report) => speechReportTable(report, surroundings.terminal.width),
			kind: speechKind,
			files: "Nets, report.html and report.json are",
		},
		flags,
		surroundings,
	);
}

async function recipeFrom(name: string, flags: SpeechFlags): Promise<SpeechRecipe> {
	const written = await withRunFlags(await readRecipe(name, speechRecipes), flags, corpusFields);
	const settings = [
		...(flags.heldOut === undefined || flags.heldOut === each ? [] : [`data.heldOut=${flags.heldOut}`]),
		...(flags.members === undefined ? [] : [`members=${flags.members}`]),
	];
	return parseSpeechRecipe(written, `recipe ${name}`, [...settings, ...flags.set]);
}

/** What `--data` and `--folder` say of a corpus: a name, or a folder with recordings. */
async function corpusFields(data: string | undefined, folder: string | undefined): Promise<DataFields> {
	const directory = folder === undefined ? {} : { directory: folder };
	if (data === undefined) return directory;
	if (data === "fsdd" || data === "recordings") return { name: data, ...directory };
	const names = await readdir(data).catch(() => undefined);
	if (names?.some(isOfRecordings) === true) return { name: "recordings", directory: data };
	if (names !== undefined) return { directory: data };
	throw new LimbeckError("usage", {
		where: "--data",
		expected: "fsdd, or a folder of yours with wav files and transcripts.csv",
		got: JSON.stringify(data),
	});
}

/** Whether a file is one of a folder of recordings. */
function isOfRecordings(name: string): boolean {
	return name === "transcripts.csv" || extname(name).toLowerCase() === ".wav";
}
