import type { Command } from "commander";
import { z } from "zod";
import type { Terminal } from "../console/terminal.js";
import { parseOptions } from "../options.js";
import { findRun } from "../pipeline/records.js";
import { openStore, storeFolder } from "../store/open-store.js";
import { performOf } from "../workflows/index.js";

const resumeFlags = z.object({
	store: z.string().min(1).optional(),
	json: z.boolean().default(false),
	quiet: z.boolean().default(false),
});

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
			const { id, command, recipe, out, threads, device } = await findRun(openStore(store).rooms, name);
			const perform = await performOf(command, `run ${id}`);
			const fixed = { set: [], force: [], showRecipe: false, dryRun: false };
			await perform(recipe, { ...flags, ...fixed, out, threads, device, store }, { terminal, signal });
		});
}
