/** Labels as text, in one spelling each: what people write in several ways is one class, and that is told. */

import { comparedName, quotedName } from "../../names.js";
import type { Notice } from "../../notices.js";
import { settingText } from "../../settings.js";
import { type CellCollector, type CellTrouble, collectTexts, type Labels } from "./source.js";

/**
 * A collector of labels that keeps one number a row.
 *
 * @param classes - names that the user gave: any of them is a label, even `None`.
 */
export function collectLabels(classes: readonly string[] = []): CellCollector {
	const texts = collectTexts();
	const allowed = new Set(classes.map(comparedName));
	return {
		add(cell) {
			const written = textOf(cell);
			if (typeof written !== "string") return written;
			if (isMissing(written) && !allowed.has(comparedName(written))) return missingLabel(written);
			texts.add(written);
			return undefined;
		},
		count: () => texts.count(),
		finish: () => inOneSpelling(texts.finish(), allowed),
	};
}

/** @param named - classes that the user named: labels that are written so stay so. */
function inOneSpelling({ ids, values }: Labels, named: ReadonlySet<string>): Labels {
	const spellingOf = (written: string): string => {
		const name = comparedName(written);
		return named.has(name) ? name : canonicalLabel(written);
	};
	const spellings = new Map<string, string[]>();
	for (const written of values) {
		const label = spellingOf(written);
		spellings.set(label, [...(spellings.get(label) ?? []), written]);
	}
	const labels = [...spellings.keys()];
	const idOf = new Map(labels.map((label, id) => [label, id]));
	const idOfWritten = values.map((written) => idOf.get(spellingOf(written)) ?? 0);
	return {
		ids: ids.map((id) => idOfWritten[id] ?? 0),
		values: labels,
		merged: [...spellings.values()].filter(({ length }) => length > 1),
	};
}

/**
 * The one spelling of a label: without blanks around it, in NFC, a number without needless zeros behind the point (1.0 is
 * 1). Zeros in front stay: 01 is a code.
 */
export function canonicalLabel(written: string): string {
	const text = comparedName(written);
	if (!/^[+-]?(0|[1-9]\d{0,14})(\.\d*)?$/.test(text)) return text;
	const value = Number(text);
	return value === 0 ? "0" : String(value);
}

/** What people, spreadsheets and programs write where there is nothing: the words that pandas takes for it, and a question mark. */
const missing = /^(|\?|#N\/A|#N\/A N\/A|#NA|N\/A|n\/a|NA|<NA>|-?NaN|-?nan|NULL|null|None|NaT|-?1\.#(IND|QNAN))$/;

/** Whether a cell holds a word for nothing. */
export function isMissing(cell: string): boolean {
	return missing.test(cell.trim());
}

/** A cell as text; what is wrong where it is no label. */
function textOf(cell: unknown): string | CellTrouble {
	if (typeof cell === "string") return cell;
	if (typeof cell === "bigint" || typeof cell === "boolean") return String(cell);
	if (typeof cell === "number" && Number.isSafeInteger(cell)) return String(cell);
	if (cell === null || cell === undefined) return missingLabel("");
	if (Number.isNaN(cell)) return missingLabel("NaN");
	return {
		expected: "a class as a label: a text or a whole number",
		got: typeof cell === "number" ? String(cell) : `a ${typeof cell}`,
		hint: "Limbeck learns classes, not quantities: cut them into ranges first.",
	};
}

function missingLabel(written: string): CellTrouble {
	if (written.trim() === "") {
		return { expected: "a label", got: "an empty cell", hint: "Leave rows without a label out." };
	}
	return {
		expected: "a label",
		got: `${JSON.stringify(written)}, which stands for a missing one`,
		hint: `Leave such rows out; if it is the name of a class, name all classes: ${settingText("data.classes", [written.trim()], true)}.`,
	};
}

/** The first few groups of names that a notice shows. */
const shownGroups = 5;

/** What should be known of labels: spellings that were taken for one, and names that look as if they were meant to be. */
export function labelNotices({ values, merged = [] }: Labels, where: string): readonly Notice[] {
	const groups = new Map<string, string[]>();
	for (const value of values) {
		const key = value
			.toLowerCase()
			.replace(/[\s_]+/g, " ")
			.replace(/^0+(?=\d)/, "");
		groups.set(key, [...(groups.get(key) ?? []), value]);
	}
	const alike = [...groups.values()].filter(({ length }) => length > 1);
	const lost = values.filter((value) => value.includes("\ufffd"));
	return [
		...noticeOf(merged, {
			code: "label-variants",
			text: `Labels of ${where} that differ only in blanks, Unicode form or how a number is written are one class:`,
			...apartHint(values, merged),
		}),
		...noticeOf(alike, {
			code: "labels-alike",
			text: `Classes of ${where} that differ only in case, blanks or zeros in front stay apart:`,
			hint: "If they are the same, write them in one way.",
		}),
		...noticeOf(lost.length === 0 ? [] : [lost], {
			code: "labels-damaged",
			text: `Labels of ${where} contain U+FFFD, the sign for a character that was lost when the file was written; labels that differed may be equal now:`,
			hint: "Convert the original file to UTF-8 again, from the encoding that it has.",
		}),
	];
}

/** The most names of classes that a hint lists. */
const mostNamed = 12;

/** How to keep numbers apart that are versions or codes, such as 1.1 and 1.10. */
function apartHint(values: readonly string[], merged: readonly (readonly string[])[]): Pick<Notice, "hint"> {
	const spellings = merged.map((group) => [...new Set(group.map(comparedName))]);
	if (spellings.every(({ length }) => length === 1)) return {};
	const names = values.flatMap((value) => spellings.find(([first = ""]) => canonicalLabel(first) === value) ?? [value]);
	const setting = settingText("data.classes", names.slice(0, mostNamed), names.length > mostNamed);
	return { hint: `If they are versions or codes and differ, name all classes as they are written: ${setting}.` };
}

function noticeOf(groups: readonly (readonly string[])[], { text, ...notice }: Notice): readonly Notice[] {
	if (groups.length === 0) return [];
	const shown = groups.slice(0, shownGroups).map((names) => names.map((name) => quotedName(name, names)).join(" and "));
	const more = groups.length > shownGroups ? `; … (${String(groups.length)} in all)` : "";
	return [{ ...notice, text: `${text} ${shown.join("; ")}${more}.` }];
}
