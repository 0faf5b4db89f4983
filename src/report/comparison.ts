/** What `limbeck compare` tells of several models. */
import type { Comparison, Evaluation, SplitName } from "../distill/evaluation.js";
import type { EvaluationDetails } from "../distill/evaluation-details.js";
import type { Environment } from "../distill/network-report.js";
import { type ClassBalance, holm } from "../metrics/index.js";
import { type Notice, noticeText } from "../notices.js";
import type { Fidelity } from "../train/labels.js";
import { balancedColumns, isUnequal } from "./balance.js";
import { type Column, columnTable } from "./columns.js";
import { diagnosisParagraph } from "./diagnosis.js";
import { describeMachine, uncalibrated } from "./evaluation.js";
import { count, operations, percent, pValue } from "./numbers.js";
import { wrapText } from "./text.js";

/** One of the models that are compared. */
export interface ComparedModel extends Omit<Evaluation, "multiplyAdds">, EvaluationDetails, Partial<Fidelity> {
	/** The file's name, with as much of its path as tells it from the others. */
	readonly name: string;
	readonly file: string;
	/** Of one sample; `null` where they are not known. */
	readonly multiplyAdds: number | null;
}

/** Two of the models on the same samples. */
export interface ComparedPair extends Comparison {
	/** Names of the models. */
	readonly a: string;
	readonly b: string;
	/** Holm's correction of `p` for all the pairs; `p` itself of a single one. */
	readonly corrected: number;
	/** Whether `corrected` is below 0.05. */
	readonly significant: boolean;
}

/** Several models on a split of a data set. */
export interface ComparisonReport {
	readonly data: string;
	readonly split: SplitName;
	readonly samples: number;
	readonly models: readonly ComparedModel[];
	/** What agreement and KL are measured against, where it was given. */
	readonly teacher?: ComparedModel;
	/** Every pair of models. */
	readonly pairs: readonly ComparedPair[];
	/** How the labels are spread over the classes. */
	readonly balance?: ClassBalance;
	/** What is to be said of the figures, the gravest first. */
	readonly diagnosis?: readonly Notice[];
	/** What should be known of the data and the models; absent where there is nothing. */
	readonly notices?: readonly Notice[];
	readonly environment: Environment;
}

/** A p-value at which a difference is called significant. */
const level = 0.05;

/** The pairs with what their p-values mean, taken together. */
export function judgePairs(
	pairs: readonly (readonly [a: string, b: string])[],
	comparisons: readonly Comparison[],
): readonly ComparedPair[] {
	const corrected = holm(comparisons.map(({ p }) => p));
	return comparisons.map((comparison, index) => {
		const [a, b] = pairs[index] ?? ["", ""];
		const p = corrected[index] ?? 1;
		return { a, b, ...comparison, corrected: p, significant: p < level };
	});
}

/** The report as lines of text, at most `width` columns wide where words can be broken. */
export function comparisonTable(report: ComparisonReport, width = Infinity): string {
	const { data, split, samples, models, teacher, pairs, notices = [] } = report;
	const all = [...models, ...(teacher === undefined ? [] : [{ ...teacher, name: `teacher: ${teacher.name}` }])];
	const rows = all.map((model) => [model.name, model] as const);
	const columns = [
		...commonColumns,
		...balancedColumns(isUnequal(report)),
		...topColumns(models),
		...calibrationColumns,
		...costColumns,
		...(teacher === undefined ? [] : fidelityColumns),
	];
	return [
		`${count(samples)} ${split} samples of ${data}`,
		"",
		...columnTable(rows, columns, width),
		"",
		...diagnosisParagraph(report.diagnosis, width),
		...verdicts(pairs, samples).flatMap((line) => wrapText(line, width)),
		"",
		...wrapText(all.some(isCalibrated) ? temperatureNote : uncalibrated(split), width),
		...notices.flatMap((notice) => wrapText(noticeText(notice), width)),
		describeMachine(report.environment),
	].join("\n");
}

const temperatureNote = "T: temperature fitted on the validation split; NLL/T and ECE/T: at that temperature.";

const isCalibrated = ({ calibration }: ComparedModel): boolean => calibration !== undefined;

type Columns = readonly Column<ComparedModel>[];

const commonColumns: Columns = [
	{ heading: "errors", cell: ({ errors }) => count(errors) },
	{ heading: "accuracy", cell: ({ accuracy }) => percent(accuracy) },
	{ heading: "95 % interval", cell: ({ accuracyInterval: { low, high } }) => `${points(low)} to ${points(high)}` },
];

const topColumns = ([first]: readonly ComparedModel[]): Columns =>
	Object.keys(first?.topK ?? {})
		.filter((k) => k !== "1")
		.map((k) => ({ heading: `top-${k}`, cell: ({ topK }) => percent(topK[k] ?? 0) }));

const calibrationColumns: Columns = [
	{ heading: "NLL", cell: ({ nll }) => nll.toFixed(4) },
	{ heading: "Brier", cell: ({ brier }) => brier.toFixed(4) },
	{ heading: "ECE", cell: ({ ece }) => ece.toFixed(4) },
	{ heading: "T", cell: ({ calibration }) => calibration?.temperature.toPrecision(3) ?? "–" },
	{ heading: "NLL/T", cell: ({ calibration }) => calibration?.nll.toFixed(4) ?? "–" },
	{ heading: "ECE/T", cell: ({ calibration }) => calibration?.ece.toFixed(4) ?? "–" },
];

const costColumns: Columns = [
	{ heading: "parameters", cell: ({ parameters }) => count(parameters) },
	{ heading: "kB", cell: ({ bytes }) => count(bytes / 1000) },
	{ heading: "multiply-adds", cell: ({ multiplyAdds }) => operations(multiplyAdds) },
	{ heading: "p50 ms", cell: ({ latencyMs }) => latencyMs.p50.toFixed(3) },
	{ heading: "p99 ms", cell: ({ latencyMs }) => latencyMs.p99.toFixed(3) },
	{ heading: "samples/s", cell: ({ throughput }) => count(throughput) },
];

const fidelityColumns: Columns = [
	{ heading: "agreement", cell: ({ agreement }) => (agreement === undefined ? "–" : percent(agreement)) },
	{ heading: "KL to teacher", cell: ({ klToTeacher }) => klToTeacher?.toFixed(4) ?? "–" },
];

const points = (share: number): string => (100 * share).toFixed(2);

/** What each pair says, in a sentence; nothing is claimed that the test does not show. */
function verdicts(pairs: readonly ComparedPair[], samples: number): readonly string[] {
	const corrected = pairs.length > 1;
	const sentences = pairs.map((pair) => verdict(pair, samples, corrected ? "corrected p" : "McNemar's p"));
	return corrected
		? [...sentences, `p: McNemar's test, with Holm's correction for ${pairs.length} comparisons.`]
		: sentences;
}

function verdict({ a, b, difference, corrected, significant }: ComparedPair, samples: number, p: string): string {
	const { value, low, high } = difference;
	const [better, worse] = value >= 0 ? [a, b] : [b, a];
	const fewer = count(Math.round(Math.abs(value) * samples));
	const says = significant
		? `${better} has ${fewer} fewer errors than ${worse}`
		: `No significant difference between ${a} and ${b}`;
	const interval = `${a} − ${b}: ${points(value)} points of accuracy, 95 % interval ${points(low)} to ${points(high)}`;
	return `${says} (${p} ${pValue(corrected)}; ${interval}).`;
}
