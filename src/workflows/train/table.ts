import { isUnequal } from "../../report/balance.js";
import { type Column, columnTable } from "../../report/columns.js";
import { diagnosisParagraph } from "../../report/diagnosis.js";
import { basis, columnsOf, dataSentences, type NamedRows, type Row, seconds } from "../../report/rows.js";
import { wrapText } from "../../report/text.js";
import type { TrainReport } from "./report.js";

const secondsPerEpoch: Column<Row> = {
	heading: "an epoch",
	cell: ({ secondsPerEpoch }) => (secondsPerEpoch === undefined ? "–" : seconds(secondsPerEpoch)),
};

/** The network of a report. */
export const trainedRows = ({ recipe, network }: TrainReport): NamedRows => [
	[recipe.network.family, network, "network"],
];

/** {@link reportTable} for the training of one network. */
export function trainReportTable(report: TrainReport, width = Infinity): string {
	const { recipe, network, data, diagnosis } = report;
	const rows = [[recipe.network.family, network]] as const;
	const table = columnTable(rows, [...columnsOf(rows, isUnequal(data), data.task), secondsPerEpoch], width);
	const sentences = trainVerdict(report).flatMap((sentence) => wrapText(sentence, width));
	return [...table, "", ...diagnosisParagraph(diagnosis, width), ...sentences].join("\n");
}

/** What the figures of one network rest on. */
export function trainVerdict({
	data,
	seeds,
	notes = [],
}: Pick<TrainReport, "data" | "seeds" | "notes">): readonly string[] {
	return [basis(data, seeds), ...dataSentences(data), ...notes];
}
