/** Kinds of reports: how each is read, and how the folder of a finished run is shown. */
import type { z } from "zod";
import type { Notice } from "../../notices.js";
import { checkedContent } from "../../options.js";
import { page } from "./blocks.js";
import { type Html, html } from "./html.js";
import { foreign, type RunFiles } from "./run-files.js";
import type { Networks, Section, Shown } from "./sections.js";

/** The fields of reports that are read whatever their kind is. */
interface AnyReport {
	readonly schema: 1;
	/** ISO 8601 time; absent where the report is of several runs. */
	readonly created?: string;
	readonly diagnosis?: readonly Notice[];
}

/** How reports of one kind are read and shown: a page by itself, which needs no script and no network. */
export interface ReportForm<Report> {
	/** What a report is. */
	readonly schema: z.ZodType<Report>;
	readonly title: (report: Report) => string;
	/** What was learned from and tested on, and when. */
	readonly about: (report: Report) => string;
	/** What its figures are of: those of runs compare where this is the same. */
	readonly tested: (report: Report) => string;
	readonly networks: (report: Report) => Networks;
	readonly recipe: (report: Report) => { readonly name: string };
	/** Whether a run leaves its plots as files beside its page. */
	readonly leavesPlots?: true;
	readonly sections: readonly Section<Report>[];
}

/** A finished run, as its kind shows it. */
export interface FinishedRun extends RunFiles, Pick<ReportForm<never>, "leavesPlots"> {
	/** ISO 8601 time of its end; absent where it is several runs. */
	readonly created: string | undefined;
	/** What is to be said of its results, the gravest first. */
	readonly diagnosis: readonly Notice[];
	readonly tested: () => string;
	readonly networks: () => Networks;
	readonly recipe: () => { readonly name: string };
	readonly page: () => Promise<Html>;
}

/** A kind of reports, whatever is in them. */
export interface ReportKind {
	/**
	 * Opens a report of this kind, with the other files of its run.
	 *
	 * @param content - what its JSON says.
	 * @throws LimbeckError (`data`) for other content, by `where` it is.
	 */
	readonly open: (content: unknown, where: string, files: RunFiles) => FinishedRun;
}

/** The kind of the reports that have a form. */
export function reportKind<Report extends AnyReport>(form: ReportForm<Report>): ReportKind {
	return {
		open(content, where, files) {
			const report = checkedContent(form.schema, content, { where, ...foreign });
			return {
				...files,
				created: report.created,
				diagnosis: report.diagnosis ?? [],
				...(form.leavesPlots === undefined ? {} : { leavesPlots: form.leavesPlots }),
				tested: () => form.tested(report),
				networks: () => form.networks(report),
				recipe: () => form.recipe(report),
				page: () => pageOf(form, { ...files, report }),
			};
		},
	};
}

async function pageOf<Report>(form: ReportForm<Report>, run: Shown<Report>): Promise<Html> {
	const contents: Html[] = [];
	for (const { title, prominent, of } of form.sections) {
		const content = await of(run);
		if (content === undefined) continue;
		contents.push(
			html`<section class="${prominent === true ? "verdict" : "part"}"><h2>${title}</h2>${content}</section>`,
		);
	}
	return page(form.title(run.report), html`<p class="soft">${form.about(run.report)}</p>${contents}`);
}
