/** The table of what is known of each network. */
import { heading, make } from "./elements.js";
import { grouped } from "./numbers.js";

/** What a row says; what is not known yet is left out. */
export interface Row {
	readonly name: string;
	readonly parameters: number;
	readonly bytes: number;
	/** Median, in ms. */
	readonly latency?: number;
	readonly errors: number;
	/** Of how many, and of what: `test` or `validation`. */
	readonly of: number;
	readonly split: string;
}

/** Shows the rows in a table's body. */
export function showFacts(body: HTMLTableSectionElement, rows: readonly Row[]): void {
	body.replaceChildren(
		...rows.map(({ name, parameters, bytes, latency, errors, of, split }) => {
			const cells = [
				grouped(parameters),
				`${grouped(Math.round(bytes / 1000))}\u00a0kB`,
				latency === undefined ? "…" : `${latency.toPrecision(2)}\u00a0ms`,
				`${grouped(errors)}\u00a0of\u00a0${grouped(of)} ${split} digits`,
			];
			return make("tr", "", heading("row", name), ...cells.map((text) => make("td", "", text)));
		}),
	);
}
