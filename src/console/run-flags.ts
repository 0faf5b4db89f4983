/** What commands that run a recipe have in common on the command line. */
import type { Command } from "commander";
import { z } from "zod";
import { isRecord } from "../options.js";
import { deviceChoices } from "../runtime/devices.js";
import { taskNames } from "../tasks/names.js";
import { dataFields } from "./data-flags.js";
import type { Terminal } from "./terminal.js";

/** The flags' types, to be taken into a command's own schema. */
export const runFlags = {
	set: z.array(z.string()).default([]),
	seed: z.coerce.number().optional(),
	seeds: z.coerce.number().optional(),
	data: z.string().optional(),
	folder: z.string().optional(),
	task: z.enum(taskNames).optional(),
	out: z.string().min(1),
	threads: z.coerce.number().pipe(z.int().min(1).max(1024)).optional(),
	device: z.enum(deviceChoices).optional(),
	checkpointSeconds: z.coerce.number().pipe(z.number().min(0)).optional(),
	json: z.boolean().default(false),
	quiet: z.boolean().default(false),
	showRecipe: z.boolean().default(false),
	store: z.string().min(1).optional(),
	force: z.array(z.string()).default([]),
	dryRun: z.boolean().default(false),
};

/** What {@link runFlags} reads. */
export type RunFlags = z.infer<z.ZodObject<typeof runFlags>>;

/** Where a command's words go, and what stops it. */
export interface Surroundings {
	readonly terminal: Terminal;
	readonly signal: AbortSignal;
}

/** Adds the flags to a command. */
export function addRunFlags(command: Command): Command {
	return command
		.option("--set <path=value>", "change a field of the recipe; may be given many times", collect)
		.option("--seed <number>", "first seed")
		.option("--seeds <count>", "how many seeds to run")
		.option("--data <name|path>", "data set, or data of yours (see limbeck data list), or the folder with the files")
		.option("--folder <folder>", "folder with the data set's files, where --data names the data set")
		.option(
			"--task <name>",
			`what is learned from the labels: ${taskNames.join(", ")} (default: the recipe's, or classification)`,
		)
		.option("--out <folder>", "folder for the results", "limbeck-out")
		.option("--threads <count>", "threads to use (default: every core)")
		.option(
			"--device <name>",
			`what trains: ${deviceChoices.join(", ")}; see limbeck doctor (default: the recipe's, or cpu)`,
		)
		.option("--checkpoint-seconds <seconds>", "time between checkpoints (default: 30 s or more, to cost 1 % at most)")
		.option("--store <folder>", "where finished steps are kept and found again (default: LIMBECK_STORE, or .limbeck)")
		.option("--dry-run", "print the steps, which of them are done already, what disk they need, and stop")
		.option(
			"--force <step>",
			"do a step again, such as student, and what depends on it; may be given many times",
			collect,
		)
		.option("--json", "print the report as one JSON object on stdout")
		.option("--quiet", "no progress")
		.option("--show-recipe", "print the whole recipe, every default filled in, and stop");
}

/** Repeated `--set`s in order. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
	return [...before, value];
}

/**
 * A recipe as written, with the data that the flags name, and with their seeds.
 *
 * @param fieldsOf - what `--data` and `--folder` say.
 */
export async function withRunFlags(
	written: unknown,
	flags: RunFlags,
	fieldsOf: typeof dataFields = dataFields,
): Promise<unknown> {
	if (!isRecord(written)) return written;
	const data = isRecord(written["data"]) ? written["data"] : {};
	const fields = await fieldsOf(flags.data, flags.folder, data);
	// What is written of another data set's files does not hold for this one.
	const kept = fields["name"] === undefined || fields["name"] === data["name"] ? data : {};
	return {
		...written,
		data: { ...kept, ...fields, ...(flags.task === undefined ? {} : { task: flags.task }) },
		...(flags.seed === undefined ? {} : { seed: flags.seed }),
		...(flags.seeds === undefined ? {} : { seeds: flags.seeds }),
	};
}
