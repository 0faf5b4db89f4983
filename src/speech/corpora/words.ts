/** The words of transcripts: which spellings are one word, and which words nothing teaches. */
import { LimbeckError } from "../../errors.js";
import { canonicalName, firstFew, quotedName } from "../../names.js";
import type { Notice } from "../../notices.js";
import type { SpeechPart } from "../corpus.js";

/** A transcript, and what it is for. */
export interface Transcript {
	readonly words: readonly string[];
	readonly part: SpeechPart;
}

/** Punctuation, without what is spoken or makes another word: `C++`, `C#`, `$5`, `5%`, `-5`. */
const mark = "(?![#%&@+-])[\\p{P}\\p{Sk}\\p{So}<=>|~]";
const around = new RegExp(`^(?:${mark})+|(?:${mark})+$`, "gu");

/** A word without case and without punctuation around it; a word of nothing else as it is. */
function plain(word: string): string {
	const key = word.toLowerCase().replace(around, "");
	return key === "" ? word : key;
}

/**
 * Transcripts in which words that differ in case, Unicode form or punctuation around them alone are one: in lower case
 * and without it. Words that have one spelling keep it.
 *
 * @param where - the table, for the notice.
 */
export function mergeSpellings<T extends Transcript>(
	rows: readonly T[],
	where: string,
): { readonly rows: readonly T[]; readonly notices: readonly Notice[] } {
	const spellings = new Map<string, Set<string>>();
	for (const word of rows.flatMap(({ words }) => words)) {
		const key = plain(canonicalName(word));
		spellings.set(key, (spellings.get(key) ?? new Set()).add(word));
	}
	const several = [...spellings].filter(([, written]) => written.size > 1);
	if (several.length === 0) return { rows, notices: [] };
	const merged = new Map(several.flatMap(([key, written]) => [...written].map((word) => [word, key] as const)));
	const shown = several.map(([key, written]) => {
		const others = [...written];
		return `${others.map((word) => quotedName(word, others)).join(", ")} as ${quotedName(key)}`;
	});
	return {
		rows: rows.map((row) => ({ ...row, words: row.words.map((word) => merged.get(word) ?? word) })),
		notices: [
			{
				code: "merged-words",
				text: `${where}: words that differ in case or punctuation alone are one (${String(several.length)}): ${firstFew(shown)}.`,
				hint: "--set data.spelling=exact keeps them apart.",
			},
		],
	};
}

/**
 * Says which words of the other parts have no recording for training.
 *
 * @param keep - whether they may stay, as errors.
 * @throws LimbeckError (`data`) where they may not.
 */
export function checkUnknownWords(rows: readonly Transcript[], where: string, keep: boolean): readonly Notice[] {
	const known = new Set(rows.flatMap(({ words, part }) => (part === "train" ? words : [])));
	const unknown = (["validation", "test"] as const).flatMap((part) => {
		const said = rows.flatMap((row) => (row.part === part ? row.words : []));
		const strange = said.filter((word) => !known.has(word));
		if (strange.length === 0) return [];
		const names = firstFew([...new Set(strange)].map((word) => quotedName(word, [...known])));
		return [`${String(strange.length)} of the ${String(said.length)} words of the ${part} part (${names})`];
	});
	if (unknown.length === 0) return [];
	const got = unknown.join("; ");
	if (keep)
		return [{ code: "unknown-words", text: `${where}: no recording for training has ${got}: each is an error.` }];
	throw new LimbeckError("data", {
		where,
		expected: "recordings for training of every word: a net cannot recognise what it has never heard",
		got: `none of ${got}`,
		hint: "Give such words recordings in the train part; or keep them, each as an error: --set data.unknownWords=keep.",
	});
}
