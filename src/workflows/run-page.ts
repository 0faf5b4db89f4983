/** The page of a run: one file that needs nothing else, no script and no network. */

import { page } from "../report/html/blocks.js";
import { type Html, html } from "../report/html/html.js";
import { networksTable, type PageKind } from "../report/html/sections.js";
import { distillKind } from "./distill/page.js";
import type { Reports, RunFolder, RunKind } from "./run-folder.js";
import { specializeKind } from "./specialize/page.js";
import { foldsKind, speechKind } from "./speech/page.js";
import { studyKind } from "./study/page.js";
import { trainKind } from "./train/page.js";

const kinds: { readonly [Kind in RunKind]: PageKind<Reports[Kind]> } = {
	distill: distillKind,
	train: trainKind,
	specialize: specializeKind,
	folds: foldsKind,
	study: studyKind,
	speech: speechKind,
};

/** The entry of a kind, with its own type forgotten: the kind decides what its report is. */
export function kindOf({ kind }: Pick<RunFolder, "kind">): PageKind<never> {
	return kinds[kind];
}

/** A run as a page. */
export async function runPage(run: RunFolder): Promise<Html> {
	// The entry is the one of this report.
	const [kind, shown] = [kindOf(run), run as RunFolder & { readonly report: never }];
	const contents: Html[] = [];
	for (const { title, prominent, of } of kind.sections) {
		const content = await of(shown);
		if (content === undefined) continue;
		contents.push(
			html`<section class="${prominent === true ? "verdict" : "part"}"><h2>${title}</h2>${content}</section>`,
		);
	}
	return page(kind.title(shown.report), html`<p class="soft">${kind.about(shown.report)}</p>${contents}`);
}

/** A run's networks and what is told of them. */
export function resultsTable(run: RunFolder): Html {
	// The entry is the one of this report.
	return networksTable(kindOf(run).networks(run.report as never));
}
