/** The parts of a page, and those that several kinds of runs share. */
import type { Environment } from "../../distill/network-report.js";
import type { Notice } from "../../notices.js";
import type { CurveLine } from "../../pipeline/training-lines.js";
import type { NetworkSort } from "../columns.js";
import { withHintsOnce } from "../diagnosis.js";
import { describeMachine } from "../evaluation.js";
import { type NetworkLooks, networkName, type Series } from "../networks.js";
import { count } from "../numbers.js";
import { figure, legend, textTable } from "./blocks.js";
import { type Content, type Html, html } from "./html.js";
import type { CurvePoint, SizedNetwork } from "./plots.js";
import * as plots from "./plots.js";
import type { RunFiles } from "./run-files.js";

/** A run with the report of its kind. */
export interface Shown<Report> extends RunFiles {
	readonly report: Report;
}

/** A part of a page; absent where there is nothing to show. */
export interface Section<Report> {
	readonly title: string;
	/** Whether it stands out from the others. */
	readonly prominent?: true;
	readonly of: (run: Shown<Report>) => Content | Promise<Content>;
}

/** What is told of every sample's part: to learn from, to choose by, to test. */
export function samplesOf({
	train,
	validation,
	test,
}: Readonly<Record<"train" | "validation" | "test", number>>): string {
	return `${count(train)} samples to learn from, ${count(validation)} to choose by, ${count(test)} to test`;
}

/** What is to be said of results; nothing where the report is of an earlier version. */
export const verdictSection: Section<{ readonly diagnosis?: readonly Notice[] }> = {
	title: "Verdict",
	prominent: true,
	of({ report: { diagnosis = [] } }) {
		if (diagnosis.length === 0) return undefined;
		return withHintsOnce(diagnosis).map(
			({ text, hint }) => html`<p>${text}</p>${hint === undefined ? undefined : html`<p class="soft">${hint}</p>`}`,
		);
	},
};

/** Errors by the size of the file. */
export function sizeSection<Report>(networksOf: (report: Report) => Networks): Section<Report> {
	return {
		title: "Size and errors",
		of({ report }) {
			const networks = sizedNetworks(networksOf(report));
			if (networks.length < 2) return undefined;
			return figure(
				plots.sizes("Test errors by size of the file", networks),
				"Errors on the test samples by the size of the file. Down and to the left is better.",
			);
		},
	};
}

/** Curves of the first seed's trainings. */
export function trainingSection<Report extends { readonly seeds: readonly number[] }>({
	seriesOf,
}: NetworkLooks): Section<Report> {
	return {
		title: "Training",
		of({ metrics, report }) {
			const first = report.seeds[0];
			const own = metrics.filter(({ seed }) => seed === first);
			const pointsOf = (value: (line: CurveLine) => number | undefined): readonly CurvePoint[] =>
				own.flatMap((line) => {
					const [name, at] = [networkName(line), value(line)];
					return at === undefined ? [] : [{ line: name, series: seriesOf(name), epoch: line.epoch, value: at }];
				});
			return curvesOf({
				loss: pointsOf((line) => (line.kind === "progress" ? line.loss : undefined)),
				errors: pointsOf((line) => (line.kind === "validation" ? line.errors : undefined)),
				kl: pointsOf((line) => (line.kind === "validation" ? line.klToTeacher : undefined)),
			});
		},
	};
}

/** Curves of several networks: losses, and what validation says. */
export function curvesOf({
	loss,
	errors,
	kl,
}: Readonly<Record<"loss" | "errors" | "kl", readonly CurvePoint[]>>): Html | undefined {
	if (loss.length === 0) return undefined;
	return html`${legend([...loss, ...errors].map(({ series }) => series))}<div class="row">${figure(
		plots.curves("Training loss", loss, "loss", "log"),
		"Training loss, means over a few steps. Those who are taught minimise another loss than those who are not: heights do not compare.",
	)}${
		errors.length === 0
			? undefined
			: figure(plots.curves("Validation errors", errors, "errors", "linear"), "Errors on the validation samples.")
	}${
		kl.length === 0
			? undefined
			: figure(
					plots.curves("KL to the teacher", kl, "KL, nats", "linear"),
					"KL to the teacher on the validation samples.",
				)
	}</div>`;
}

/** When each step ran. */
export const stepsSection: Section<unknown> = {
	title: "Steps",
	of({ details }) {
		if (details === undefined || details.steps.length === 0) return undefined;
		const found = details.steps.filter(({ state }) => state === "cached").length;
		const caption = found === 0 ? "" : ` ${count(found)} of ${count(details.steps.length)} were found in the store.`;
		return figure(plots.timeline("Steps of the run", details.steps), `When each step ran.${caption}`);
	},
};

/** What it takes to have the same result. */
export interface Repetition {
	/** The command, without the recipe's file. */
	readonly command: string;
	readonly recipe: object;
	readonly fingerprint: string;
	readonly environment: Environment;
}

/** How to do a run again. */
export function againSection<Report>(of: (report: Report) => Repetition): Section<Report> {
	return {
		title: "To do it again",
		of({ report, details }) {
			const { command, recipe, fingerprint, environment } = of(report);
			return html`<p>Save this recipe as <code>recipe.json</code>, then <code>npx limbeck ${command} recipe.json</code>. The same version on the same
kind of processor gives the same networks to the last bit.</p><dl>
<dt>Limbeck</dt><dd>${environment.limbeck}, Node ${environment.node}, ${environment.platform}</dd>
<dt>Machine</dt><dd>${describeMachine(environment)}</dd>
<dt>Data</dt><dd>${fingerprint}</dd>${details === undefined ? undefined : html`<dt>Run</dt><dd>${details.run}</dd>`}</dl>
<details><summary>The recipe, every default filled in</summary><pre>${JSON.stringify(recipe, undefined, "  ")}</pre></details>`;
		},
	};
}

/** A run's networks, by what they are called, and as pictures have them where they are in some. */
export interface Networks<Row = unknown> {
	readonly sort: NetworkSort<Row>;
	readonly rows: readonly (readonly [label: string, network: Row, series?: Series | undefined])[];
	/** Whether classes are so unequal that accuracy misleads. */
	readonly unequal?: boolean;
}

/** Networks in a table. */
export function networksTable({ sort, rows, unequal = false }: Networks): Html {
	const [headings = [], ...lines] = sort.table(
		rows.map(([label, network]) => [label, network] as const),
		unequal,
	);
	return textTable(headings, lines);
}

/** Networks by the size of the file and their errors, as far as that is told. */
export function sizedNetworks({ sort, rows }: Networks): readonly SizedNetwork[] {
	return rows.flatMap(([, network, series]) => {
		const size = sort.sized?.(network);
		return size === undefined || series === undefined ? [] : [{ series, ...size }];
	});
}

/** Seeds and the time of a run, as the line below the title has them. */
export function whenAndSeeds({
	seeds,
	created,
}: {
	readonly seeds: readonly number[];
	readonly created: string;
}): string {
	const named = seeds.length === 1 ? `seed ${String(seeds[0])}` : `seeds ${seeds.join(", ")}`;
	return `${named}; ${created.slice(0, 16).replace("T", " ")} UTC`;
}
