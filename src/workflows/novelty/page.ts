/** The page of `limbeck novelty`: what a model does not know, in pictures. */

import { page, samplePicture, textTable } from "../../report/html/blocks.js";
import { type Html, html } from "../../report/html/html.js";
import { count } from "../../report/numbers.js";
import { type NoveltyReport } from "./report.js";
import { basis, groupHeadings, groupRow, verdictRows } from "./table.js";

/** The page. */
export async function noveltyPage(report: NoveltyReport): Promise<Html> {
	const { samples, data, model, known, created, groups, garbage, skipped } = report;
	const [found, others] = [groups.filter(({ candidate }) => candidate), groups.filter(({ candidate }) => !candidate)];
	const cards = async (some: typeof groups): Promise<readonly Html[]> => {
		const all: Html[] = [];
		for (const group of some) {
			const [place = "", number = "", expected = "", coherence = "", , resembles = ""] = groupRow(
				group,
				groups.indexOf(group),
			);
			all.push(html`<div class="card"><h3>Group ${place}: ${number} ${group.count === 1 ? "sample" : "samples"}, ${expected} expected, coherence ${coherence}</h3>
<p class="soft">resembles ${resembles}</p><p>${await pictures(report, group.pictures)}</p></div>`);
		}
		return all;
	};
	return page(
		`What ${model} does not know`,
		html`<p class="soft">${count(samples.length)} samples of ${data}${skipped === 0 ? "" : `, ${count(skipped)} more could not be read`};
trained on ${known}; ${created.slice(0, 16).replace("T", " ")} UTC</p>
<section><h2>What they are</h2>${textTable(["", "samples", "share", ""], verdictRows(report))}<p class="soft">${basis(report)}</p></section>
<section><h2>Candidates for a category</h2>${
			found.length === 0
				? html`<p>None: no group of unknown samples coheres and is more than known samples would make it.</p>`
				: html`<div class="row">${await cards(found)}</div>`
		}</section>
<section><h2>Unknown, and of no category</h2>${
			others.length === 0 ? html`<p>None.</p>` : html`<div class="row">${await cards(others)}</div>`
		}</section>
<section><h2>Garbage</h2>${garbage.length === 0 ? html`<p>None to show.</p>` : html`<p>${await pictures(report, garbage)}</p>`}</section>
<section><h2>Groups</h2>${textTable(groupHeadings, groups.map(groupRow))}</section>`,
	);
}

async function pictures({ samples, shape }: NoveltyReport, some: NoveltyReport["garbage"]): Promise<readonly Html[]> {
	if (shape === undefined) return [];
	const all: Html[] = [];
	for (const { index, pixels } of some) {
		const { name = "", nearest = "" } = samples[index] ?? {};
		all.push(await samplePicture(pixels, shape, `${name}, taken for ${nearest}`));
	}
	return all;
}
