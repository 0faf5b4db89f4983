/** What a person should know although it stopped nothing: nothing that was left out, changed or guessed goes unsaid. */
import { z } from "zod";

/** The schema of a {@link Notice}, for files that keep some. */
export const noticeSchema = z.object({ code: z.string(), text: z.string(), hint: z.string().optional() });

/** Something found about data, a model or results: what it is, and what can be done about it. */
export interface Notice {
	/** The kind, in kebab case, for machines: `passed-over`, `constant-column`. */
	readonly code: string;
	/** Sentences for people, with the place, the number and the first few names. */
	readonly text: string;
	/** What to set, or to do, where something can be done. */
	readonly hint?: string | undefined;
}

/** A notice as lines: what was found, and then what can be done. */
export function noticeText({ text, hint }: Notice): string {
	return hint === undefined ? text : `${text} ${hint}`;
}

/** Notices, each once: several readers may have found the same. */
export function distinct(notices: readonly Notice[]): readonly Notice[] {
	return [...new Map(notices.map((notice) => [noticeText(notice), notice])).values()];
}
