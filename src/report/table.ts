import type { MemberEvaluation } from "../distill/evaluate.js";
import type { Measured, NetworkReport, Report } from "../distill/report.js";
import type { TrainReport } from "../distill/train-report.js";
import { type Column, columnTable } from "./columns.js";
import { wrapText } from "./text.js";

/** A network in a table; one that was given has no measures of training. */
type Row = Measured<MemberEvaluation & Partial<NetworkReport>>;

const number = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A mean, with its deviation where there are several seeds. */
function spread(value: number | undefined, deviation: number | undefined, digits: number): string {
	if (value === undefined) return "–";
	return deviation === undefined ? value.toFixed(digits) : `${value.toFixed(digits)} ± ${deviation.toFixed(digits)}`;
}

function percent(share: number | undefined, deviation: number | undefined): string {
	if (share === undefined) return "–";
	return `${spread(100 * share, deviation === undefined ? undefined : 100 * deviation, 2)} %`;
}

const columns: readonly Column<Row>[] = [
	{ heading: "errors", cell: ({ errors, std }) => spread(errors, std?.errors, std === undefined ? 0 : 1) },
	{ heading: "accuracy", cell: ({ accuracy, std }) => percent(accuracy, std?.accuracy) },
	{ heading: "NLL", cell: ({ nll, std }) => spread(nll, std?.nll, 4) },
	{ heading: "ECE", cell: ({ ece, std }) => spread(ece, std?.ece, 4) },
	{ heading: "parameters", cell: ({ parameters }) => number.format(parameters) },
	{ heading: "kB", cell: ({ bytes }) => number.format(bytes / 1000) },
	{ heading: "ms/sample", cell: ({ latencyMs }) => latencyMs?.p50.toFixed(3) ?? "–" },
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
	const { teacher, members = [], baseline, student } = report;
	const [single] = members;
	const rows: readonly (readonly [label: string, network: Row])[] = [
		...(single === undefined ? [] : [["teacher, first alone", single] as const]),
		...(teacher === undefined
			? []
			: [[members.length === 0 ? "teacher" : `teacher, all ${String(members.length)}`, teacher] as const]),
		...(baseline === undefined ? [] : [["student, alone", baseline] as const]),
		["student, distilled", student],
	];
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
function verdict(report: Report): readonly string[] {
	const { student, members = [], data, seeds } = report;
	const digits = seeds.length > 1 ? 1 : 0;
	return [
		compared(report, digits),
		...fidelity(student),
		...spreadOfMembers(members, digits),
		...(data.skipped ? [`${number.format(data.skipped)} samples could not be read and were left out.`] : []),
	];
}

/** The student with the teacher against the student alone; without labels why there is no such thing. */
function compared({ student, baseline, data, mcnemar = [], seeds }: Report, digits: number): string {
	const test = `${number.format(data.test)} test samples${acrossSeeds(seeds)}`;
	if (baseline?.errors === undefined || student.errors === undefined) {
		const figures =
			student.errors === undefined ? `no accuracy on the ${test}, and no baseline` : `no baseline (${test})`;
		return `No labels: validation goes by the teacher, there is ${figures}.`;
	}
	const p = [mcnemar].flat().map((test) => test.p.toPrecision(2));
	return `${comparison(student.errors, baseline.errors, digits)} (${test}; McNemar's p = ${p.join(", ")}).`;
}

function fidelity({ agreement, klToTeacher }: Report["student"]): readonly string[] {
	if (agreement === undefined || klToTeacher === undefined) return [];
	const share = `agrees with the teacher on ${(100 * agreement).toFixed(2)} %`;
	return [`The distilled student ${share}; KL to it ${klToTeacher.toFixed(4)}.`];
}

/** How members of an ensemble do alone. */
function spreadOfMembers(members: NonNullable<Report["members"]>, digits: number): readonly string[] {
	const errors = members.flatMap((member) => member.errors ?? []);
	if (errors.length === 0) return [];
	const mean = errors.reduce((sum, one) => sum + one, 0) / errors.length;
	const range = `${Math.min(...errors).toFixed(digits)} to ${Math.max(...errors).toFixed(digits)} errors`;
	return [`Alone, the ${String(members.length)} teachers make ${range}, ${mean.toFixed(1)} on average.`];
}

function comparison(student: number, baseline: number, digits: number): string {
	const difference = Math.abs(baseline - student).toFixed(digits);
	if (student < baseline) return `Distillation saved ${difference} of the student's ${baseline.toFixed(digits)} errors`;
	if (student > baseline) return `Distillation did not help here: ${difference} more errors than the student alone`;
	return "Distillation did not help here: as many errors as the student alone";
}
