/** HTML as values: text is escaped where it is put in, so that no label of anybody's becomes markup. */

/** A plot: what it is called, and its SVG. */
export interface Drawing {
	readonly title: string;
	readonly svg: string;
}

/** Markup. */
export class Html {
	readonly text: string;
	/** The plots in it, in their order. */
	readonly drawings: readonly Drawing[];

	/** @param text - markup by somebody who has escaped what is in it. */
	constructor(text: string, drawings: readonly Drawing[] = []) {
		this.text = text;
		this.drawings = drawings;
	}
}

/** What may stand in a template. */
export type Content = Html | string | number | undefined | readonly Content[];

const escapes: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&#39;",
};

/** A template: markup stays, lists are joined, `undefined` is nothing, all else is escaped as text or a quoted attribute. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
	const text = parts.map((part, k) => part + (k < contents.length ? markup(contents[k]) : "")).join("");
	return new Html(text, contents.flatMap(drawingsIn));
}

function markup(content: Content): string {
	if (content === undefined) return "";
	if (content instanceof Html) return content.text;
	if (typeof content === "string" || typeof content === "number") {
		return String(content).replaceAll(/[&<>"']/g, (sign) => escapes[sign] ?? sign);
	}
	return content.map(markup).join("");
}

function drawingsIn(content: Content): readonly Drawing[] {
	if (content instanceof Html) return content.drawings;
	return Array.isArray(content) ? content.flatMap(drawingsIn) : [];
}
