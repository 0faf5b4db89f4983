/** What runs have left in their output folders. */
import { constants, open } from "node:fs/promises";
import { join } from "node:path";
import { LimbeckError } from "../errors.js";
import type { RunRecord } from "../pipeline/records.js";
import { paragraphs } from "../report/html/blocks.js";
import { type Html, html } from "../report/html/html.js";
import type { FinishedRun } from "../report/html/report-kind.js";
import { pageFile } from "../report/page-file.js";

/**
 * Reads the output folder of a run that is done.
 *
 * @throws LimbeckError (`file`, `data`) where it cannot be read, or holds another run's results by now.
 */
export async function folderOf({ id, out, state }: RunRecord): Promise<FinishedRun> {
	const { readRunFolder } = await import("../workflows/run-folder.js");
	if (state !== "done") {
		throw new LimbeckError("usage", { where: `run ${id}`, expected: "a run that is done", got: state });
	}
	const folder = await readRunFolder(out);
	const owner = folder.details?.run;
	if (owner === id) return { ...folder, name: id };
	throw new LimbeckError("data", {
		where: out,
		expected: `the results of ${id}`,
		got: owner === undefined ? "results of a run that has no name" : `those of ${owner}`,
		hint: `What ${id} has trained is in the store: npx limbeck resume ${id} leaves its results again.`,
	});
}

/** The results of a run as its report has them, with the way to that. */
export async function resultsOf(run: RunRecord): Promise<Html> {
	try {
		const folder = await folderOf(run);
		const { networksTable } = await import("../report/html/sections.js");
		const said = folder.diagnosis.map(({ text }) => text);
		return html`<p><a href="/runs/${run.id}/report">The report</a></p>${paragraphs(said)}${networksTable(folder.networks())}`;
	} catch (error) {
		if (!(error instanceof LimbeckError)) throw error;
		return html`<p>${error.message}.</p>`;
	}
}

/** A report is some hundred kilobytes; what is larger is none. */
const mostBytes = 2 ** 26;

/**
 * The page that a run has left.
 *
 * @throws LimbeckError (`file`, `data`) where there is none, or it is another run's, or no plain file.
 */
export async function reportOf(run: RunRecord): Promise<string> {
	const folder = await folderOf(run);
	const path = join(run.out, pageFile);
	// A link would lead out of the folder.
	const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined);
	try {
		const about = await file?.stat();
		if (file !== undefined && about?.isFile() === true && about.size <= mostBytes) return await file.readFile("utf8");
	} finally {
		await file?.close();
	}
	return (await folder.page()).text;
}
