import type { Command } from "commander";
import { z } from "zod";
import type { RunFlags, Surroundings } from "../console/run-flags.js";
import type { Terminal } from "../console/terminal.js";
import { parseOptions } from "../options.js";
import { findRun, type RunRecord } from "../pipeline/records.js";
import { storeFolder } from "../store/store.js";
import { performDistill } from "../workflows/distill/command.js";
import { parseRecipe } from "../workflows/distill/recipe.js";
import { performSpecialize } from "../workflows/specialize/command.js";
import { parseSpecializeRecipe } from "../workflows/specialize/recipe.js";
import { performSpeech } from "../workflows/speech/command.js";
import { parseSpeechRecipe } from "../workflows/speech/recipe.js";
import { performStudy } from "../workflows/study/command.js";
import { parseStudyRecipe } from "../workflows/study/studies.js";
import { performTrain } from "../workflows/train/command.js";
import { parseTrainRecipe } from "../workflows/train/recipe.js";

const resumeFlags = z.object({
	store: z.string().min(1).optional(),
	json: z.boolean().default(false),
	quiet: z.boolean().default(false),
});

/** What performs a recorded run's command again. */
const performers = {
	distill: (recipe, flags, surroundings) =>
		performDistill(parseRecipe(recipe, "the run's recipe"), flags, surroundings),
	train: (recipe, flags, surroundings) =>
		performTrain(parseTrainRecipe(recipe, "the run's recipe"), flags, surroundings),
	specialize: (recipe, flags, surroundings) =>
		performSpecialize(parseSpecializeRecipe(recipe, "the run's recipe"), flags, surroundings),
	speech: (recipe, flags, surroundings) =>
		performSpeech(parseSpeechRecipe(recipe, "the run's recipe"), flags, surroundings),
	study: (recipe, flags, surroundings) =>
		performStudy(parseStudyRecipe(recipe, "the run's recipe"), flags, surroundings),
} as const satisfies Record<
	RunRecord["command"],
	(recipe: unknown, flags: RunFlags, surroundings: Surroundings) => Promise<void>
>;

/** Adds `limbeck resume`. */
export function addResumeCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
	program
		.command("resume")
		.summary("go on with a run that was stopped")
		.description(
			"Goes on with a run where it was stopped, killed or failed: finished steps are taken from the store, and a training " +
				"goes on from its last checkpoint, to the same bits.",
		)
		.argument("[run]", "its name or the beginning of it; see limbeck runs list", "last")
		.option("--store <folder>", "where the run is kept (default: LIMBECK_STORE, or .limbeck)")
		.option("--json", "print the report as one JSON object on stdout")
		.option("--quiet", "no progress")
		.action(async (name: string, raw: unknown) => {
			const { store: named, ...flags } = parseOptions(resumeFlags, raw, "limbeck resume");
			const store = named ?? storeFolder(process.env, process.cwd());
			const { command, recipe, out, threads, device } = await findRun(store, name);
			const fixed = { set: [], force: [], showRecipe: false, dryRun: false };
			await performers[command](recipe, { ...flags, ...fixed, out, threads, device, store }, { terminal, signal });
		});
}
