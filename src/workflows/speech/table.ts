import type { Measured } from "../../distill/network-report.js";
import { noticeText } from "../../notices.js";
import { type Column, cellsOf, columnTable, type NetworkSort } from "../../report/columns.js";
import { diagnosisParagraph } from "../../report/diagnosis.js";
import { count } from "../../report/numbers.js";
import { wrapText } from "../../report/text.js";
import { netTitle } from "./networks.js";
import type { SpeechFoldsReport, SpeechNetReport, SpeechReport } from "./report.js";

/** A net in a table. */
export type SpeechRow = Measured<SpeechNetReport>;

/** A share in per cent, with its deviation where there are several seeds. */
function percent(share: number | undefined, deviation: number | undefined): string {
	if (share === undefined) return "–";
	const mean = (100 * share).toFixed(2);
	return deviation === undefined ? `${mean} %` : `${mean} ± ${(100 * deviation).toFixed(2)} %`;
}

/** Word errors of a part: the rate, and how many substitutions, deletions, insertions. */
function words(
	pick: (net: Pick<SpeechRow, "test">) => SpeechRow["test"]["connected"] | undefined,
): (row: SpeechRow) => string {
	return (row) => {
		const errors = pick(row);
		if (errors === undefined) return "–";
		const changes = [errors.substitutions, errors.deletions, errors.insertions];
		const shown = changes.map((change) => (Number.isInteger(change) ? String(change) : change.toFixed(1)));
		return `${percent(errors.wer, row.std === undefined ? undefined : pick(row.std)?.wer)} (${shown.join(", ")})`;
	};
}

/** What is told of a net. */
export const speechColumns: readonly Column<SpeechRow>[] = [
	{ heading: "frames, train", cell: ({ trainAccuracy, std }) => percent(trainAccuracy, std?.trainAccuracy) },
	{
		heading: "frames, validation",
		cell: ({ validation, std }) => percent(validation.frameAccuracy, std?.validation.frameAccuracy),
	},
	{ heading: "frames, test", cell: ({ test, std }) => percent(test.frameAccuracy, std?.test.frameAccuracy) },
	{ heading: "WER, strings (S, D, I)", cell: words(({ test }) => test.connected) },
	{ heading: "WER, single (S, D, I)", cell: words(({ test }) => test.single) },
	{ heading: "penalty", cell: ({ insertionPenalty }) => number(insertionPenalty) },
	{ heading: "T", cell: ({ temperature }) => (temperature === undefined ? "–" : number(temperature)) },
	{ heading: "parameters", cell: ({ parameters }) => count(parameters) },
	{ heading: "x real time", cell: ({ realTimeFactor }) => realTimeFactor.toFixed(4) },
	{
		heading: "frames/s, training",
		cell: ({ framesPerSecond }) => (framesPerSecond === undefined ? "–" : count(framesPerSecond)),
	},
];

/** Nets that hear words. */
export const acousticNets: NetworkSort<SpeechRow> = {
	name: "nets of speech",
	table: (rows) => cellsOf(rows, speechColumns),
};

const number = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(1));

/** The nets of a report, by what they are called. */
export function speechRows(
	networks: SpeechReport["networks"],
	recipe: SpeechReport["recipe"],
): readonly (readonly [label: string, net: SpeechRow])[] {
	return Object.entries(networks).map(([name, net]) => [netTitle(name, recipe), net]);
}

/**
 * The report's results as lines of text: a table, and what it means.
 *
 * @param width - columns to stay within; where a line for each net is too wide, each gets a column.
 */
export function speechReportTable(report: SpeechReport, width = Infinity): string {
	return told(report.networks, report.recipe, width, speechSentences(report), report.diagnosis);
}

/** What the figures rest on, and what they say. */
export function speechSentences({ corpus, seeds, gain }: SpeechReport): readonly string[] {
	const { train, validation, test, states, rounds, settled, notices = [] } = corpus;
	const last = rounds.at(-1);
	return [
		`${count(train.recordings)} recordings for training (${count(train.frames)} frames of ${String(states)} states), ` +
			`${count(validation.recordings)} for validation, ${count(test.recordings)} for the test (${count(test.frames)} ` +
			`frames), which was opened once, at the end${seeds.length > 1 ? `; mean of ${String(seeds.length)} seeds` : ""}.`,
		`Alignment: ${String(rounds.length)} rounds, the last by ${last?.by ?? "none"} changed ${percent(last?.changed, undefined)} of the ` +
			`frames${settled ? "" : ": not settled"}.`,
		...arrives(gain),
		...notices.map(noticeText),
	];
}

/** {@link speechReportTable} for each speaker held out in turn. */
export function speechFoldsTable(report: SpeechFoldsReport, width = Infinity): string {
	return told(report.networks, firstFold(report).recipe, width, foldsSentences(report));
}

/** What the figures of several speakers rest on, and what they say. */
export function foldsSentences({ folds, gain }: SpeechFoldsReport): readonly string[] {
	const speakers = Object.keys(folds).join(", ");
	const sentence = `Mean ± deviation over speakers whom the nets have never heard: ${speakers}, each held out in turn.`;
	return [sentence, ...arrives(gain)];
}

/** The report of the first speaker. */
export function firstFold({ folds }: SpeechFoldsReport): SpeechReport {
	const [first] = Object.values(folds);
	if (first === undefined) throw new TypeError("folds: expected a speaker, got none");
	return first;
}

function arrives(gain: SpeechReport["gain"]): readonly string[] {
	if (gain?.frameAccuracy === undefined) return [];
	const share = percent(gain.frameAccuracy, undefined);
	return [`Of the ensemble's gain in frame accuracy ${share} arrives in the distilled net.`];
}

function told(
	networks: SpeechReport["networks"],
	recipe: SpeechReport["recipe"],
	width: number,
	sentences: readonly string[],
	diagnosis?: SpeechReport["diagnosis"],
): string {
	const lines = sentences.flatMap((sentence) => wrapText(sentence, width));
	return [
		...columnTable(speechRows(networks, recipe), speechColumns, width),
		"",
		...diagnosisParagraph(diagnosis, width),
		...lines,
	].join("\n");
}
