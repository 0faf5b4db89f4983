/** What `limbeck evaluate` and `limbeck compare` tell of models of another task than classification. */
import type { AnyEvaluation, Comparison, EvaluateOutcome, SplitName } from "../distill/evaluation.js";
import type { Environment } from "../distill/network-report.js";
import { type Notice, noticeText } from "../notices.js";
import { type FigureName, figureKinds, figureText } from "../tasks/figures.js";
import { taskOf } from "../tasks/index.js";
import type { TaskName } from "../tasks/names.js";
import type { FigureTable } from "../tasks/task.js";
import { type Column, columnTable } from "./columns.js";
import { diagnosisParagraph } from "./diagnosis.js";
import { describeMachine } from "./evaluation.js";
import { count, operations, pValue } from "./numbers.js";
import { alignTable, wrapText } from "./text.js";

/** A model as it was measured. */
export interface TaskModel extends AnyEvaluation {
	readonly name: string;
	readonly file: string;
	/** What the task tells of it in tables. */
	readonly tables: readonly FigureTable[];
}

/** Two of the models on the same samples. */
export interface TaskPair extends Comparison {
	readonly a: string;
	readonly b: string;
}

/** Models on a split of a data set. */
export interface TaskReport {
	readonly task: TaskName;
	readonly data: string;
	readonly split: SplitName;
	readonly samples: number;
	readonly models: readonly TaskModel[];
	/** Every pair of models that were compared. */
	readonly pairs: readonly TaskPair[];
	readonly diagnosis: readonly Notice[];
	readonly notices?: readonly Notice[];
	readonly environment: Environment;
}

/** The models of an evaluation. @param files - by the models' names. */
export function taskModels(
	{ models, tables = {} }: EvaluateOutcome,
	files: Readonly<Record<string, string>>,
): readonly TaskModel[] {
	return Object.entries(files).map(([name, file]) => {
		const evaluation = models[name];
		if (evaluation === undefined) throw new TypeError(`evaluate: expected an evaluation of ${name}, got none`);
		return { name, file, ...evaluation, tables: tables[name] ?? [] };
	});
}

/** Figures of how close a model is to another. */
const fidelities = ["agreement", "klToTeacher", "rmseToTeacher"] as const satisfies readonly FigureName[];

const figureCell = (name: FigureName, value: number | undefined): string =>
	value === undefined ? "–" : figureText(name, value);

/** One model, a line for each figure. @param details - whether the task's tables are told as well. */
export function taskTable(report: TaskReport, details: boolean, width = Infinity): string {
	const [model] = report.models;
	if (model === undefined) throw new TypeError("evaluate: expected a model, got none");
	const { measures } = taskOf(report);
	const lines = alignTable([
		["samples", count(report.samples)],
		...measures.map((name) => [figureKinds[name].title, figureCell(name, model[name])]),
		["parameters", count(model.parameters)],
		["size", `${count(model.bytes / 1000)} kB`],
		["multiply-adds of a sample", operations(model.multiplyAdds ?? null)],
		["latency, p50", `${model.latencyMs.p50.toFixed(3)} ms`],
		["latency, p99", `${model.latencyMs.p99.toFixed(3)} ms`],
		["throughput", `${count(model.throughput)} samples/s`],
	]);
	const tables = details
		? model.tables.flatMap(({ title, columns, rows }) => [title, "", ...alignTable([columns, ...rows]), ""])
		: [];
	return [
		`${model.file} on the ${report.split} split of ${report.data}`,
		"",
		...lines,
		"",
		...tables,
		...ending(report, width),
	].join("\n");
}

/** Several models, a column for each figure, and what their differences show. */
export function taskComparison(report: TaskReport, width = Infinity): string {
	const { measures } = taskOf(report);
	const toTeacher = fidelities.filter((name) => report.models.some((model) => model[name] !== undefined));
	const columns: readonly Column<TaskModel>[] = [
		...[...measures, ...toTeacher].map(
			(name): Column<TaskModel> => ({
				heading: figureKinds[name].title,
				cell: (model) => figureCell(name, model[name]),
			}),
		),
		{ heading: "parameters", cell: ({ parameters }) => count(parameters) },
		{ heading: "kB", cell: ({ bytes }) => count(bytes / 1000) },
		{ heading: "ms/sample", cell: ({ latencyMs }) => latencyMs.p50.toFixed(3) },
	];
	const rows = report.models.map((model) => [model.name, model] as const);
	const verdicts = report.pairs.map(
		({ a, b, onlyA, onlyB, p }) =>
			`${a} answers ${count(onlyA)} samples better than ${b}, ${count(onlyB)} worse: sign test, p ${pValue(p)}.`,
	);
	return [
		`${count(report.samples)} ${report.split} samples of ${report.data}`,
		"",
		...columnTable(rows, columns, width),
		"",
		...verdicts.flatMap((line) => wrapText(line, width)),
		...(verdicts.length === 0 ? [] : [""]),
		...ending(report, width),
	].join("\n");
}

function ending({ diagnosis, notices = [], environment }: TaskReport, width: number): readonly string[] {
	return [
		...diagnosisParagraph(diagnosis, width),
		...notices.flatMap((notice) => wrapText(noticeText(notice), width)),
		describeMachine(environment),
	];
}
