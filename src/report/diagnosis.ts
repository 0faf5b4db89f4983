/** What is to be said of results, as lines of text. */
import type { Notice } from "../notices.js";
import { wrapText } from "./text.js";

/** A diagnosis in which what can be done stands once, behind the last of those in a row that it is for. */
export function withHintsOnce(diagnosis: readonly Notice[]): readonly Notice[] {
	return diagnosis.map((one, k) => (one.hint === diagnosis[k + 1]?.hint ? { code: one.code, text: one.text } : one));
}

/** A diagnosis under its heading; no line where there is nothing to say. */
export function diagnosisLines(diagnosis: readonly Notice[] | undefined, width: number): readonly string[] {
	if (diagnosis === undefined || diagnosis.length === 0) return [];
	const indented = (text: string, first: string): readonly string[] =>
		wrapText(text, width - first.length).map((line, k) => (k === 0 ? first : " ".repeat(first.length)) + line);
	const items = withHintsOnce(diagnosis).flatMap(({ text, hint }) => [
		...indented(text, "- "),
		...(hint === undefined ? [] : indented(hint, "  ")),
	]);
	return ["Verdict", ...items];
}

/** {@link diagnosisLines} as a paragraph before others: with an empty line after them, if there are any. */
export function diagnosisParagraph(diagnosis: readonly Notice[] | undefined, width: number): readonly string[] {
	const lines = diagnosisLines(diagnosis, width);
	return lines.length === 0 ? [] : [...lines, ""];
}
