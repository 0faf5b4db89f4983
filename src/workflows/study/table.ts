import { count } from "../../report/numbers.js";
import { alignTable, wrapText } from "../../report/text.js";
import type { StudyReport } from "./report.js";

/**
 * What a study found out, as lines of text: its tables, the question and the answer.
 *
 * @param width - columns that sentences stay within.
 */
export function studyTable({ question, answer, tables, data, seeds }: StudyReport, width = Infinity): string {
	const basis = `On ${count(data.test)} test samples of ${data.name}, seen once, at the end; seeds ${seeds.join(", ")}.`;
	return [
		...tables.flatMap(({ title, columns, rows }) => [...wrapText(title, width), ...alignTable([columns, ...rows]), ""]),
		...[question, ...answer, basis].flatMap((sentence) => wrapText(sentence, width)),
	].join("\n");
}
