/** The files that a run leaves, read back: what a page is made from. */
import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import type { Report } from "../../distill/report.js";
import type { TrainReport } from "../../distill/train-report.js";
import { LimbeckError } from "../../errors.js";
import { fileError } from "../../files.js";
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
const reportShape = z.looseObject({
	schema: z.literal(1),
	created: z.string(),
	seeds: z.array(z.number()).min(1),
	recipe: z.looseObject({ name: z.string() }),
	data: z.looseObject({ name: z.string(), test: z.number(), fingerprint: z.string() }),
	environment: z.looseObject({ cpu: z.string(), onnxruntime: z.string() }),
	student: measured.optional(),
	network: measured.optional(),
});

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
	const report = parsed(path, await textOf(path), reportShape);
	if (report.student === undefined && report.network === undefined) throw foreign(path, "no network in it");
	const details = await textOf(join(folder, runFiles.details), "");
	const metrics = await textOf(join(folder, runFiles.metrics), "");
	const lines = metrics.split("\n").filter((line) => line !== "");
	return {
		name: basename(resolve(folder)),
		// The shape above tells it from other files; the rest is as this version writes it.
		report: report as unknown as Report | TrainReport,
		...(details === ""
			? {}
			: { details: parsed(join(folder, runFiles.details), details, detailsShape) as unknown as RunDetails }),
		metrics: lines.map((line, k) =>
			parsed(`${join(folder, runFiles.metrics)}: line ${String(k + 1)}`, line, lineShape),
		),
	};
}

async function textOf(path: string, fallback?: string): Promise<string> {
	try {
		return await readFile(path, "utf8");
	} catch (error) {
		if (fallback !== undefined && error instanceof Error && "code" in error && error.code === "ENOENT") return fallback;
		throw fileError(error, path);
	}
}

function parsed<T>(where: string, text: string, shape: z.ZodType<T>): T {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw foreign(where, "no JSON");
	}
	const result = shape.safeParse(value);
	if (result.success) return result.data;
	const [issue] = result.error.issues;
	throw foreign(where, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "another form"}`);
}

function foreign(where: string, got: string): LimbeckError {
	const expected = "what a run of this version has left";
	throw new LimbeckError("data", { where, expected, got, hint: "Run it again: what is done is found in the store." });
}
