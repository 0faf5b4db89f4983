/** The folder in which a run leaves its results. */
import { readdir, rename, rm, rmdir } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize, sep } from "node:path";
import { z } from "zod";
import { readTextIfThere } from "../files.js";
import { parsedJson } from "../options.js";

/** The files that a run leaves besides its networks. */
export const runFiles = { report: "report.json", details: "details.json", metrics: "metrics.jsonl" } as const;

/**
 * Moves finished files into place: the report last, so that it never speaks of files that are not there. What an earlier
 * run left there, and this one does not, is removed: an old network beside a new report would be taken for its.
 *
 * @param work - a folder in `out`, with the files.
 * @param left - the networks and others among them, by their paths in it.
 */
export async function publish(work: string, out: string, left: readonly string[]): Promise<void> {
	const before = await filesOf(out);
	const entries = await readdir(work, { withFileTypes: true });
	const inOrder = entries.sort((a, b) => Number(a.name === runFiles.report) - Number(b.name === runFiles.report));
	for (const entry of inOrder) {
		// A file takes the place of a file; a folder has to be made room for.
		if (entry.isDirectory()) await rm(join(out, entry.name), { recursive: true, force: true });
		await rename(join(work, entry.name), join(out, entry.name));
	}
	for (const path of before.filter((one) => !left.includes(one))) {
		await rm(join(out, path), { force: true });
		const folder = dirname(path);
		// It stays where something else is in it.
		if (folder !== ".") await rmdir(join(out, folder)).catch(() => undefined);
	}
}

const told = z.looseObject({ files: z.array(z.string().refine(isInside)) });

/** What the run before left there, as far as its details say; nothing that lies elsewhere. */
async function filesOf(out: string): Promise<readonly string[]> {
	const text = await readTextIfThere(join(out, runFiles.details));
	return text === undefined ? [] : (told.safeParse(parsedJson(text)).data?.files ?? []);
}

function isInside(path: string): boolean {
	const plain = normalize(path);
	return path !== "" && !isAbsolute(path) && plain !== "." && plain !== ".." && !plain.startsWith(`..${sep}`);
}
