/** Names that people give: of classes, words and files. One name may be written in several ways that look the same. */

/** A name in the one Unicode form (NFC) in which names are compared: macOS writes file names in another (NFD). */
export function canonicalName(name: string): string {
	return name.normalize("NFC");
}

/** A name in a table or a list as it is compared with others: in NFC, without spaces around it. */
export function comparedName(name: string): string {
	return canonicalName(name).trim();
}

/** Orders names by their bytes in UTF-8, which is the order of their code points, wherever the program runs. */
export function byBytes(a: string, b: string): number {
	for (let at = 0; at < a.length && at < b.length; at++) {
		const difference = place(a.charCodeAt(at)) - place(b.charCodeAt(at));
		if (difference !== 0) return difference;
	}
	return a.length - b.length;
}

/** Where a UTF-16 unit comes among others by its code point: halves of those above 0xffff come last. */
function place(unit: number): number {
	if (unit < 0xd800) return unit;
	return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** What two names have in common that a reader cannot tell apart: no case, no spaces, no marks of format. */
const lookOf = (name: string): string =>
	name
		.normalize("NFKC")
		.toLowerCase()
		.replace(/[\p{Z}\p{C}\s]/gu, "");

/** Letters of one alphabet among those of another that they look like. */
const mixesAlphabets = (name: string): boolean =>
	/\p{Script=Latin}/u.test(name) && /[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(name);

/**
 * A name for a message, in quotes. What cannot be seen is escaped; in a name that looks like one of the others, or mixes
 * alphabets, so is everything but ASCII: `"caf\u00e9"`.
 *
 * @param others - the names that it was compared with.
 */
export function quotedName(name: string, others: readonly string[] = []): string {
	const look = lookOf(name);
	const confusable = mixesAlphabets(name) || others.some((other) => other !== name && lookOf(other) === look);
	const escaped = confusable ? /[^\x20-\x7e]/g : /(?! )[\p{Z}\p{C}]/gu;
	return JSON.stringify(name).replace(escaped, escapedUnits);
}

/** The text as escapes of its UTF-16 units, as JSON has them. */
export function escapedUnits(text: string): string {
	return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))
		.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
		.join("");
}

/** A path for a message: as it is, or in quotes where it holds what cannot be seen. */
export function shownPath(path: string): string {
	return /\p{C}/u.test(path) ? quotedName(path) : path;
}

/** The first few of some texts, and that there are more. */
export function firstFew(texts: readonly string[], most = 3): string {
	return `${texts.slice(0, most).join(", ")}${texts.length > most ? ", …" : ""}`;
}
