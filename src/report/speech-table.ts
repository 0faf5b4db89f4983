import type { Measured } from "../distill/report.js";
import type { SpeechFoldsReport, SpeechNetReport, SpeechReport } from "../speech/report.js";
import { type Column, columnTable } from "./columns.js";
import { count } from "./numbers.js";
import { wrapText } from "./text.js";

type Row = Measured<SpeechNetReport>;

/** A share in per cent, with its deviation where there are several seeds. */
function percent(share: number | undefined, deviation: number | undefined): string {
	if (share === undefined) return "–";
	const mean = (100 * share).toFixed(2);
	return deviation === undefined ? `${mean} %` : `${mean} ± ${(100 * deviation).toFixed(2)} %`;
}

/** Word errors of a part: the rate, and how many substitutions, deletions, insertions. */
function words(pick: (net: Pick<Row, "test">) => Row["test"]["connected"] | undefined): (row: Row) => string {
	return (row) => {
		const errors = pick(row);
		if (errors === undefined) return "–";
		const changes = [errors.substitutions, errors.deletions, errors.insertions];
		const shown = changes.map((change) => (Number.isInteger(change) ? String(change) : change.toFixed(1)));
		return `${percent(errors.wer, row.std === undefined ? undefined : pick(row.std)?.wer)} (${shown.join(", ")})`;
	};
}

const columns: readonly Column<Row>[] = [
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

const number = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(1));

/** What networks are called in the table. */
const labels: Readonly<Record<string, (recipe: SpeechReport["recipe"]) => string>> = {
	baseline: () => "baseline",
	members: ({ members }) => `mean of ${String(members)} alone`,
	ensemble: ({ members }) => `ensemble of ${String(members)}`,
	distilled: () => "distilled",
	"few-hard": ({ few }) => `${share(few)}, hard targets`,
	"few-stopped": ({ few }) => `${share(few)}, stopped early`,
	"few-soft": ({ few }) => `${share(few)}, soft targets`,
};

const share = (few: SpeechReport["recipe"]["few"]): string => `${String(100 * (few?.share ?? 1))} %`;

/**
 * The report's results as lines of text: a table, and what it means.
 *
 * @param width - columns to stay within; where a line for each net is too wide, each gets a column.
 */
export function speechReportTable({ networks, recipe, corpus, seeds, gain }: SpeechReport, width = Infinity): string {
	const { train, validation, test, states, rounds, settled } = corpus;
	const last = rounds.at(-1);
	return told(networks, recipe, width, [
		`${count(train.recordings)} recordings for training (${count(train.frames)} frames of ${String(states)} states), ` +
			`${count(validation.recordings)} for validation, ${count(test.recordings)} for the test (${count(test.frames)} ` +
			`frames), which was opened once, at the end${seeds.length > 1 ? `; mean of ${String(seeds.length)} seeds` : ""}.`,
		`Alignment: ${String(rounds.length)} rounds, the last by ${last?.by ?? "none"} changed ${percent(last?.changed, undefined)} of the ` +
			`frames${settled ? "" : ": not settled"}.`,
		...arrives(gain),
	]);
}

/** {@link speechReportTable} for each speaker held out in turn. */
export function speechFoldsTable({ folds, networks, gain }: SpeechFoldsReport, width = Infinity): string {
	const [first] = Object.values(folds);
	if (first === undefined) throw new TypeError("folds: expected a speaker, got none");
	const speakers = Object.keys(folds).join(", ");
	const sentence = `Mean ± deviation over speakers whom the nets have never heard: ${speakers}, each held out in turn.`;
	return told(networks, first.recipe, width, [sentence, ...arrives(gain)]);
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
): string {
	const rows = Object.entries(networks).map(([name, net]) => [labels[name]?.(recipe) ?? name, net] as const);
	const lines = sentences.flatMap((sentence) => wrapText(sentence, width));
	return [...columnTable(rows, columns, width), "", ...lines].join("\n");
}
