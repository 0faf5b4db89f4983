import { access } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import type { Terminal } from "../console/terminal.js";
import { LimbeckError } from "../errors.js";
import { writeInto } from "../files.js";
import { parseOptions } from "../options.js";
import { runFiles } from "../pipeline/output-folder.js";
import { finishedFolder } from "../pipeline/records.js";
import type { FinishedRun } from "../report/html/report-kind.js";
import { pageFile } from "../report/page-file.js";
import { openStore, storeFolder } from "../store/open-store.js";
import type { Rooms } from "../store/rooms.js";

/** The page of several runs, where no other name is given. */
const comparisonFile = "limbeck-report.html";

const reportFlags = z.object({
	store: z.string().optional(),
	to: z.string().optional(),
	plots: z.string().min(1).optional(),
	tensorboard: z.string().min(1).optional(),
});

/** Adds `limbeck report`. */
export function addReportCommand(program: Command, terminal: Terminal): void {
	program
		.command("report")
		.summary("write the page of a run, or of several side by side")
		.description(
			"Writes report.html of a run, or one page that compares several: a file by itself, which needs no network and " +
				"runs nothing.",
		)
		.argument("<runs...>", "output folders, or names of runs as `limbeck runs list` has them (last: the newest)")
		.option("--to <file>", `the page; ${pageFile} in the run's folder, or ${comparisonFile}`)
		.option("--plots <folder>", "the page's plots as well, an SVG file each")
		.option("--tensorboard <folder>", "the curves as well, as event files for TensorBoard")
		.option("--store <folder>", "where finished steps are kept (default: LIMBECK_STORE, or .limbeck of the project)")
		.action(async (runs: readonly string[], options: unknown) => {
			const { to, plots, tensorboard, store } = parseOptions(reportFlags, options, "limbeck report");
			// Drawing takes a while to load, and most commands draw nothing.
			const { readRunFolder } = await import("../workflows/run-folder.js");
			const { comparisonPage } = await import("../report/html/comparison-page.js");
			const { plotFiles } = await import("../report/html/svg-file.js");
			const folders: string[] = [];
			const { rooms } = openStore(store ?? storeFolder(process.env, process.cwd()));
			for (const run of runs) folders.push(await folderOf(run, rooms));
			const read = await Promise.all(folders.map(readRunFolder));
			const [only, ...others] = read;
			const single = others.length === 0 && only !== undefined;
			const path = to ?? (single ? join(folders[0] ?? "", pageFile) : comparisonFile);
			const { text, drawings } = single ? await only.page() : comparisonPage(read);
			await writeInto(dirname(path), basename(path), text);
			terminal.print(path);
			if (plots !== undefined) {
				for (const file of plotFiles(drawings)) await writeInto(plots, file.name, file.text);
				terminal.print(plots);
			}
			if (tensorboard !== undefined) {
				for (const run of read) await writeEvents(run, single ? tensorboard : join(tensorboard, run.name));
				terminal.print(tensorboard);
			}
		});
}

async function writeEvents({ metrics, created = "" }: FinishedRun, folder: string): Promise<void> {
	if (metrics.length === 0) {
		const hint = "Name the folder of one speaker.";
		throw new LimbeckError("usage", { where: "--tensorboard", expected: "a run with curves", got: "none", hint });
	}
	const { eventFiles } = await import("../report/tensorboard.js");
	for (const { folder: network, name, bytes } of eventFiles(metrics, created)) {
		await writeInto(folder, join(network, name), bytes);
	}
}

/** A folder that holds a report, or that of the run so called. */
async function folderOf(run: string, rooms: Rooms): Promise<string> {
	const isFolder = await access(join(run, runFiles.report)).then(
		() => true,
		() => false,
	);
	return isFolder ? run : finishedFolder(rooms, run);
}
