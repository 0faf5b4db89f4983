/** What `limbeck novelty` tells, as text. */
import { detectors } from "../../distill/novelty/detectors.js";
import { garbageKinds } from "../../distill/novelty/garbage.js";
import type { SiftedGroup, SiftedSample, SiftOutcome, Verdict } from "../../distill/novelty/sift.js";
import { count, percent } from "../../report/numbers.js";
import { alignTable, listed, wrapText } from "../../report/text.js";
import type { NoveltyReport } from "./report.js";

const verdicts = {
	known: "as usual as what the model was trained on",
	unknown: "unusual, and not as far away as garbage",
	garbage: "as far away as what is made to be of no class",
} as const satisfies Readonly<Record<Verdict, string>>;

/** How many samples are of each verdict, with their share and what the verdict means. */
export function verdictRows({ samples }: SiftOutcome): readonly (readonly [string, string, string, string])[] {
	return Object.entries(verdicts).map(([verdict, meaning]) => {
		const number = samples.filter((one) => one.verdict === verdict).length;
		return [verdict, count(number), percent(number / samples.length), meaning];
	});
}

/** The headings of {@link groupRow}. */
export const groupHeadings = ["group", "samples", "expected", "coherence", "a category?", "resembles"] as const;

/** What is told of a group. */
export function groupRow(
	{ count: number, expected, coherence, candidate, resembles }: SiftedGroup,
	index: number,
): readonly string[] {
	const classes = resembles.map(({ name, share }) => `${name} ${(100 * share).toFixed(0)} %`);
	const figures = [count(number), expected.toFixed(1), coherence.toFixed(2)];
	return [String(index + 1), ...figures, candidate ? "yes" : "no", classes.join(", ")];
}

/** What the verdicts rest on. */
export function basis({ rejectBy, known, thresholds }: NoveltyReport): string {
	const { garbage } = thresholds;
	const kinds = [...new Set(garbage.flatMap((one) => one.kinds))];
	const missed = garbageKinds.filter((kind) => !kinds.includes(kind));
	const told =
		garbage.length === 0
			? ""
			: ` Garbage: as far away as ${listed(kinds)} made from these samples, by ${garbage.map(({ by }) => detectors[by].title).join(", or ")}.`;
	const untold = missed.length === 0 ? "" : ` Not told by distance: ${listed(missed)}.`;
	return (
		`Unusual: by ${detectors[rejectBy].title}, more so than 95 % of the validation samples of ${known}, of which 5 % would ` +
		"be unusual too. A group is a candidate for a category where its samples are nearer to one another than to the next, " +
		"and are at least twice as many as expected: as known samples would put there, going by validation." +
		told +
		untold
	);
}

/** The report as lines of text. @param width - columns that sentences stay within. */
export function noveltyTable(report: NoveltyReport, width = Infinity): string {
	const { samples, data, groups, skipped } = report;
	const rows = verdictRows(report).map(([verdict, number, share, meaning]) => [
		`${verdict}: ${meaning}`,
		number,
		share,
	]);
	return [
		`${count(samples.length)} samples of ${data}`,
		...(skipped === 0 ? [] : [`${count(skipped)} could not be read`]),
		"",
		...alignTable(rows),
		"",
		...(groups.length === 0 ? [] : [...alignTable([groupHeadings, ...groups.map(groupRow)]), ""]),
		...wrapText(basis(report), width),
	].join("\n");
}

/** A line for each sample: name, verdict, group counted from 1, how unusual it is, the nearest class. */
export function noveltyCsv({ samples }: SiftOutcome): string {
	const line = ({ name, verdict, group, score, nearest, probability }: SiftedSample): string =>
		[
			...[quoted(name), verdict, group === undefined ? "" : String(group + 1)],
			...[String(score), quoted(nearest), String(probability)],
		].join(",");
	return `${["sample,verdict,group,score,nearest,probability", ...samples.map(line)].join("\r\n")}\r\n`;
}

/** A cell of text (RFC 4180). */
function quoted(text: string): string {
	return `"${text.replaceAll('"', '""')}"`;
}
