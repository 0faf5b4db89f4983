/** What is to be said of results, as lines of text. */
import type { Notice } from "../notices.js";
import { wrapText } from "./text.js";

/** A diagnosis under its heading, and an empty line after it; no line where there is nothing to say. */
export function diagnosisLines(diagnosis: readonly Notice[] | undefined, width: number): readonly string[] {
	if (diagnosis === undefined || diagnosis.length === 0) return [];
	const indented = (text: string, first: string): readonly string[] =>
		wrapText(text, width - first.length).map((line, k) => (k === 0 ? first : " ".repeat(first.length)) + line);
	const items = diagnosis.flatMap(({ text, hint }) => [
		...indented(text, "- "),
		...(hint === undefined ? [] : indented(hint, "  ")),
	]);
	return ["Verdict", ...items, ""];
}
