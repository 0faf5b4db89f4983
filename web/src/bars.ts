/** Two distributions over the classes, side by side. */
import { heading, make } from "./elements.js";

/** Bars in the rows of a table: the columns are networks. */
export interface Bars {
	/** Shows a network's probabilities; none where `undefined`. */
	show(column: number, probabilities: ArrayLike<number> | undefined): void;
}

/** Fills a table's body with empty bars. */
export function barsIn(body: HTMLTableSectionElement, classes: readonly string[], columns: number): Bars {
	const cells = classes.map(() => Array.from({ length: columns }, barCell));
	body.replaceChildren(
		...classes.map((name, k) => make("tr", "", heading("row", name), ...(cells[k] ?? []).map(({ cell }) => cell))),
	);
	return {
		show(column, probabilities) {
			const best = probabilities === undefined ? 0 : Math.max(...Array.from(probabilities));
			cells.forEach((row, k) => {
				const share = probabilities?.[k] ?? 0;
				row[column]?.show(share, probabilities !== undefined && share === best);
			});
		},
	};
}

function barCell(): { readonly cell: HTMLElement; readonly show: (share: number, best: boolean) => void } {
	const [fill, text] = [make("i", ""), make("span", "")];
	const bar = make("div", "bar", fill, text);
	return {
		cell: make("td", "", bar),
		show(share, best) {
			fill.style.setProperty("--share", String(share));
			text.textContent = `${(100 * share).toFixed(1)} %`;
			bar.classList.toggle("best", best);
		},
	};
}
