/** The page of a distillation, and that of a training. */
import type { Exhibits, ShownSample } from "../../distill/exhibits.js";
import type { Report } from "../../distill/report.js";
import type { TrainReport } from "../../distill/train-report.js";
import { temperatureOf } from "../../losses/index.js";
import { logSoftmaxRow } from "../../metrics/index.js";
import { isUnequal } from "../balance.js";
import type { Column } from "../columns.js";
import { seriesOf, titleOf } from "../networks.js";
import { count, percentInterval } from "../numbers.js";
import { columnsOf, type NamedRows, networksOf, type Row, trainVerdict, verdict } from "../table.js";
import { figure, paragraphs, samplePicture, tableOf } from "./blocks.js";
import { type Content, type Html, html } from "./html.js";
import type { ClassShare } from "./plots.js";
import * as plots from "./plots.js";
import type { MetricsLine } from "./run-folder.js";
import {
	againSection,
	type ClassifierRows,
	type PageKind,
	type Section,
	type Shown,
	samplesOf,
	sizeSection,
	stepsSection,
	trainingSection,
	verdictSection,
	whenAndSeeds,
} from "./sections.js";

/** What both kinds are told of. */
type Either = Report | TrainReport;

const trainedRows = ({ recipe, network }: TrainReport): NamedRows => [[recipe.network.family, network, "network"]];

/** The same as pictures have them. */
const pictured = (rows: NamedRows): ClassifierRows =>
	rows.map(([label, network, name]) => [label, network, seriesOf(name, label)]);

const training: Section<Either> = trainingSection((line) => {
	const series = seriesOf(nameOf(line));
	return { line: series.label, series };
});

/** What the two have in common. */
const shared: Pick<PageKind<Either>, "about" | "tested" | "recipe"> = {
	about({ data, seeds, created }) {
		return `${data.name}, ${count(data.classes)} classes, ${samplesOf(data)}; ${whenAndSeeds({ seeds, created })}`;
	},
	tested: ({ data }) => `${data.name}, ${String(data.test)} test samples`,
	recipe: ({ recipe }) => recipe,
};

/** The page of `limbeck distill`. */
export const distillKind: PageKind<Report> = {
	...shared,
	title: ({ recipe }) => `${recipe.name}: a distillation`,
	networks: (report) => ({ sort: "classifiers", rows: pictured(networksOf(report)), unequal: isUnequal(report.data) }),
	sections: [
		verdictSection,
		{
			title: "Results",
			of: (run) => results(run, networksOf(run.report), verdict(run.report)),
		},
		sizeSection((report) => pictured(networksOf(report))),
		{ title: "Dark knowledge", of: darkKnowledge },
		training,
		{ title: "Calibration", of: (run) => calibration(run, networksOf(run.report)) },
		{ title: "Confusions", of: confusions },
		stepsSection,
		againSection(({ recipe, data, environment }) => {
			return { command: "distill", recipe, fingerprint: data.fingerprint, environment };
		}),
	],
};

/** The page of `limbeck train`. */
export const trainKind: PageKind<TrainReport> = {
	...shared,
	title: ({ recipe }) => `${recipe.name}: a training`,
	networks: (report) => ({ sort: "classifiers", rows: pictured(trainedRows(report)), unequal: isUnequal(report.data) }),
	sections: [
		verdictSection,
		{ title: "Results", of: (run) => results(run, trainedRows(run.report), trainVerdict(run.report)) },
		training,
		{ title: "Calibration", of: (run) => calibration(run, trainedRows(run.report)) },
		{ title: "Confusions", of: confusions },
		stepsSection,
		againSection(({ recipe, data, environment }) => {
			return { command: "train", recipe, fingerprint: data.fingerprint, environment };
		}),
	],
};

