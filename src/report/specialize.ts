import {
	type ControlName,
	type CoverageLine,
	controlOrder,
	type SpecializeReport,
} from "../distill/specialists/report.js";
import { columnTable } from "./columns.js";
import { count, percent } from "./numbers.js";
import { columnsOf, type Row } from "./table.js";
import { alignTable, wrapText } from "./text.js";

const controlLabels: Readonly<Record<ControlName, string>> = {
	longer: "generalist, longer",
	ensemble: "two generalists",
	random: "random specialists",
};

/**
 * The report of specialists as lines of text: accuracy, conditional accuracy, accuracy by coverage, times, the classes of
 * each specialist, and what it means.
 *
 * @param width - columns to stay within.
 */
export function specializeReportTable(report: SpecializeReport, width = Infinity): string {
	const { verdict, data, seeds } = report;
	const networks = labelled<Row>(report, report.controls);
	const test = `On ${count(data.test)} test samples, seen once, at the end`;
	const sections = [
		columnTable(networks, columnsOf(networks), width),
		conditionalTable(report),
		coverageTable(report.coverage),
		timeLines(report).flatMap((line) => wrapText(line, width)),
		clusterLines(report).flatMap((line) => wrapText(line, width)),
		[...verdict, `${test}${seeds.length > 1 ? `; means of ${String(seeds.length)} seeds` : ""}.`].flatMap((sentence) =>
			wrapText(sentence, width),
		),
	];
	return sections.map((lines) => lines.join("\n")).join("\n\n");
}

/** What is told of each classifier, by what it is called. */
function labelled<T>(
	{ generalist, combined, distilledBack }: Readonly<Record<"generalist" | "combined" | "distilledBack", T>>,
	controls: Readonly<Partial<Record<ControlName, T>>>,
): readonly (readonly [label: string, told: T])[] {
	return [
		["generalist", generalist],
		["with specialists", combined],
		["distilled back", distilledBack],
		...controlOrder.flatMap((name) => {
			const told = controls[name];
			return told === undefined ? [] : [[controlLabels[name], told] as const];
		}),
	];
}

/** Accuracy where the class is some specialist's, and predictions are among the classes that are. */
function conditionalTable({ conditional }: SpecializeReport): readonly string[] {
	const rows = labelled(conditional, conditional.controls);
	return alignTable([
		[`conditional on the ${percent(conditional.covered)} covered`, "accuracy"],
		...rows.map(([label, share]) => [label, percent(share)]),
	]);
}

/** The paper's Table 4. */
function coverageTable(lines: readonly CoverageLine[]): readonly string[] {
	const signed = (share: number): string => `${share < 0 ? "" : "+"}${(100 * share).toFixed(2)} %`;
	return alignTable([
		["specialists that cover the true class", "samples", "generalist right", "with specialists", "relative change"],
		...lines.map(({ specialists, samples, generalist, combined, relativeChange }) => [
			String(specialists),
			...[samples, generalist, combined].map(count),
			relativeChange === undefined ? "–" : signed(relativeChange),
		]),
	]);
}

function timeLines({ training, cost }: SpecializeReport): readonly string[] {
	const seconds = (value: number): string => `${value.toFixed(1)} s`;
	const { generalistSeconds, specialistSeconds, specialistsSeconds } = training;
	return [
		`Trained in: generalist ${seconds(generalistSeconds)}, one specialist ${seconds(specialistSeconds)}, ` +
			`all specialists ${seconds(specialistsSeconds)} (passes over the samples: generalist ` +
			`${cost.generalistEpochs.toFixed(1)}, all specialists ${cost.specialistsEpochs.toFixed(1)}).`,
	];
}

/** The classes of the first seed's specialists. */
function clusterLines({ clusters, seeds }: SpecializeReport): readonly string[] {
	const [first] = clusters;
	if (first === undefined) return [];
	const { specialists, uncovered, predictions } = first;
	const whose = seeds.length > 1 ? ` (seed ${String(first.seed)})` : "";
	return [
		`Classes by ${count(predictions)} predictions${whose}:`,
		...specialists.map(({ classes }, m) => `  ${String(m + 1)}: ${classes.join(", ")}`),
		...(uncovered.length === 0 ? [] : [`  no specialist: ${uncovered.join(", ")}`]),
	];
}
