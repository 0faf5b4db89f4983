/** The folder that a run has left, whatever its workflow is. */
import { join } from "node:path";
import { LimbeckError } from "../errors.js";
import { readText } from "../files.js";
import { isRecord, parsedJson } from "../json.js";
import { runFiles } from "../pipeline/output-folder.js";
import type { FinishedRun } from "../report/html/report-kind.js";
import { foreign, readRunFiles } from "../report/html/run-files.js";
import { reportKindOf } from "./index.js";

/** Reports from before they said their kind: a field of each that no kind before it has. */
const oldKinds = {
	distill: "student",
	train: "network",
	specialize: "generalist",
	folds: "folds",
	study: "study",
	speech: "networks",
} as const satisfies Readonly<Record<string, string>>;

/**
 * Reads the folder that a run left.
 *
 * @throws LimbeckError (`file`) where there is no report, (`data`) where a file is of another kind or damaged.
 */
export async function readRunFolder(folder: string): Promise<FinishedRun> {
	const path = join(folder, runFiles.report);
	const content = parsedJson(await readText(path));
	const kind = isRecord(content) ? (content["kind"] ?? oldKindOf(content)) : undefined;
	const load = typeof kind === "string" ? reportKindOf(kind) : undefined;
	if (!isRecord(content) || load === undefined) {
		throw new LimbeckError("data", { where: path, ...foreign, got: "no kind of run is in it" });
	}
	return (await load()).open({ ...content, kind }, path, await readRunFiles(folder));
}

function oldKindOf(content: Readonly<Record<string, unknown>>): string | undefined {
	return Object.entries(oldKinds).find(([, field]) => field in content)?.[0];
}
