/** The page of a generalist and its specialists. */
import type { ChosenClasses } from "../../distill/specialists/choose-classes.js";
import { isRecord } from "../../options.js";
import { isUnequal } from "../../report/balance.js";
import { figure, paragraphs, pngAddress, tableOf, textTable } from "../../report/html/blocks.js";
import { classifierNetworks, classifiersPage } from "../../report/html/classifier-sections.js";
import { type Content, type Html, html } from "../../report/html/html.js";
import * as plots from "../../report/html/plots.js";
import { reportKind } from "../../report/html/report-kind.js";
import {
	againSection,
	type Shown,
	sizeSection,
	stepsSection,
	trainingSection,
	verdictSection,
} from "../../report/html/sections.js";
import { palette } from "../../report/html/style.js";
import { count } from "../../report/numbers.js";
import { columnsOf } from "../../report/rows.js";
import type { LivePicture } from "../workflow.js";
import { specializeNetworks } from "./networks.js";
import { reportSchema, type SpecializeReport } from "./report.js";
import { classifiersOf, conditionalRows, coverageRows, specializeSentences, timeSentence } from "./table.js";

const networksOf = (report: SpecializeReport) => classifierNetworks(classifiersOf(report), report, specializeNetworks);

/** The page of `limbeck specialize`. */
export const specializeReport = reportKind<SpecializeReport>({
	...classifiersPage,
	schema: reportSchema,
	title: ({ recipe }) => `${recipe.name}: a generalist and specialists`,
	networks: networksOf,
	sections: [
		verdictSection,
		{ title: "Results", of: results },
		sizeSection(networksOf),
		{ title: "By specialists that cover the true class", of: coverage },
		{ title: "Conditional accuracy", of: conditional },
		{ title: "What is confused", of: confused },
		{ title: "Classes of the specialists", of: classesOf },
		trainingSection(specializeNetworks),
		stepsSection,
		againSection(({ recipe, data, environment }) => {
			return { command: "specialize", recipe, fingerprint: data.fingerprint, environment };
		}),
	],
});

function results({ report }: Shown<SpecializeReport>): Content {
	const rows = classifiersOf(report);
	return html`${paragraphs(specializeSentences(report))}${tableOf(rows, columnsOf(rows, isUnequal(report.data)))}<p class="soft">${timeSentence(report)}</p>`;
}

function coverage({ report }: Shown<SpecializeReport>): Content {
	const [headings = [], ...rows] = coverageRows(report);
	return html`<p>Table 4 of the paper: test samples by the number of specialists that cover their class${
		report.seeds.length > 1 ? ", all seeds together" : ""
	}.</p>${textTable(headings, rows)}`;
}

function conditional({ report }: Shown<SpecializeReport>): Content {
	const [headings = [], ...rows] = conditionalRows(report);
	return html`<p>Test samples of classes that some specialist has, where predictions are restricted to these classes.</p>
${textTable(headings, rows)}`;
}

async function confused({ details, report }: Shown<SpecializeReport>): Promise<Content> {
	if (details?.chosen === undefined) return undefined;
	return html`${firstOnly(report)}${await clusterFigure(details.chosen)}`;
}

/** Says whose a part is that shows one seed of several. */
const firstOnly = ({ seeds }: SpecializeReport): Html | undefined =>
	seeds.length > 1 ? html`<p class="soft">Of seed ${seeds[0]}.</p>` : undefined;

/** What a generalist confuses, as soon as classes are chosen. */
export const chosenClasses: LivePicture = {
	title: "What is confused",
	step: "cluster",
	draw: async (result) => (isChosen(result) ? clusterFigure(result) : undefined),
};

/** Whether a step's result has what the picture is made from: an older version's has not. */
function isChosen(result: unknown): result is ChosenClasses {
	return isRecord(result) && isRecord(result["correlation"]) && Array.isArray(result["specialists"]);
}

/** What a generalist confuses, and how the classes were put together. */
async function clusterFigure(chosen: ChosenClasses): Promise<Html> {
	return figure(
		await clusterPicture(chosen),
		`Correlation of the classes' probabilities in ${count(chosen.predictions)} predictions of the generalist. Blue: the two are
probable together more than classes are on the average, so that they are confused; red: less. Classes stand by their specialist, with a
frame around those of each; who has several stands with the first, who has none at the end.`,
	);
}

/** The correlation of a generalist's predictions, reordered by cluster. */
async function clusterPicture({ classes, specialists, correlation }: ChosenClasses): Promise<Html> {
	const { order, size } = correlation;
	const cells = Buffer.from(correlation.values, "base64");
	const image = await pngAddress(colored(cells, size), { width: size, height: size, channels: 4 });
	const seen = new Set<number>();
	const groups = specialists.map((set) => {
		const from = seen.size;
		for (const label of set) seen.add(label);
		return { from, to: seen.size };
	});
	const names = order.map((label) => classes[label] ?? String(label));
	return plots.clusters("Correlation of predictions by specialist", { names, image, groups });
}

/**
 * Pixels that can be seen on light and on dark: the colour says whether two classes are probable together more than classes
 * are on the average, or less, its opacity how much. The diagonal says nothing.
 */
function colored(cells: Uint8Array, size: number): Uint8Array {
	const [more, less] = [palette.right[0], palette.wrong[0]].map(rgb);
	const others = cells.filter((_, at) => at % (size + 1) !== 0);
	const usual = others.reduce((sum, cell) => sum + cell, 0) / others.length;
	const most = others.reduce((largest, cell) => Math.max(largest, Math.abs(cell - usual)), 1);
	const pixels = new Uint8Array(4 * cells.length);
	for (const [at, cell] of cells.entries()) {
		if (at % (size + 1) === 0) continue;
		pixels.set((cell < usual ? less : more) ?? [], 4 * at);
		// Small differences are many and are to be seen as well.
		pixels[4 * at + 3] = Math.round(255 * Math.sqrt(Math.min(1, Math.abs(cell - usual) / most)));
	}
	return pixels;
}

/** Red, green and blue of `#rrggbb`. */
const rgb = (hex: string): readonly number[] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

function classesOf({ report }: Shown<SpecializeReport>): Content {
	const [first] = report.clusters;
	if (first === undefined) return undefined;
	return html`${firstOnly(report)}<p>Chosen by ${count(first.predictions)} predictions.</p><div class="row">${first.specialists.map(
		({ classes, trainSeconds, validationErrors }, m) => {
			const errors = validationErrors === undefined ? "" : `, ${count(validationErrors)} validation errors`;
			return html`<div class="card names"><h3>Specialist ${m + 1}</h3><p>${classes.join(", ")}</p><p class="soft">${count(
				classes.length,
			)} classes, ${trainSeconds.toFixed(1)} s${errors}</p></div>`;
		},
	)}${
		first.uncovered.length === 0
			? undefined
			: html`<div class="card names"><h3>No specialist</h3><p>${first.uncovered.join(", ")}</p></div>`
	}</div>`;
}
