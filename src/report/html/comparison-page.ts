/** Several runs in one page: their networks in one table, and in what their recipes differ. */
import { LimbeckError } from "../../errors.js";
import { isRecord } from "../../options.js";
import { classifiers } from "../rows.js";
import { figure, page, textTable } from "./blocks.js";
import { type Html, html } from "./html.js";
import { sizes } from "./plots.js";
import type { FinishedRun } from "./report-kind.js";
import { networksTable, sizedNetworks } from "./sections.js";

/** {@link comparison} as a page of its own. */
export function comparisonPage(runs: readonly FinishedRun[]): Html {
	return page(`${String(runs.length)} runs`, comparison(runs));
}

/**
 * Every run's networks and recipes, side by side.
 *
 * @throws LimbeckError (`usage`) where their networks are of several sorts, which have other figures.
 */
export function comparison(runs: readonly FinishedRun[]): Html {
	const names = distinct(runs.map(({ name }) => name));
	const tests = new Set(runs.map(({ tested }) => tested()));
	const others = differences(runs);
	return html`${
		tests.size === 1
			? html`<p class="soft">${[...tests]}</p>`
			: html`<p>These runs do not share their test samples (${[...tests].join("; ")}): their errors do not compare.</p>`
	}${verdicts(runs, names)}${networksSections(runs, names)}<section><h2>What differs</h2>${
		others.length === 0
			? html`<p>The recipes are the same.</p>`
			: textTable(
					["field", ...names],
					others.map(([path, values]) => [path, ...values]),
				)
	}</section>`;
}

/** What is to be said of each run. */
function verdicts(runs: readonly FinishedRun[], names: readonly string[]): Html | undefined {
	const said = runs.flatMap(({ diagnosis }, k) => diagnosis.map(({ text }) => html`<p>${names[k]}: ${text}</p>`));
	return said.length === 0 ? undefined : html`<section class="verdict"><h2>Verdict</h2>${said}</section>`;
}

function networksSections(runs: readonly FinishedRun[], names: readonly string[]): Html {
	const all = runs.map(({ networks }) => networks());
	const sort = all[0]?.sort ?? classifiers;
	if (all.some((one) => one.sort !== sort)) {
		const got = all.map((one, k) => `${names[k] ?? ""} (${one.sort.name})`).join(", ");
		throw new LimbeckError("usage", { where: "limbeck report", expected: "runs with networks of one sort", got });
	}
	const rows = all.flatMap((one, k) =>
		one.rows.map(([label, network, series]) => {
			const name = `${names[k] ?? ""}: ${label}`;
			return [name, network, series && { ...series, label: name }] as const;
		}),
	);
	const together = { sort, rows, unequal: all.some(({ unequal }) => unequal === true) };
	const sized = sizedNetworks(together);
	return html`<section><h2>Results</h2>${networksTable(together)}</section>
${sized.length < 2 ? undefined : html`<section><h2>Size and errors</h2>${figure(sizes("Test errors by size", sized), "Errors on the test samples by the size of the file.")}</section>`}`;
}

/** Fields of the recipes that are not the same in all. */
function differences(runs: readonly FinishedRun[]): readonly (readonly [path: string, values: readonly string[]])[] {
	const fields = runs.map((run) => new Map(leaves(run.recipe(), "")));
	const paths = [...new Set(fields.flatMap((one) => [...one.keys()]))];
	return paths
		.map((path) => [path, fields.map((one) => one.get(path) ?? "–")] as const)
		.filter(([, values]) => new Set(values).size > 1);
}

/** The fields that hold no others, by their paths. */
function leaves(value: unknown, path: string): readonly (readonly [path: string, text: string])[] {
	if (!isRecord(value)) return [[path, typeof value === "string" ? value : JSON.stringify(value)]];
	return Object.entries(value).flatMap(([name, one]) => leaves(one, path === "" ? name : `${path}.${name}`));
}

/** Names as they are, with a number where several are the same. */
function distinct(names: readonly string[]): readonly string[] {
	return names.map((name, k) => {
		const before = names.slice(0, k).filter((other) => other === name).length;
		return before === 0 ? name : `${name} (${String(before + 1)})`;
	});
}
