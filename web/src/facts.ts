/** The table of what is known of each network. */
import { heading, make } from "./elements.js";

/** What a row says; what is not known yet is left out. */
export interface Row {
	readonly name: string;
	readonly parameters: number;
	readonly bytes: number;
	/** Median, in ms. */
	readonly latency?: number;
	/** Such as `51 of 2,000 test digits`. */
	readonly errors: string;
}

const numbers = new Intl.NumberFormat("en");

/** A whole number as people read it. */
export function grouped(count: number): string {
	return numbers.format(count);
}

/** Shows the rows in a table's body. */
export function showFacts(body: HTMLTableSectionElement, rows: readonly Row[]): void {
	body.replaceChildren(
		...rows.map(({ name, parameters, bytes, latency, errors }) => {
			const time = latency === undefined ? "…" : `${latency.toPrecision(2)} ms`;
			const cells = [grouped(parameters), `${grouped(Math.round(bytes / 1000))} kB`, time, errors];
			return make("tr", "", heading("row", name), ...cells.map((text) => make("td", "", text)));
		}),
	);
}
