/** The files that a run leaves, read back: what a page is made from. */
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { readText, readTextIfThere } from "../files.js";
import { noticeSchema } from "../notices.js";
import { isRecord, parseContent, parsedJson } from "../options.js";
import { runFiles } from "../pipeline/output-folder.js";
import type { RunDetails } from "../pipeline/run.js";
import type { RunFiles } from "../report/html/run-files.js";
import type { Report } from "./distill/report.js";
import type { SpecializeReport } from "./specialize/report.js";
import type { SpeechFoldsReport, SpeechReport } from "./speech/report.js";
import type { StudyReport } from "./study/plan.js";
import type { TrainReport } from "./train/report.js";

/** The reports of all kinds of runs. */
export interface Reports {
	readonly distill: Report;
	readonly train: TrainReport;
	readonly specialize: SpecializeReport;
	readonly folds: SpeechFoldsReport;
	readonly study: StudyReport;
	readonly speech: SpeechReport;
}

/** A kind of run. */
export type RunKind = keyof Reports;

/** A finished run's folder. */
export type RunFolder = {
	readonly [Kind in RunKind]: RunFiles & { readonly kind: Kind; readonly report: Reports[Kind] };
}[RunKind];

const measured = z.looseObject({ parameters: z.number(), bytes: z.number() });
const environment = z.looseObject({ cpu: z.string(), onnxruntime: z.string() });
const data = z.looseObject({ name: z.string(), test: z.number(), fingerprint: z.string() });
const head = {
	schema: z.literal(1),
	created: z.string(),
	seeds: z.array(z.number()).min(1),
	recipe: z.looseObject({ name: z.string() }),
	environment,
	diagnosis: z.array(noticeSchema).optional(),
};
const nets = z.record(z.string(), z.looseObject({ parameters: z.number(), test: z.looseObject({}) }));
const speech = z.looseObject({ ...head, corpus: z.looseObject({ fingerprint: z.string() }), networks: nets });

const texts = z.array(z.string());
const axis = z.looseObject({ label: z.string(), scale: z.enum(["linear", "log", "categories"]) });
const point = z.looseObject({ x: z.union([z.number(), z.string()]), y: z.number(), std: z.number().optional() });
const study = z.looseObject({
	...head,
	data,
	study: z.string(),
	title: z.string(),
	question: z.string(),
	answer: texts,
	networks: z.record(z.string(), measured),
	tables: z.array(z.looseObject({ title: z.string(), columns: texts, rows: z.array(texts) })),
	figures: z.array(
		z.looseObject({
			title: z.string(),
			caption: z.string(),
			x: axis,
			y: axis,
			level: z.number().optional(),
			lines: z.array(z.looseObject({ label: z.string(), points: z.array(point) })),
		}),
	),
});

/** As much of each kind's report as tells it from other files; what is in it is ours from there on. */
const shapes: Readonly<Record<RunKind, z.ZodType>> = {
	distill: z.looseObject({ ...head, data, student: measured }),
	train: z.looseObject({ ...head, data, network: measured }),
	specialize: z.looseObject({
		...head,
		data,
		generalist: measured,
		combined: measured,
		distilledBack: measured,
		controls: z.looseObject({}),
		clusters: z.array(z.looseObject({})),
		verdict: z.array(z.string()),
	}),
	folds: z.looseObject({ schema: z.literal(1), folds: z.record(z.string(), speech), networks: nets }),
	study,
	speech,
};

/** Reports from before they said their kind: a field of each that no kind before it has. */
const oldKinds: readonly (readonly [RunKind, string])[] = [
	["distill", "student"],
	["train", "network"],
	["specialize", "generalist"],
	["folds", "folds"],
	["study", "study"],
	["speech", "networks"],
];

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

const lineShape = z.looseObject({
	kind: z.string(),
	seed: z.number(),
	role: z.string().optional(),
	member: z.number().optional(),
	network: z.string().optional(),
	step: z.number().optional(),
	epoch: z.number(),
	loss: z.number().optional(),
	errors: z.number().optional(),
	klToTeacher: z.number().optional(),
});

/**
 * Reads the folder that a run left.
 *
 * @throws LimbeckError (`file`) where there is no report, (`data`) where a file is of another kind or damaged.
 */
export async function readRunFolder(folder: string): Promise<RunFolder> {
	const path = join(folder, runFiles.report);
	const { kind, report } = reportIn(await readText(path), path);
	const about = join(folder, runFiles.details);
	const details = await readTextIfThere(about);
	const log = join(folder, runFiles.metrics);
	const lines = ((await readTextIfThere(log)) ?? "").split("\n").filter((line) => line !== "");
	const files: RunFiles = {
		name: basename(resolve(folder)),
		...(details === undefined
			? {}
			: { details: parseContent(detailsShape, details, { where: about, ...foreign }) as unknown as RunDetails }),
		metrics: lines.map((line, k) =>
			parseContent(lineShape, line, { where: `${log}: line ${String(k + 1)}`, ...foreign }),
		),
	};
	// The shape told the kind; the rest is as this version writes it.
	return { ...files, kind, report } as unknown as RunFolder;
}

/** @throws LimbeckError (`data`) for another file. */
function reportIn(text: string, where: string): { readonly kind: RunKind; readonly report: unknown } {
	const content = parsedJson(text);
	const kind = isRecord(content) ? kindOf(content) : undefined;
	const shape = kind === undefined ? z.never("no kind of run is in it") : shapes[kind];
	// Where no kind is found, nothing passes.
	return { kind: kind ?? "distill", report: { ...parsedAs(shape, text, where), kind } };
}

/** What a report says that it is; where it says nothing, by its fields. */
function kindOf(content: Readonly<Record<string, unknown>>): RunKind | undefined {
	const { kind } = content;
	if (kind === undefined) return oldKinds.find(([, field]) => field in content)?.[0];
	return oldKinds.find(([known]) => known === kind)?.[0];
}

function parsedAs(shape: z.ZodType, text: string, where: string): object {
	// Every shape is that of an object.
	return parseContent(shape, text, { where, ...foreign }) as object;
}

const foreign = {
	expected: "what a run of this version has left",
	hint: "Run it again: what is done is found in the store.",
} as const;