function results({ report, details }: Shown<Either>, rows: NamedRows, sentences: readonly string[]): Content {
	const intervals = new Map(
		rows.flatMap(([, network, name]) => {
			const interval = details?.details?.[name]?.accuracyInterval;
			return interval === undefined ? [] : [[network, percentInterval(interval)] as const];
		}),
	);
	const interval: Column<Row> = { heading: "accuracy, 95 %", cell: (network) => intervals.get(network) ?? "–" };
	const columns = columnsOf(rows, isUnequal(report.data));
	const whose = report.seeds.length === 1 ? "" : "first seed, ";
	return html`${paragraphs(sentences)}
${tableOf(rows, intervals.size === 0 ? columns : [...columns, interval])}${
	intervals.size === 0
		? undefined
		: html`<p class="soft">Intervals: bootstrap over the test samples, ${whose}2,000 resamples.</p>`
}`;
}

function calibration({ details }: Shown<Either>, rows: NamedRows): Content {
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

async function confusions({ details }: Shown<Either>): Promise<Content> {
	const exhibits = details?.exhibits;
	if (exhibits === undefined) return undefined;
	const pairs: Html[] = [];
	for (const { label, predicted, count: times, samples } of exhibits.confused) {
		const pictures: Html[] = [];
		for (const sample of samples) pictures.push(...(await picture(sample, exhibits)));
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

/** Temperatures at which distributions are shown. */
function temperaturesOf({ recipe: { distillation } }: Report): readonly number[] {
	return [...new Set([1, temperatureOf(distillation) ?? 4])];
}

const shownClasses = 5;

async function darkKnowledge(run: Shown<Report>): Promise<Content> {
	const exhibits = run.details?.exhibits;
	const [teller] = Object.keys(exhibits?.soft[0]?.logits ?? {});
	if (exhibits === undefined || teller === undefined) return undefined;
	const temperatures = temperaturesOf(run.report);
	const cards: Html[] = [];
	for (const sample of exhibits.soft) {
		const names = Object.keys(sample.logits).filter((name) => name !== "baseline");
		const order = topClasses(sample.logits[teller] ?? [], exhibits.classes.length);
		const rows = names.map(
			(name) =>
				html`<tr><th scope="row">${titleOf(name)}</th>${temperatures.map((temperature) => {
					const shares = sharesOf(sample.logits[name] ?? [], temperature, order, exhibits.classes);
					const title = `${sample.label}: ${titleOf(name)}, T = ${String(temperature)}`;
					return html`<td>${plots.distribution(title, shares, seriesOf(name).color)}</td>`;
				})}</tr>`,
		);
		cards.push(
			html`<div class="card"><h3>${sample.label} ${await picture(sample, exhibits)}</h3>
<table class="bars"><thead><tr><th></th>${temperatures.map((one) => html`<th>T = ${one}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`,
		);
	}
	return html`<p>What ${titleOf(teller)} says of single test samples that it has right, from a sure one to the least sure: the
shares of its ${shownClasses} most probable classes. A temperature divides the logits; it shows what the answer says of the
classes that are wrong, which is what the student learns from.</p><div class="row">${cards}</div>`;
}

function topClasses(logits: readonly number[], classes: number): readonly number[] {
	return Array.from({ length: classes }, (_, index) => index)
		.sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0))
		.slice(0, shownClasses);
}

function sharesOf(
	logits: readonly number[],
	temperature: number,
	order: readonly number[],
	classes: readonly string[],
): readonly ClassShare[] {
	const logs = logSoftmaxRow(logits.map((value) => value / temperature));
	return order.map((index) => ({ name: classes[index] ?? "", share: Math.exp(logs[index] ?? -Infinity) }));
}

/** A sample as a picture; nothing where it is none. */
async function picture({ pixels, label }: ShownSample, { shape }: Exhibits): Promise<readonly Html[]> {
	return pixels === undefined || shape === undefined
		? []
		: [await samplePicture(pixels, shape, `a sample of ${label}`)];
}

/** What results call the network of a line of metrics. */
function nameOf({ role, member }: MetricsLine): string {
	const name = role === "earlyStopped" ? "early-stopped" : (role ?? "network");
	return member === undefined ? name : `${name}-${String(member)}`;
}
