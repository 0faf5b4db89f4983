/** The page of an experiment with speech, and that of several in which each speaker is held out in turn. */

import { figure, legend, paragraphs, tableOf, textTable } from "../../report/html/blocks.js";
import { type Content, html } from "../../report/html/html.js";
import * as plots from "../../report/html/plots.js";
import { reportKind } from "../../report/html/report-kind.js";
import {
	againSection,
	type Shown,
	stepsSection,
	trainingSection,
	verdictSection,
	whenAndSeeds,
} from "../../report/html/sections.js";
import { count, percent } from "../../report/numbers.js";
import { netTitle, speechNetworks } from "./networks.js";
import { foldsSchema, reportSchema, type SpeechFoldsReport, type SpeechReport } from "./report.js";
import { acousticNets, firstFold, foldsSentences, speechColumns, speechRows, speechSentences } from "./table.js";

/** The page of `limbeck speech`. */
export const speechReport = reportKind<SpeechReport>({
	schema: reportSchema,
	title: ({ recipe }) => `${recipe.name}: an experiment with speech`,
	about({ recipe, corpus, seeds, created }) {
		const { words, test } = corpus;
		return `${recipe.data.name}, ${count(words.length)} words, ${count(test.recordings)} recordings to test; ${whenAndSeeds({ seeds, created })}`;
	},
	tested: ({ recipe, corpus: { test } }) => `${recipe.data.name}, ${String(test.recordings)} test recordings`,
	networks: ({ networks, recipe }) => ({ sort: acousticNets, rows: speechRows(networks, recipe) }),
	recipe: ({ recipe }) => recipe,
	sections: [
		verdictSection,
		{
			title: "Results",
			of: ({ report }) =>
				html`${paragraphs(speechSentences(report))}${tableOf(speechRows(report.networks, report.recipe), speechColumns)}`,
		},
		{ title: "Beside the paper", of: ({ report }) => besidePaper(report.networks) },
		{ title: "Speakers", of: speakers },
		{ title: "Temperatures", of: temperatures },
		trainingSection(speechNetworks),
		stepsSection,
		againSection(({ recipe, corpus, environment }) => {
			return { command: "speech", recipe, fingerprint: corpus.fingerprint, environment };
		}),
	],
});

/** The page of `limbeck speech --held-out each`. */
export const foldsReport = reportKind<SpeechFoldsReport>({
	schema: foldsSchema,
	title: (report) => `${firstFold(report).recipe.name}: each speaker held out in turn`,
	about: (report) => `${firstFold(report).recipe.data.name}; ${whenAndSeeds(firstFold(report))}`,
	tested: (report) => `${firstFold(report).recipe.data.name}, ${Object.keys(report.folds).join(", ")} in turn`,
	networks: (report) => ({ sort: acousticNets, rows: speechRows(report.networks, firstFold(report).recipe) }),
	recipe: (report) => firstFold(report).recipe,
	sections: [
		{
			title: "Results",
			of({ report }) {
				const rows = speechRows(report.networks, firstFold(report).recipe);
				return html`${paragraphs(foldsSentences(report))}${tableOf(rows, speechColumns)}`;
			},
		},
		{ title: "Beside the paper", of: ({ report }) => besidePaper(report.networks) },
		{ title: "Speakers", of: heldOut },
		againSection((report) => {
			const { recipe, corpus, environment } = firstFold(report);
			return { command: "speech --held-out each", recipe, fingerprint: corpus.fingerprint, environment };
		}),
	],
});

/** A line of a table of the paper, as shares of 1. */
interface PaperLine {
	readonly label: string;
	/** Our net that stands for it. */
	readonly net: string;
	readonly values: readonly (number | undefined)[];
}

/** Hinton et al. 2015, Table 1: frame accuracy and word error rate on the test. */
const table1: readonly PaperLine[] = [
	{ label: "one net", net: "baseline", values: [0.589, 0.109] },
	{ label: "ensemble (the paper's is of ten)", net: "ensemble", values: [0.611, 0.107] },
	{ label: "distilled into one", net: "distilled", values: [0.608, 0.107] },
];

/** Hinton et al. 2015, Table 5: frame accuracy in training and on the test. */
const table5: readonly PaperLine[] = [
	{ label: "all data, hard targets", net: "baseline", values: [0.634, 0.589] },
	{ label: "3 % of the data, hard targets", net: "few-hard", values: [0.673, 0.445] },
	{ label: "3 % of the data, soft targets", net: "few-soft", values: [0.654, 0.57] },
];

