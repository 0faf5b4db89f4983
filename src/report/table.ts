import type { Evaluation } from "../distill/evaluate.js";
import type { Measured, NetworkReport, Report } from "../distill/report.js";
import type { TrainReport } from "../distill/train-report.js";
import { type Column, columnTable } from "./columns.js";
import { wrapText } from "./text.js";

/** A network in a table; one that was given has no measures of training. */
type Row = Measured<Evaluation & Partial<NetworkReport>>;

const number = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A mean, with its deviation where there are several seeds. */
function spread(value: number, deviation: number | undefined, digits: number): string {
	return deviation === undefined ? value.toFixed(digits) : `${value.toFixed(digits)} ± ${deviation.toFixed(digits)}`;
}

const columns: readonly Column<Row>[] = [
	{ heading: "errors", cell: ({ errors, std }) => spread(errors, std?.errors, std === undefined ? 0 : 1) },
	{ heading: "accuracy", cell: ({ accuracy, std }) => `${spread(100 * accuracy, std && 100 * std.accuracy, 2)} %` },
	{ heading: "NLL", cell: ({ nll, std }) => spread(nll, std?.nll, 4) },
	{ heading: "ECE", cell: ({ ece, std }) => spread(ece, std?.ece, 4) },
	{ heading: "parameters", cell: ({ parameters }) => number.format(parameters) },
	{ heading: "kB", cell: ({ bytes }) => number.format(bytes / 1000) },
	{ heading: "ms/sample", cell: ({ latencyMs }) => latencyMs.p50.toFixed(3) },
	{ heading: "trained in", cell: ({ trainSeconds }) => (trainSeconds === undefined ? "–" : seconds(trainSeconds)) },
];

const secondsPerEpoch: Column<Row> = {
	heading: "an epoch",
	cell: ({ secondsPerEpoch }) => (secondsPerEpoch === undefined ? "–" : seconds(secondsPerEpoch)),
};

const seconds = (value: number): string => `${value.toFixed(1)} s`;

/**
 * The report's results as lines of text: a table, and what it means.
 *
 * @param width - columns to stay within; where a line for each network is too wide, each gets a column.
 */
export function reportTable(report: Report, width = Infinity): string {
	const rows = [
		["teacher", report.teacher],
		["student, alone", report.baseline],
		["student, distilled", report.student],
	] as const;
	const sentences = verdict(report).flatMap((sentence) => wrapText(sentence, width));
	return [...columnTable(rows, columns, width), "", ...sentences].join("\n");
}

/** {@link reportTable} for the training of one network. */
export function trainReportTable({ recipe, network, data, seeds }: TrainReport, width = Infinity): string {
	const rows = [[recipe.network.family, network]] as const;
	const sentence = `On ${number.format(data.test)} test samples${acrossSeeds(seeds)}, seen once, at the end.`;
	const table = columnTable(rows, [...columns, secondsPerEpoch], width);
	return [...table, "", ...wrapText(sentence, width)].join("\n");
}

const acrossSeeds = (seeds: readonly number[]): string => (seeds.length > 1 ? `, mean of ${seeds.length} seeds` : "");

/** What the numbers say, in sentences; nothing is claimed that they do not show. */
function verdict({ student, baseline, data, mcnemar, seeds }: Report): readonly string[] {
	const test = `${number.format(data.test)} test samples${acrossSeeds(seeds)}`;
	const p = [mcnemar].flat().map((test) => test.p.toPrecision(2));
	const fidelity = `agrees with the teacher on ${(100 * student.agreement).toFixed(2)} %`;
	return [
		`${comparison(student.errors, baseline.errors, seeds.length > 1 ? 1 : 0)} (${test}; McNemar's p = ${p.join(", ")}).`,
		`The distilled student ${fidelity}; KL to it ${student.klToTeacher.toFixed(4)}.`,
		...(data.skipped ? [`${number.format(data.skipped)} samples could not be read and were left out.`] : []),
	];
}

function comparison(student: number, baseline: number, digits: number): string {
	const difference = Math.abs(baseline - student).toFixed(digits);
	if (student < baseline) return `Distillation saved ${difference} of the student's ${baseline.toFixed(digits)} errors`;
	if (student > baseline) return `Distillation did not help here: ${difference} more errors than the student alone`;
	return "Distillation did not help here: as many errors as the student alone";
}
