/** The files that a run leaves besides its report, read back. */
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { readTextIfThere } from "../../files.js";
import { parseContent } from "../../options.js";
import { runFiles } from "../../pipeline/output-folder.js";
import type { RunDetails } from "../../pipeline/run-types.js";
import { type CurveLine, curveLine } from "../../pipeline/training-lines.js";

/** What a finished run's folder holds besides its report. */
export interface RunFiles {
	/** The folder's name. */
	readonly name: string;
	readonly details?: RunDetails;
	readonly metrics: readonly CurveLine[];
}

/** A picture whose size is not that of its bytes would be drawn from whatever lies behind them. */
const chosenShape = z.looseObject({
	classes: z.array(z.string()),
	specialists: z.array(z.array(z.int())),
	predictions: z.number(),
	correlation: z
		.looseObject({ order: z.array(z.int()), size: z.int().min(1).max(200), values: z.base64() })
		.refine(({ size, values }) => Buffer.from(values, "base64").length === size ** 2, "a byte for each cell"),
});

const detailsShape = z.looseObject({
	run: z.string(),
	steps: z.array(z.looseObject({ label: z.string() })),
	chosen: chosenShape.optional(),
});

/** What files of a run must be, for messages about those that are something else. */
export const foreign = {
	expected: "what a run of this version has left",
	hint: "Run it again: what is done is found in the store.",
} as const;

/**
 * Reads them.
 *
 * @throws LimbeckError (`data`) where one is damaged, or not a run's.
 */
export async function readRunFiles(folder: string): Promise<RunFiles> {
	const about = join(folder, runFiles.details);
	const details = await readTextIfThere(about);
	const log = join(folder, runFiles.metrics);
	const lines = ((await readTextIfThere(log)) ?? "").split("\n").filter((line) => line !== "");
	return {
		name: basename(resolve(folder)),
		// As much is checked as drawing goes by; the rest is as this version writes it.
		...(details === undefined
			? {}
			: { details: parseContent(detailsShape, details, { where: about, ...foreign }) as unknown as RunDetails }),
		metrics: lines.map((line, k) =>
			parseContent(curveLine, line, { where: `${log}: line ${String(k + 1)}`, ...foreign }),
		),
	};
}
