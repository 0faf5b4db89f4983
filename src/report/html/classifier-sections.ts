/** Parts of the pages of workflows that train classifiers. */
import type { Exhibits, ShownSample } from "../../distill/exhibits.js";
import type { DataReport } from "../../distill/network-report.js";
import { taskOf } from "../../tasks/index.js";
import { isUnequal } from "../balance.js";
import type { Column } from "../columns.js";
import type { NetworkLooks } from "../networks.js";
import { count, percentInterval } from "../numbers.js";
import { classifiers, columnsOf, type NamedRows, type Row } from "../rows.js";
import { figure, paragraphs, samplePicture, tableOf } from "./blocks.js";
import { type Content, type Html, html } from "./html.js";
import * as plots from "./plots.js";
import type { ReportForm } from "./report-kind.js";
import { type Networks, type Shown, samplesOf, whenAndSeeds } from "./sections.js";

/** A report of classifiers. */
export interface ClassifiersReport {
	readonly created: string;
	readonly recipe: { readonly name: string };
	readonly seeds: readonly number[];
	readonly data: DataReport;
}

/** The networks of a report, as tables and pictures have them. */
export function classifierNetworks(
	rows: NamedRows,
	{ data }: Pick<ClassifiersReport, "data">,
	{ seriesOf }: NetworkLooks,
): Networks<Row> {
	return {
		sort: classifiers,
		rows: rows.map(([label, network, name]) => [label, network, seriesOf(name, label)]),
		unequal: isUnequal(data),
	};
}

/** What pages of classifiers have in common. */
export const classifiersPage: Pick<ReportForm<ClassifiersReport>, "about" | "tested" | "recipe"> = {
	about({ data, seeds, created }) {
		const [one, many] = taskOf(data).noun;
		const names = `${count(data.classes)} ${data.classes === 1 ? one : many}`;
		return `${data.name}, ${names}, ${samplesOf(data)}; ${whenAndSeeds({ seeds, created })}`;
	},
	tested: ({ data }) => `${data.name}, ${String(data.test)} test samples`,
	recipe: ({ recipe }) => recipe,
};

/** The figures of classifiers, and what they mean. */
export function results(
	{ report, details }: Shown<ClassifiersReport>,
	rows: NamedRows,
	sentences: readonly string[],
): Content {
	const intervals = new Map(
		rows.flatMap(([, network, name]) => {
			const interval = details?.details?.[name]?.accuracyInterval;
			return interval === undefined ? [] : [[network, percentInterval(interval)] as const];
		}),
	);
	const interval: Column<Row> = { heading: "accuracy, 95 %", cell: (network) => intervals.get(network) ?? "–" };
	const columns = columnsOf(rows, isUnequal(report.data), report.data.task);
	const whose = report.seeds.length === 1 ? "" : "first seed, ";
	return html`${paragraphs(sentences)}
${tableOf(rows, intervals.size === 0 ? columns : [...columns, interval])}${
	intervals.size === 0
		? undefined
		: html`<p class="soft">Intervals: bootstrap over the test samples, ${whose}2,000 resamples.</p>`
}`;
}

/** What the task tells of networks in tables. */
export function taskTables({ details }: Shown<ClassifiersReport>, rows: NamedRows): Content {
	const told = rows.flatMap(([label, , name]) => (details?.tables?.[name] ?? []).map((table) => ({ label, ...table })));
	if (told.length === 0) return undefined;
	return told.map(({ label, title, columns, rows: lines }, at) => {
		const head = columns.map((column) => html`<th>${column}</th>`);
		const body = lines.map(([first = "", ...cells]) => {
			return html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`;
		});
		// The first network's tables are open.
		const isOpen = told[at]?.label === told[0]?.label;
		return html`<details${isOpen ? html` open` : undefined}><summary>${label}: ${title}</summary>
<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div></details>`;
	});
}

/** Whether classifiers are as often right as they say. */
export function calibration(
	{ details }: Shown<ClassifiersReport>,
	rows: NamedRows,
	{ seriesOf }: NetworkLooks,
): Content {
	const known = rows.flatMap(([label, , name]) => {
		const found = details?.details?.[name];
		return found === undefined ? [] : [{ ...found, label, color: seriesOf(name).color }];
	});
	if (known.length === 0) return undefined;
	return html`<p>Accuracy of the samples by confidence, the probability of the top class; on the diagonal a network is as
often right as it says. Area goes by the number of samples.</p><div class="row">${known.map(
		({ label, color, reliability, calibration: fitted }) =>
			figure(
				plots.reliability(`Reliability of ${label}`, reliability, color),
				html`${label}${
					fitted === undefined
						? undefined
						: html`<br>T = ${fitted.temperature.toPrecision(3)} fitted on validation:<br>NLL ${fitted.nll.toFixed(
								4,
							)}, ECE ${fitted.ece.toFixed(4)}`
				}`,
			),
	)}</div>`;
}

/** Which classes a classifier takes for others. */
export async function confusions({ details }: Shown<ClassifiersReport>, { titleOf }: NetworkLooks): Promise<Content> {
	const exhibits = details?.exhibits;
	if (exhibits === undefined) return undefined;
	const pairs: Html[] = [];
	for (const { label, predicted, count: times, samples } of exhibits.confused) {
		const pictures: Html[] = [];
		for (const sample of samples) pictures.push(...(await exhibitPicture(sample, exhibits)));
		pairs.push(
			html`<div class="card"><h3>${label} taken for ${predicted}</h3><p class="soft">${
				times === 1 ? "once" : `${count(times)} times`
			}</p>${pictures}</div>`,
		);
	}
	return html`<p>Of ${titleOf(exhibits.of)}.${
		exhibits.confused.length === 0
			? " It confuses nothing."
			: " The pairs that it confuses most, with the first samples of each:"
	}</p><div class="row">${pairs}</div>${
		exhibits.confusion === undefined
			? undefined
			: figure(
					plots.confusion("Confusion matrix", exhibits.confusion, exhibits.classes),
					"A row for each true class, a column for each predicted one. Colour goes by the share of the row.",
				)
	}`;
}

/** A sample as a picture; nothing where it is none. */
export async function exhibitPicture({ pixels, label }: ShownSample, { shape }: Exhibits): Promise<readonly Html[]> {
	return pixels === undefined || shape === undefined
		? []
		: [await samplePicture(pixels, shape, `a sample of ${label}`)];
}
