import { join } from "node:path";
import { readText, writeFileAtomic, writeInto } from "../../files.js";
import { parsedJson } from "../../json.js";
import { runFiles } from "../../pipeline/output-folder.js";
import { pageFile } from "../page-file.js";
import type { ReportKind } from "./report-kind.js";
import { readRunFiles } from "./run-files.js";
import { plotFiles } from "./svg-file.js";

/** The plots of a run that leaves them, beside its page. */
const plotsFolder = "figures";

/** Writes the page of the run that a folder holds, and its plots where its kind leaves them. */
export async function writePage(folder: string, kind: ReportKind): Promise<void> {
	const path = join(folder, runFiles.report);
	const run = kind.open(parsedJson(await readText(path)), path, await readRunFiles(folder));
	const { text, drawings } = await run.page();
	if (run.leavesPlots === true) {
		for (const plot of plotFiles(drawings)) await writeInto(join(folder, plotsFolder), plot.name, plot.text);
	}
	await writeFileAtomic(join(folder, pageFile), text);
}