/** The paper's tables beside the same of this run, as far as it has the nets. */
function besidePaper(networks: SpeechReport["networks"]): Content {
	const tables = [
		{
			title: "Table 1",
			lines: table1,
			headings: ["frames, test", "WER"],
			own: ({ test }: Net): readonly (number | undefined)[] => [test.frameAccuracy, test.connected.wer],
		},
		{
			title: "Table 5",
			lines: table5,
			headings: ["frames, training", "frames, test"],
			own: ({ trainAccuracy, test }: Net): readonly (number | undefined)[] => [trainAccuracy, test.frameAccuracy],
		},
	].filter(({ lines }) => lines.every(({ net }) => networks[net] !== undefined));
	if (tables.length === 0) return undefined;
	const cell = (share: number | undefined): string => (share === undefined ? "–" : percent(share));
	return html`<p>The paper's figures are of another task: 2,000 hours of speech, 14,000 states. Levels do not compare; what the
steps gain does.</p>${tables.map(
		({ title, lines, headings, own }) =>
			html`<h3>${title}</h3>${textTable(
				["", ...headings.flatMap((one) => [`paper: ${one}`, `here: ${one}`])],
				lines.map(({ label, net, values }) => {
					const found = networks[net];
					const ours = found === undefined ? [] : own(found);
					return [label, ...values.flatMap((value, k) => [cell(value), cell(ours[k])])];
				}),
			)}`,
	)}`;
}

type Net = SpeechReport["networks"][string];

/** Word errors in the test strings of each speaker. */
function speakers({ report }: Shown<SpeechReport>): Content {
	const { speakers: rates, recipe } = report;
	const names = Object.keys(Object.values(rates)[0] ?? {});
	if (names.length < 2) return undefined;
	return html`<p>Word error rates in the test strings of each speaker.</p>${speakerTable(
		names,
		Object.entries(rates).map(([net, of]) => [netTitle(net, recipe), (name) => of[name]]),
	)}`;
}

/** Word errors of the speakers whom the nets had never heard. */
function heldOut({ report }: Shown<SpeechFoldsReport>): Content {
	const { recipe } = firstFold(report);
	return html`<p>Word error rates in the strings of each speaker, whom no net had heard in training.</p>${speakerTable(
		Object.keys(report.folds),
		Object.keys(report.networks).map((net) => [
			netTitle(net, recipe),
			(name) => report.folds[name]?.networks[net]?.test.connected.wer,
		]),
	)}`;
}

function speakerTable(
	names: readonly string[],
	nets: readonly (readonly [label: string, rateOf: (speaker: string) => number | undefined])[],
): Content {
	const cell = (rate: number | undefined): string => (rate === undefined ? "–" : percent(rate));
	return textTable(
		["speaker", ...nets.map(([label]) => label)],
		names.map((name) => [name, ...nets.map(([, rateOf]) => cell(rateOf(name)))]),
	);
}

/** What validation says of each temperature. */
function temperatures({ report }: Shown<SpeechReport>): Content {
	const tried = Object.entries(report.temperatures);
	if (tried.length === 0) return undefined;
	const points = tried.flatMap(([choice, all]) =>
		all.map(({ temperature, frameAccuracy }) => ({
			series: speechNetworks.seriesOf(choice),
			temperature,
			frameAccuracy,
		})),
	);
	const seeds = report.seeds.length;
	return html`<p>Nets are taught at each temperature; the one with the best frames on validation is judged on the test.</p>
${textTable(
	["", ...report.recipe.temperatures.map((temperature) => `T = ${String(temperature)}`)],
	tried.map(([choice, all]) => [
		speechNetworks.seriesOf(choice).label,
		...all.map(({ frameAccuracy, chosen }) => {
			const mark = chosen === 0 ? "" : seeds === 1 ? ", chosen" : `, chosen by ${String(chosen)} of ${String(seeds)}`;
			return `${percent(frameAccuracy)}${mark}`;
		}),
	]),
)}${
	report.recipe.temperatures.length < 2
		? undefined
		: html`${legend(points.map((point) => point.series))}${figure(
				plots.temperatures("Frames right on validation by temperature", points),
				"Share of the validation frames that a net has right, by the temperature of its soft targets.",
			)}`
}`;
}
