/** The page of a study: the question, the answer, figures and tables. */

import { isUnequal } from "../../report/balance.js";
import { figure, paragraphs, textTable } from "../../report/html/blocks.js";
import { classifiersPage } from "../../report/html/classifier-sections.js";
import { type Content, html } from "../../report/html/html.js";
import { reportKind } from "../../report/html/report-kind.js";
import { againSection, type Shown, stepsSection } from "../../report/html/sections.js";
import { otherColor } from "../../report/networks.js";
import { classifiers, type Row } from "../../report/rows.js";
import { chart } from "./chart.js";
import { reportSchema, type StudyReport } from "./report.js";

/** The page of `limbeck study`. */
export const studyReport = reportKind<StudyReport>({
	...classifiersPage,
	schema: reportSchema,
	title: ({ title }) => `${title}: a study`,
	networks({ networks, data }) {
		const rows = Object.entries<Row>(networks).map(
			([name, row], place) => [name, row, { label: name, color: otherColor(place) }] as const,
		);
		return { sort: classifiers, rows, unequal: isUnequal(data) };
	},
	leavesPlots: true,
	sections: [
		{ title: "Question and answer", of: answer },
		{ title: "Figures", of: figures },
		{ title: "Tables", of: tables },
		stepsSection,
		againSection(({ recipe, data, environment }) => {
			return { command: "study", recipe, fingerprint: data.fingerprint, environment };
		}),
	],
});

function answer({ report }: Shown<StudyReport>): Content {
	return html`<h3>${report.question}</h3>${paragraphs(report.answer)}
<p class="soft">± is the standard deviation over the seeds; intervals are Student's t over the seeds, on the same test
samples. What is called chosen was chosen on the validation split; the test split was opened at the end.</p>`;
}

function figures({ report }: Shown<StudyReport>): Content {
	return report.figures.map((one) => html`<h3>${one.title}</h3>${figure(chart(one), one.caption)}`);
}

function tables({ report }: Shown<StudyReport>): Content {
	return report.tables.map(({ title, columns, rows }) => html`<h3>${title}</h3>${textTable(columns, rows)}`);
}
