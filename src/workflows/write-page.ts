import { join } from "node:path";
import { writeFileAtomic, writeInto } from "../files.js";

/** The page of a run, beside its other files. */
export const pageFile = "report.html";

/** The plots of a run that leaves them, beside its page. */
const plotsFolder = "figures";

/** Writes the page of the run that a folder holds, and its plots where its kind leaves them. */
export async function writePage(folder: string): Promise<void> {
	// Drawing takes a while to load, and most commands draw nothing.
	const { kindOf, plotFiles, readRunFolder, runPage } = await import("./pages.js");
	const run = await readRunFolder(folder);
	const { text, drawings } = await runPage(run);
	if (kindOf(run).leavesPlots === true) {
		for (const file of plotFiles(drawings)) await writeInto(join(folder, plotsFolder), file.name, file.text);
	}
	await writeFileAtomic(join(folder, pageFile), text);
}
