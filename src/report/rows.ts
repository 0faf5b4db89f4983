/** Classifiers in tables: what is told of each. */
import type { MemberEvaluation } from "../distill/evaluation.js";
import type { DataReport, Measured, NetworkReport } from "../distill/network-report.js";
import { noticeText } from "../notices.js";
import { type FigureName, figureKinds, figureText } from "../tasks/figures.js";
import { taskOf } from "../tasks/index.js";
import type { TaskName } from "../tasks/names.js";
import { balancedColumns } from "./balance.js";
import { type Column, cellsOf, type NetworkSort, type Sized } from "./columns.js";
import { count, percentSpread, spread } from "./numbers.js";

/** A network in a table; one that was given has no measures of training. */
export type Row = Measured<MemberEvaluation & Partial<NetworkReport>>;

const quality: readonly Column<Row>[] = [
	{ heading: "errors", cell: ({ errors, std }) => spread(errors, std?.errors, std === undefined ? 0 : 1) },
	{ heading: "accuracy", cell: ({ accuracy, std }) => percentSpread(accuracy, std?.accuracy) },
	{ heading: "NLL", cell: ({ nll, std }) => spread(nll, std?.nll, 4) },
	{ heading: "ECE", cell: ({ ece, std }) => spread(ece, std?.ece, 4) },
];

const cost: readonly Column<Row>[] = [
	{ heading: "parameters", cell: ({ parameters }) => count(parameters) },
	{ heading: "kB", cell: ({ bytes }) => count(bytes / 1000) },
	{ heading: "ms/sample", cell: ({ latencyMs }) => latencyMs?.p50.toFixed(3) ?? "–" },
	{ heading: "trained in", cell: ({ trainSeconds }) => (trainSeconds === undefined ? "–" : seconds(trainSeconds)) },
];

/** A figure of another task than classification. */
function figureColumn(name: FigureName): Column<Row> {
	const { title, as } = figureKinds[name];
	return {
		heading: title,
		cell(row) {
			const [value, std] = [row[name], row.std?.[name]];
			if (as === "percent") return percentSpread(value, std);
			if (value === undefined) return "–";
			return std === undefined ? figureText(name, value) : `${figureText(name, value)} ± ${figureText(name, std)}`;
		},
	};
}

const trainAccuracy: Column<Row> = {
	heading: "on training",
	cell: ({ trainAccuracy, std }) => percentSpread(trainAccuracy, std?.trainAccuracy),
};

/** A time in a cell. */
export const seconds = (value: number): string => `${value.toFixed(1)} s`;

/** Networks of a report: what tables call each, its figures, and what results call it. */
export type NamedRows = readonly (readonly [label: string, network: Row, name: string])[];

/**
 * What is told of such networks.
 *
 * @param unequal - whether classes are so unequal that accuracy misleads.
 * @param task - another than classification.
 */
export function columnsOf(
	rows: readonly (readonly [label: string, network: Row, ...others: readonly unknown[]])[],
	unequal = false,
	task?: TaskName,
): readonly Column<Row>[] {
	if (task !== undefined) return [...taskOf({ task }).measures.map(figureColumn), ...cost];
	const columns = [...quality, ...cost];
	const withTraining = rows.some(([, network]) => network.trainAccuracy !== undefined);
	return columns.toSpliced(2, 0, ...balancedColumns(unequal), ...(withTraining ? [trainAccuracy] : []));
}

/** A classifier by its size; nothing without labels, as there are no errors. */
function sizeOf({ bytes, errors, std }: Row): Sized | undefined {
	return errors === undefined ? undefined : { bytes, errors, std: std?.errors };
}

/** Classifiers. */
export const classifiers: NetworkSort<Row> = {
	name: "classifiers",
	table: (rows, unequal) => cellsOf(rows, columnsOf(rows, unequal)),
	sized: sizeOf,
};

/** What figures rest on, in a sentence. */
export function basis({ test }: DataReport, seeds: readonly number[]): string {
	return `On ${count(test)} test samples${acrossSeeds(seeds)}, seen once, at the end.`;
}

/** That figures are means, where there are several seeds. */
export const acrossSeeds = (seeds: readonly number[]): string =>
	seeds.length > 1 ? `, mean of ${seeds.length} seeds` : "";

/** What should be known of the data that the figures rest on. */
export function dataSentences({ skipped, notices = [] }: DataReport): readonly string[] {
	return [
		...(skipped ? [`${count(skipped)} samples could not be read and were left out.`] : []),
		...notices.map(noticeText),
	];
}
