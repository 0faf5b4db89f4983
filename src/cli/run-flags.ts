/** What `distill` and `train` have in common on the command line. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { readTextIfThere } from "../files.js";
import type { Notice } from "../notices.js";
import { isRecord, parsedJson } from "../options.js";
import { runFiles } from "../pipeline/output-folder.js";
import { megabytes } from "../pipeline/preflight.js";
import type { PlanLine, RunOptions, SeedEvent } from "../pipeline/run.js";
import { alignTable } from "../report/text.js";
import { deviceChoices } from "../runtime/devices.js";
import { dataFields } from "./data-flags.js";
import { createProgress } from "./progress.js";
import { pageFile, writePage } from "./report-command.js";
import { describeNotice, type Terminal } from "./terminal.js";

/** The flags' types, to be taken into a command's own schema. */
export const runFlags = {
	set: z.array(z.string()).default([]),
	seed: z.coerce.number().optional(),
	seeds: z.coerce.number().optional(),
	data: z.string().optional(),
	folder: z.string().optional(),
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
		data: { ...kept, ...fields },
		...(flags.seed === undefined ? {} : { seed: flags.seed }),
		...(flags.seeds === undefined ? {} : { seeds: flags.seeds }),
	};
}

/** What a command does with a recipe. */
export interface Performance<Event extends SeedEvent, Report extends object> {
	readonly seeds: number;
	/** Whose event it is. */
	readonly labelOf: (event: Event) => string;
	readonly plan: (options: RunOptions<Event>) => Promise<readonly PlanLine[]>;
	readonly run: (options: RunOptions<Event>) => Promise<Report>;
	readonly table: (report: Report) => string;
	/** What `--dry-run` prints beside the plan: fields of its JSON, and lines. */
	readonly planned?: () => Promise<{ readonly fields: object; readonly lines: readonly string[] }>;
	/** Folders in the output folder that hold runs of their own. */
	readonly runs?: (report: Report) => readonly string[];
	/** What is in the output folder then: a noun phrase and its verb. */
	readonly files: string;
}

/** Runs a recipe, or tells its plan, and prints what comes of it. */
export async function perform<Event extends SeedEvent, Report extends object>(
	{ seeds, labelOf, plan, planned, run, table, runs, files }: Performance<Event, Report>,
	flags: RunFlags,
	surroundings: Surroundings,
): Promise<void> {
	const { terminal } = surroundings;
	const options = runOptionsOf(flags, seeds, labelOf, surroundings);
	if (flags.dryRun) {
		printPlan(await plan(options), await planned?.(), flags, terminal);
		return;
	}
	const before = await pagedReport(flags.out);
	const report = await run(options);
	// Drawing takes longer than finding everything in the store.
	if (comparable(report) !== before) {
		for (const folder of ["", ...(runs?.(report) ?? [])]) await writePage(join(flags.out, folder));
	}
	if (!flags.quiet) {
		// Tables have it for people; a program's output is not read by them.
		for (const notice of flags.json ? diagnosisOf(report) : []) terminal.tell(describeNotice(notice, terminal));
		terminal.tell("");
	}
	if (flags.json) terminal.print(JSON.stringify(report));
	else terminal.print(`${table(report)}\n\n${files} in ${flags.out}.`);
}

/** What a report of any kind has to say; that of several speakers or of a study has nothing of its own. */
function diagnosisOf(report: object & { readonly diagnosis?: readonly Notice[] }): readonly Notice[] {
	return report.diagnosis ?? [];
}

/** What the report says that a folder's page shows, where there is a page. */
async function pagedReport(folder: string): Promise<string | undefined> {
	if (!existsSync(join(folder, pageFile))) return undefined;
	const report = parsedJson((await readTextIfThere(join(folder, runFiles.report))) ?? "");
	return isRecord(report) ? comparable(report) : undefined;
}

/** A report but for its time, as one text. */
const comparable = (report: object): string => JSON.stringify({ ...report, created: "" });

/** The options of a run as the flags have them, with progress on the terminal. */
function runOptionsOf<Event extends SeedEvent>(
	{ out, threads, device, quiet, store, force, checkpointSeconds }: RunFlags,
	seeds: number,
	labelOf: (event: Event) => string,
	{ terminal, signal }: Surroundings,
): RunOptions<Event> {
	return {
		out,
		signal,
		force,
		...(quiet
			? {}
			: {
					onEvent: createProgress(terminal, seeds, labelOf),
					onStep: tellCached(terminal),
					onNotice: (notice) => {
						terminal.tell(describeNotice(notice, terminal));
					},
				}),
		...(threads === undefined ? {} : { threads }),
		...(device === undefined ? {} : { device }),
		...(store === undefined ? {} : { store }),
		...(checkpointSeconds === undefined ? {} : { checkpointSeconds }),
	};
}

/** Says which networks are there already. */
function tellCached({ tell, colors }: Terminal): NonNullable<RunOptions<SeedEvent>["onStep"]> {
	return ({ kind, label, key }, what) => {
		if (what === "cached" && kind === "train") tell(colors.dim(`${label}: found in the store (${key.slice(0, 8)})`));
	};
}

/** Prints a plan: every step, and whether it is in the store. */
function printPlan(
	plan: readonly PlanLine[],
	planned: { readonly fields: object; readonly lines: readonly string[] } | undefined,
	{ json }: RunFlags,
	terminal: Terminal,
): void {
	if (json) {
		terminal.print(JSON.stringify({ steps: plan, ...planned?.fields }));
		return;
	}
	const rows = plan.map(({ label, kind, key, cached, diskBytes }) => [
		...[label, kind, key.slice(0, 8), cached ? "done" : "to do"],
		diskBytes === undefined ? "" : megabytes(diskBytes),
	]);
	const table = alignTable([["step", "kind", "key", "", "disk"], ...rows]);
	terminal.print([...table, ...(planned === undefined ? [] : ["", ...planned.lines])].join("\n"));
}
