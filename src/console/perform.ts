/** How a command runs a recipe, or tells its plan. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readTextIfThere } from "../files.js";
import type { Notice } from "../notices.js";
import { isRecord, parsedJson } from "../options.js";
import { runFiles } from "../pipeline/output-folder.js";
import { megabytes } from "../pipeline/preflight.js";
import type { PlanLine, RunOptions, SeedEvent } from "../pipeline/run-types.js";
import type { ReportKind } from "../report/html/report-kind.js";
import { pageFile } from "../report/page-file.js";
import { alignTable } from "../report/text.js";
import { createProgress } from "./progress.js";
import type { RunFlags, Surroundings } from "./run-flags.js";
import { describeNotice, type Terminal } from "./terminal.js";

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
	/** What makes the page of the report; loaded when it is wanted, since most commands draw nothing. */
	readonly kind: () => Promise<ReportKind>;
	/** Folders in the output folder that hold runs of their own, and their reports' kind. */
	readonly inner?: {
		readonly folders: (report: Report) => readonly string[];
		readonly kind: () => Promise<ReportKind>;
	};
	/** What is in the output folder then: a noun phrase and its verb. */
	readonly files: string;
}

/** Runs a recipe, or tells its plan, and prints what comes of it. */
export async function perform<Event extends SeedEvent, Report extends object>(
	performance: Performance<Event, Report>,
	flags: RunFlags,
	surroundings: Surroundings,
): Promise<void> {
	const { seeds, labelOf, plan, planned, run, table, files } = performance;
	const { terminal } = surroundings;
	const options = runOptionsOf(flags, seeds, labelOf, surroundings);
	if (flags.dryRun) {
		printPlan(await plan(options), await planned?.(), flags, terminal);
		return;
	}
	const before = await pagedReport(flags.out);
	const report = await run(options);
	// Drawing takes longer than finding everything in the store.
	if (comparable(report) !== before) await writePages(report, flags.out, performance);
	if (!flags.quiet) {
		// Tables have it for people; a program's output is not read by them.
		for (const notice of flags.json ? diagnosisOf(report) : []) terminal.tell(describeNotice(notice, terminal));
		terminal.tell("");
	}
	if (flags.json) terminal.print(JSON.stringify(report));
	else terminal.print(`${table(report)}\n\n${files} in ${flags.out}.`);
}

/** Writes the page of a report, and those of runs within it. */
async function writePages<Event extends SeedEvent, Report extends object>(
	report: Report,
	out: string,
	{ kind, inner }: Performance<Event, Report>,
): Promise<void> {
	const { writePage } = await import("../report/html/write-page.js");
	await writePage(out, await kind());
	if (inner === undefined) return;
	for (const folder of inner.folders(report)) await writePage(join(out, folder), await inner.kind());
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
