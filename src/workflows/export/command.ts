import type { Command } from "commander";
import { z } from "zod";
import { addDataFlags, addTaskFlag, dataChoiceOf, evaluateFlags, readingOf } from "../../console/evaluate-flags.js";
import { describeNotice, type Terminal } from "../../console/terminal.js";
import type { DataChoice } from "../../data/options.js";
import { adviceSentence, type ExportedModel, type ExportReport } from "../../deploy/report.js";
import { dataOf } from "../../deploy/run-report.js";
import { taskColumns } from "../../deploy/task-columns.js";
import { LimbeckError } from "../../errors.js";
import { noticeText } from "../../notices.js";
import { parseOptions } from "../../options.js";
import { balancedColumns, isUnequal } from "../../report/balance.js";
import { type Column, columnTable } from "../../report/columns.js";
import { describeMachine } from "../../report/evaluation.js";
import { count, percent, percentSpread } from "../../report/numbers.js";
import { wrapText } from "../../report/text.js";
import { openStore, storeFolder } from "../../store/open-store.js";
import { exportModel } from "./export.js";
import { type ExportSource, findSource } from "./source.js";

const { set, folder, task, threads, json } = evaluateFlags;

const flagsSchema = z.object({
	set,
	folder,
	task,
	threads,
	json,
	data: z.string().optional(),
	to: z.string().min(1),
	preprocess: z.enum(["outside", "in-graph"]).default("outside"),
	store: z.string().min(1).optional(),
});

type ExportFlags = z.infer<typeof flagsSchema>;

/** Adds `limbeck export`. */
export function addExportCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
	const command = program
		.command("export")
		.summary("a folder to ship: float32, float16 and int8, with a model card")
		.description(
			"Writes a student as float32, float16 and int8 ONNX, in the layout that transformers.js and limbeck/predict " +
				"load. int8 is calibrated on training samples and chosen by the validation split; then each is measured " +
				"on the test split.",
		)
		.argument("<source>", "a run (its name, the beginning of it, or last), a folder with results, or a model file")
		.requiredOption("--to <folder>", "the folder to make")
		.option("--preprocess <where>", "outside, or in-graph: the models take samples as they are stored", "outside")
		.option("--store <folder>", "the store (default: LIMBECK_STORE, or .limbeck)")
		.option("--data <name|path>", "data set, or data of yours (default: that of the run)");
	addTaskFlag(addDataFlags(command))
		.addHelpText(
			"after",
			`
Examples:
  limbeck export last --to ./model
  limbeck export limbeck-out --to ./model --preprocess in-graph
  limbeck export mine.onnx --data ./pictures --to ./model`,
		)
		.action(async (source: string, raw: unknown) => {
			const flags = parseOptions(flagsSchema, raw, "limbeck export");
			const { rooms } = openStore(flags.store ?? storeFolder(process.env, process.cwd()));
			const found = await findSource(source, rooms);
			const data = await dataFor(found, flags);
			const { to, preprocess } = flags;
			const onPart = (part: string): void => {
				terminal.tell(`export: ${part}`);
			};
			const reading = readingOf(flags.set, "limbeck export");
			const report = await exportModel({
				source: found,
				data,
				to,
				preprocess,
				threads: flags.threads,
				signal,
				onPart,
				...(reading === undefined ? {} : { reading }),
				onNotice: (notice) => {
					terminal.tell(describeNotice(notice, terminal));
				},
			});
			terminal.print(flags.json ? JSON.stringify(report) : exportTable(report, to, terminal.width));
		});
}

async function dataFor({ file, report }: ExportSource, { data, ...flags }: ExportFlags): Promise<DataChoice> {
	if (data !== undefined) return dataChoiceOf({ ...flags, data }, "limbeck export");
	if (report !== undefined && flags.task === undefined) return dataOf(report);
	throw new LimbeckError("usage", {
		where: "limbeck export",
		expected: "--data: what the model is calibrated and measured on",
		got: report === undefined ? `none, for ${file} alone` : "--task alone; the run's report has its own",
		...(report === undefined
			? { hint: "A folder of results, in place of its model's file, says in its report.json what data it is of." }
			: {}),
	});
}

/** The column of pictures that transformers.js decoded. */
const inTransformers: Column<ExportedModel> = {
	heading: "in transformers.js",
	cell: ({ transformers }) => (transformers === undefined ? "–" : percent(transformers.accuracy)),
};

const columnsOf = (report: ExportReport): readonly Column<ExportedModel>[] => [
	...(report.task === undefined ? classColumns(report) : taskColumns(report)),
	{ heading: "kB", cell: ({ bytes }) => count(bytes / 1000) },
	{ heading: "ms, p50", cell: ({ latencyMs }) => latencyMs.p50.toFixed(3) },
	{ heading: "ms, p99", cell: ({ latencyMs }) => latencyMs.p99.toFixed(3) },
];

const classColumns = (report: ExportReport): readonly Column<ExportedModel>[] => [
	{ heading: "errors", cell: ({ test }) => (test.errors === undefined ? "–" : count(test.errors)) },
	{ heading: "accuracy", cell: ({ test }) => (test.accuracy === undefined ? "–" : percent(test.accuracy)) },
	...(report.models.some(({ transformers }) => transformers !== undefined) ? [inTransformers] : []),
	...balancedColumns(isUnequal(report)).map(({ heading, cell }) => ({
		heading,
		cell: ({ test }: ExportedModel) => cell(test),
	})),
	{ heading: "as float32", cell: ({ test }) => percentSpread(test.agreement, undefined) },
	{ heading: "validation", cell: ({ validation }) => percentSpread(validation.agreement, undefined) },
];

/** The report as lines of text. */
function exportTable(report: ExportReport, to: string, width: number): string {
	const { models, int8, data, test, environment, notices } = report;
	const rows = models.map((model) => [model.precision, model] as const);
	const sentences = [
		`On ${count(test)} test samples of ${data}; ${likenessNote(report)}`,
		int8 === undefined ? "Nothing in the model can be quantised: there is no int8." : adviceSentence(int8),
		...speedSentence(models),
		...notices.map(noticeText),
		`Written to ${to}.`,
	];
	return [
		...columnTable(rows, columnsOf(report), width),
		"",
		...sentences.flatMap((sentence) => wrapText(sentence, width)),
		describeMachine(environment),
	].join("\n");
}

/** What the columns say that compare with float32. */
function likenessNote({ task }: ExportReport): string {
	return task === undefined
		? `"as float32": the same class as the float32 model's, on them and on the validation split.`
		: "the columns about float32 compare with that model's answers, on them and on the validation split.";
}

/** Says so where int8 takes longer. */
function speedSentence(models: readonly ExportedModel[]): readonly string[] {
	const [float32, int8] = ["float32", "int8"].map((name) => models.find(({ precision }) => precision === name));
	if (float32 === undefined || int8 === undefined || int8.latencyMs.p50 <= float32.latencyMs.p50) return [];
	return ["int8 is slower than float32 on this machine, in calls with one sample."];
}
