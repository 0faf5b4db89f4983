/** Text of others in Markdown: names of classes, notes and the like. */

/** A text that Markdown and HTML show as it is, on one line. */
export function escaped(text: string): string {
	return text
		.replaceAll(/\s+/g, " ")
		.replaceAll("&", "&amp;")
		.replaceAll("<", "&lt;")
		.replaceAll(/[\\`*_{}[\]()#+\-.!|~>:@]/g, "\\$&");
}

/** A text in a block of code: the fence is longer than any run of backticks inside. */
export function codeBlock(text: string, language: string): string {
	const runs = Array.from(text.matchAll(/`+/g), ([run]) => run.length);
	const fence = "`".repeat(Math.max(3, ...runs.map((length) => length + 1)));
	return `${fence}${language}\n${text}\n${fence}`;
}

/** A table; cells are taken as they are, and must be escaped. */
export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
	const rule = headings.map((_, column) => (column === 0 ? "---" : "---:"));
	return [line(headings), line(rule), ...rows.map(line)].join("\n");
}
