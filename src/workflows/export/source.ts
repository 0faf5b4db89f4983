/** Finds what is to be exported: a run's student, that of a folder with results, or a file. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type RunReport, readRunReport } from "../../deploy/run-report.js";
import { LimbeckError } from "../../errors.js";
import { finishedFolder, listRuns } from "../../pipeline/records.js";
import type { Rooms } from "../../store/rooms.js";

/** A model to export, and what is known of where it came from. */
export interface ExportSource {
	/** The model's file. */
	readonly file: string;
	/** Of the run that made it. */
	readonly report?: RunReport;
}

/** What a folder with results calls the network that it is about. */
const modelNames = ["student.onnx", "model.onnx"] as const;

/**
 * What `name` stands for: a model file, a folder with results, or a run in the store.
 *
 * @param name - a path, or the name of a run, its beginning, or `last`.
 * @param rooms - those of the store.
 * @throws LimbeckError `usage` where it is none of them, or a run that has not ended; `data` for a folder without a model.
 */
export async function findSource(name: string, rooms: Rooms): Promise<ExportSource> {
	const kind = await kindOf(name);
	// Reading it says what is wrong with one that is not there.
	if (kind === "file" || (kind === undefined && name.endsWith(".onnx"))) return { file: name };
	if (kind === "folder") return inFolder(name);
	const known = await listRuns(rooms);
	if (name !== "last" && !known.some(({ id }) => id.startsWith(name))) {
		throw new LimbeckError("usage", {
			where: `limbeck export ${name}`,
			expected: "a model file, a folder with results, or a run",
			got: "none of that name",
			hint: `limbeck runs list shows the runs in ${rooms.folder}.`,
		});
	}
	return inFolder(await finishedFolder(rooms, name));
}

async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
	const found = await stat(path).catch(() => undefined);
	return found && (found.isDirectory() ? "folder" : "file");
}

async function inFolder(folder: string): Promise<ExportSource> {
	for (const name of modelNames) {
		const file = join(folder, name);
		if ((await kindOf(file)) !== "file") continue;
		const report = await readRunReport(join(folder, "report.json"));
		return report === undefined ? { file } : { file, report };
	}
	throw new LimbeckError("data", {
		where: folder,
		expected: `a folder with ${modelNames.join(" or ")}`,
		got: "neither",
		hint: "Give the output folder of limbeck distill or limbeck train, or a model file.",
	});
}
