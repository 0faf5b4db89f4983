/** The files that a run leaves, read back: what a page is made from. */
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import type { Report } from "../../distill/report.js";
import type { TrainReport } from "../../distill/train-report.js";
import { readText, readTextIfThere } from "../../files.js";
import { parseContent } from "../../options.js";
import { type RunDetails, runFiles } from "../../pipeline/run.js";

/** A point of a training: a mean loss, or a look at the validation split. */
export interface MetricsLine {
	readonly kind: string;
	readonly seed: number;
	readonly role?: string | undefined;
	readonly member?: number | undefined;
	readonly epoch: number;
	readonly loss?: number | undefined;
	readonly errors?: number | undefined;
	readonly klToTeacher?: number | undefined;
}

/** A finished run's folder. */
export interface RunFolder {
	/** The folder's name. */
	readonly name: string;
	readonly report: Report | TrainReport;
	readonly details?: RunDetails;
	readonly metrics: readonly MetricsLine[];
}

const measured = z.looseObject({ parameters: z.number(), bytes: z.number() });

/** As much of a report as tells it from other files; what is in it is ours from there on. */
const reportShape = z
	.looseObject({
		schema: z.literal(1),
		created: z.string(),
		seeds: z.array(z.number()).min(1),
		recipe: z.looseObject({ name: z.string() }),
		data: z.looseObject({ name: z.string(), test: z.number(), fingerprint: z.string() }),
		environment: z.looseObject({ cpu: z.string(), onnxruntime: z.string() }),
		student: measured.optional(),
		network: measured.optional(),
	})
	.refine(({ student, network }) => student !== undefined || network !== undefined, "no network in it");

const detailsShape = z.looseObject({ run: z.string(), steps: z.array(z.looseObject({ label: z.string() })) });

const lineShape = z.looseObject({
	kind: z.string(),
	seed: z.number(),
	role: z.string().optional(),
	member: z.number().optional(),
	epoch: z.number(),
	loss: z.number().optional(),
	errors: z.number().optional(),
	klToTeacher: z.number().optional(),
});

/** Whether a report is of one network and not of a distillation. */
export function isTraining(report: Report | TrainReport): report is TrainReport {
	return !("student" in report);
}

/**
 * Reads the folder that a run left.
 *
 * @throws LimbeckError (`file`) where there is no report, (`data`) where a file is of another kind or damaged.
 */
export async function readRunFolder(folder: string): Promise<RunFolder> {
	const path = join(folder, runFiles.report);
	const report = parseContent(reportShape, await readText(path), { where: path, ...foreign });
	const about = join(folder, runFiles.details);
	const details = await readTextIfThere(about);
	const log = join(folder, runFiles.metrics);
	const lines = ((await readTextIfThere(log)) ?? "").split("\n").filter((line) => line !== "");
	return {
		name: basename(resolve(folder)),
		// The shape above tells it from other files; the rest is as this version writes it.
		report: report as unknown as Report | TrainReport,
		...(details === undefined
			? {}
			: { details: parseContent(detailsShape, details, { where: about, ...foreign }) as unknown as RunDetails }),
		metrics: lines.map((line, k) =>
			parseContent(lineShape, line, { where: `${log}: line ${String(k + 1)}`, ...foreign }),
		),
	};
}

const foreign = {
	expected: "what a run of this version has left",
	hint: "Run it again: what is done is found in the store.",
} as const;
