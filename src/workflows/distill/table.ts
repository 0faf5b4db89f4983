import { mean } from "../../metrics/index.js";
import { noticeText } from "../../notices.js";
import { isUnequal } from "../../report/balance.js";
import { columnTable } from "../../report/columns.js";
import { diagnosisParagraph } from "../../report/diagnosis.js";
import { count } from "../../report/numbers.js";
import { acrossSeeds, basis, columnsOf, dataSentences, type NamedRows, type Row } from "../../report/rows.js";
import { wrapText } from "../../report/text.js";
import { figureText } from "../../tasks/figures.js";
import type { AnswerSummary } from "../../train/stored-answers.js";
import { distillNetworks } from "./networks.js";
import type { Report } from "./report.js";

const { titleOf } = distillNetworks;

/** The networks of a report. */
export function networksOf(report: Report): NamedRows {
	const { teacher, members = [], chain = [], generations, baseline, earlyStopped, student } = report;
	const [single] = members;
	const row = (name: string, network: Row | undefined, label = titleOf(name)): NamedRows =>
		network === undefined ? [] : [[label, network, name]];
	return [
		...row("teacher-1", single, "teacher, first alone"),
		...row("teacher", teacher, members.length === 0 ? titleOf("teacher") : `teacher, all ${String(members.length)}`),
		...row("baseline", baseline),
		...row("early-stopped", earlyStopped),
		...chain.flatMap((link) => row(link.name, link)),
		...row("student", student),
		...row("generations", generations),
	];
}

/**
 * The report's results as lines of text: a table, and what it means.
 *
 * @param width - columns to stay within; where a line for each network is too wide, each gets a column.
 */
export function reportTable(report: Report, width = Infinity): string {
	const rows = networksOf(report);
	const sentences = verdict(report).flatMap((sentence) => wrapText(sentence, width));
	const table = columnTable(rows, columnsOf(rows, isUnequal(report.data), report.data.task), width);
	return [...table, "", ...diagnosisParagraph(report.diagnosis, width), ...sentences].join("\n");
}

/** What the numbers say, in sentences; nothing is claimed that they do not show. */
export function verdict(report: Report): readonly string[] {
	const { student, baseline, teaching, members = [], data, seeds } = report;
	const digits = seeds.length > 1 ? 1 : 0;
	const sentences = [
		compared(report, digits),
		...fidelity(student),
		...(data.task === undefined ? stored(teaching?.answers) : []),
		...fractions(student, baseline, data.train),
		...spreadOfMembers(members, digits),
		...verdictsOf(teaching),
		...dataSentences(data),
		...(report.notes ?? []),
	];
	// A step that checks and one that trains may have found the same.
	return [...new Set(sentences)];
}

/**
 * What the diagnosis rests on; of a report without one the student with the teacher against the student alone; without
 * labels why there is no such thing.
 */
function compared({ student, baseline, data, mcnemar = [], seeds, diagnosis }: Report, digits: number): string {
	const test = `${count(data.test)} test samples${acrossSeeds(seeds)}`;
	if (data.task !== undefined && baseline !== undefined) return basis(data, seeds);
	if (baseline?.errors === undefined || student.errors === undefined) {
		const figures =
			student.errors === undefined ? `no accuracy on the ${test}, and no baseline` : `no baseline (${test})`;
		return `No labels: validation goes by the teacher, there is ${figures}.`;
	}
	if (diagnosis !== undefined) return basis(data, seeds);
	const p = [mcnemar].flat().map((test) => test.p.toPrecision(2));
	const errors = [student, baseline].map((network) => network.errors?.toFixed(digits));
	return `The student makes ${errors.join(" errors, alone ")} (${test}; McNemar's p = ${p.join(", ")}).`;
}

function fidelity({ agreement, klToTeacher, rmseToTeacher }: Report["student"]): readonly string[] {
	if (rmseToTeacher !== undefined) {
		return [
			`The distilled student's answers differ from the teacher's by ${figureText("rmseToTeacher", rmseToTeacher)} (RMSE).`,
		];
	}
	if (agreement === undefined || klToTeacher === undefined) return [];
	const share = `agrees with the teacher on ${(100 * agreement).toFixed(2)} %`;
	return [`The distilled student ${share}; KL to it ${klToTeacher.toFixed(4)}.`];
}

/** Where the answers that taught the student came from, and what keeping less of them cost. */
function stored(answers: AnswerSummary | undefined): readonly string[] {
	if (answers === undefined) return [];
	const { asked, bytes, cost } = answers;
	const came = asked === 0 ? "were found in the store" : `were made (${count(asked)}) and stored`;
	const exact = cost.every(({ max }) => max === 0);
	if (exact) return asked === 0 ? ["The answers that taught the student were found in the store."] : [];
	const lost = cost.map(({ temperature, mean }) => `${mean.toPrecision(2)} at T = ${String(temperature)}`);
	return [
		`The answers that taught the student ${came}, ${count(bytes / 1000)} kB; KL from the full to the stored ones: ${lost.join(", ")}.`,
	];
}

/** What was learned from, where that is not all of the training samples. */
function fractions(student: Report["student"], baseline: Report["baseline"], all: number): readonly string[] {
	const ours = student.trainSamples;
	const alone = baseline?.trainSamples ?? ours;
	if (ours === all && alone === all) return [];
	const counts = ours === alone ? count(ours) : `${count(ours)}, alone from ${count(alone)},`;
	return [`The student learned from ${counts} of ${count(all)} training samples.`];
}

/** What was said of given teachers before they taught. */
function verdictsOf(teaching: Report["teaching"]): readonly string[] {
	return (teaching?.verdicts ?? []).flatMap(({ notices }) => notices.map(noticeText));
}

/** How members of an ensemble do alone. */
function spreadOfMembers(members: NonNullable<Report["members"]>, digits: number): readonly string[] {
	const errors = members.flatMap((member) => member.errors ?? []);
	if (errors.length === 0) return [];
	const range = `${Math.min(...errors).toFixed(digits)} to ${Math.max(...errors).toFixed(digits)} errors`;
	return [`Alone, the ${String(members.length)} teachers make ${range}, ${mean(errors).toFixed(1)} on average.`];
}
