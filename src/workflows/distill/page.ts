/** The page of a distillation. */

import { temperatureOf } from "../../losses/index.js";
import { logSoftmaxRow } from "../../metrics/index.js";
import {
	calibration,
	classifierNetworks,
	classifiersPage,
	confusions,
	exhibitPicture,
	results,
	taskTables,
} from "../../report/html/classifier-sections.js";
import { type Content, type Html, html } from "../../report/html/html.js";
import type { ClassShare } from "../../report/html/plots.js";
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
import { distillNetworks } from "./networks.js";
import { type Report, reportSchema } from "./report.js";
import { networksOf, verdict } from "./table.js";

const networksIn = (report: Report) => classifierNetworks(networksOf(report), report, distillNetworks);

/** The page of `limbeck distill`. */
export const distillReport = reportKind<Report>({
	schema: reportSchema,
	...classifiersPage,
	title: ({ recipe }) => `${recipe.name}: a distillation`,
	networks: networksIn,
	sections: [
		verdictSection,
		{
			title: "Results",
			of: (run) => results(run, networksOf(run.report), verdict(run.report)),
		},
		sizeSection(networksIn),
		{ title: "Dark knowledge", of: darkKnowledge },
		trainingSection(distillNetworks),
		{ title: "Calibration", of: (run) => calibration(run, networksOf(run.report), distillNetworks) },
		{ title: "Figures in detail", of: (run) => taskTables(run, networksOf(run.report)) },
		{ title: "Confusions", of: (run) => confusions(run, distillNetworks) },
		stepsSection,
		againSection(({ recipe, data, environment }) => {
			return { command: "distill", recipe, fingerprint: data.fingerprint, environment };
		}),
	],
});

/** Temperatures at which distributions are shown. */
function temperaturesOf({ recipe: { distillation } }: Report): readonly number[] {
	return [...new Set([1, temperatureOf(distillation) ?? 4])];
}

const shownClasses = 5;

const { seriesOf, titleOf } = distillNetworks;

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
			html`<div class="card"><h3>${sample.label} ${await exhibitPicture(sample, exhibits)}</h3>
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
