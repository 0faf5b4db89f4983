/** Several runs in one page: their networks in one table, and in what their recipes differ. */
import { isRecord } from "../../options.js";
import { columnsOf, type Row } from "../table.js";
import { html } from "./html.js";
import { figure, networkRows, page, seriesOf, tableOf } from "./page.js";
import { sizes } from "./plots.js";
import type { RunFolder } from "./run-folder.js";

/** Every run's networks and recipes, side by side. */
export function comparisonPage(runs: readonly RunFolder[]): string {
	const names = distinct(runs.map(({ name }) => name));
	const rows = runs.flatMap(({ report }, k) =>
		networkRows(report).map(([label, network]): readonly [string, Row, string] => {
			return [`${names[k] ?? ""}: ${label}`, network, label];
		}),
	);
	const sized = rows.flatMap(([name, { bytes, errors, std }, label]) =>
		errors === undefined ? [] : [{ series: { ...seriesOf(label), label: name }, bytes, errors, std: std?.errors }],
	);
	const tests = new Set(runs.map(({ report }) => `${report.data.name}, ${String(report.data.test)} test samples`));
	const others = differences(runs);
	return page(
		`${String(runs.length)} runs`,
		html`${
			tests.size === 1
				? html`<p class="soft">${[...tests]}</p>`
				: html`<p>These runs do not share their test samples (${[...tests].join("; ")}): their errors do not compare.</p>`
		}<section><h2>Results</h2>${tableOf(rows, columnsOf(rows.map(([label, network]) => [label, network])))}</section>
${sized.length < 2 ? undefined : html`<section><h2>Size and errors</h2>${figure(sizes("Test errors by size", sized), "Errors on the test samples by the size of the file.")}</section>`}
<section><h2>What differs</h2>${
			others.length === 0
				? html`<p>The recipes are the same.</p>`
				: html`<div class="scroll"><table><thead><tr><th>field</th>${names.map((name) => html`<th>${name}</th>`)}</tr></thead><tbody>${others.map(
						([path, values]) => html`<tr><td>${path}</td>${values.map((value) => html`<td>${value}</td>`)}</tr>`,
					)}</tbody></table></div>`
		}</section>`,
	);
}

/** Fields of the recipes that are not the same in all. */
function differences(runs: readonly RunFolder[]): readonly (readonly [path: string, values: readonly string[]])[] {
	const fields = runs.map(({ report: { recipe } }) => new Map(leaves(recipe, "")));
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
