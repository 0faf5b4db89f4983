import { isUnequal } from "../../report/balance.js";
import { columnTable } from "../../report/columns.js";
import { diagnosisLines } from "../../report/diagnosis.js";
import { count, percent } from "../../report/numbers.js";
import { columnsOf, dataSentences, type NamedRows, type Row } from "../../report/rows.js";
import { alignTable, wrapText } from "../../report/text.js";
import { specializeNetworks } from "./networks.js";
import { type ControlName, controlOrder, type SpecializeReport } from "./report.js";

/**
 * The report of specialists as lines of text: accuracy, conditional accuracy, accuracy by coverage, times, the classes of
 * each specialist, and what it means.
 *
 * @param width - columns to stay within.
 */
export function specializeReportTable(report: SpecializeReport, width = Infinity): string {
	const networks = classifiersOf(report);
	const diagnosis = diagnosisLines(report.diagnosis, width);
	const sections = [
		columnTable(networks, columnsOf(networks, isUnequal(report.data)), width),
		...(diagnosis.length === 0 ? [] : [diagnosis]),
		alignTable(conditionalRows(report)),
		alignTable(coverageRows(report)),
		wrapText(timeSentence(report), width),
		clusterLines(report).flatMap((line) => wrapText(line, width)),
		specializeSentences(report).flatMap((sentence) => wrapText(sentence, width)),
	];
	return sections.map((lines) => lines.join("\n")).join("\n\n");
}

/** The classifiers of a report. */
export function classifiersOf(report: SpecializeReport): NamedRows {
	return labelled<Row>(report, report.controls);
}

/** What the figures say and rest on. */
export function specializeSentences({ verdict, data, seeds }: SpecializeReport): readonly string[] {
	const means = seeds.length > 1 ? `; means of ${String(seeds.length)} seeds` : "";
	return [...verdict, `On ${count(data.test)} test samples, seen once, at the end${means}.`, ...dataSentences(data)];
}

/** What is told of each classifier: what tables call it, and what results do. */
function labelled<T>(
	{ generalist, combined, distilledBack }: Readonly<Record<"generalist" | "combined" | "distilledBack", T>>,
	controls: Readonly<Partial<Record<ControlName, T>>>,
): readonly (readonly [label: string, told: T, name: string])[] {
	const all = { generalist, combined, distilled: distilledBack, ...controls };
	return (["generalist", "combined", "distilled", ...controlOrder] as const).flatMap((name) => {
		const told = all[name];
		return told === undefined ? [] : [[specializeNetworks.titleOf(name), told, name] as const];
	});
}

/** Accuracy where the class is some specialist's, and predictions are among the classes that are; headings first. */
export function conditionalRows({ conditional }: SpecializeReport): readonly (readonly string[])[] {
	const rows = labelled(conditional, conditional.controls);
	return [
		[`conditional on the ${percent(conditional.covered)} covered`, "accuracy"],
		...rows.map(([label, share]) => [label, percent(share)]),
	];
}

/** The paper's Table 4; headings first. */
export function coverageRows({ coverage }: SpecializeReport): readonly (readonly string[])[] {
	const signed = (share: number): string => `${share < 0 ? "" : "+"}${(100 * share).toFixed(2)} %`;
	return [
		["specialists that cover the true class", "samples", "generalist right", "with specialists", "relative change"],
		...coverage.map(({ specialists, samples, generalist, combined, relativeChange }) => [
			String(specialists),
			...[samples, generalist, combined].map(count),
			relativeChange === undefined ? "–" : signed(relativeChange),
		]),
	];
}

/** How long training took, and what it cost. */
export function timeSentence({ training, cost }: SpecializeReport): string {
	const seconds = (value: number): string => `${value.toFixed(1)} s`;
	const { generalistSeconds, specialistSeconds, specialistsSeconds } = training;
	return (
		`Trained in: generalist ${seconds(generalistSeconds)}, one specialist ${seconds(specialistSeconds)}, ` +
		`all specialists ${seconds(specialistsSeconds)} (passes over the samples: generalist ` +
		`${cost.generalistEpochs.toFixed(1)}, all specialists ${cost.specialistsEpochs.toFixed(1)}).`
	);
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
