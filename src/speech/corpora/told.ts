/** What should be known of a user's recordings although it stops nothing. */
import { extname, relative, resolve } from "node:path";
import { canonicalName, firstFew, quotedName, shownPath } from "../../names.js";
import type { Notice } from "../../notices.js";
import type { Recording, SpeechPart } from "../corpus.js";
import type { WavFault } from "../wav.js";

/** Columns of the table that nothing is read from. */
export function tellColumns(unused: readonly string[], where: string): readonly Notice[] {
	if (unused.length === 0) return [];
	const names = firstFew(unused.map((name) => quotedName(name)));
	const text = `${shownPath(where)}: columns that are not read (${String(unused.length)}): ${names}.`;
	return [{ code: "passed-over", text, hint: "Read are file, transcript, speaker and split." }];
}

/** Endings of files of sound. */
const endings: readonly string[] = [".wav", ".wave", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aac", ".aif", ".aiff"];

/**
 * Recordings that no row of the table names, and recordings that several rows name.
 *
 * @param files - paths of all that the folder holds.
 */
export function tellFiles(
	rows: readonly { readonly file: string; readonly part: SpeechPart }[],
	files: readonly string[],
	directory: string,
	where: string,
): readonly Notice[] {
	const partsOf = new Map<string, SpeechPart[]>();
	for (const { file, part } of rows) {
		const path = canonicalName(resolve(directory, file));
		partsOf.set(path, [...(partsOf.get(path) ?? []), part]);
	}
	const shown = (path: string): string => shownPath(relative(directory, path));
	const stray = files.filter(
		(path) => endings.includes(extname(path).toLowerCase()) && !partsOf.has(canonicalName(path)),
	);
	const several = [...partsOf].filter(([, parts]) => parts.length > 1);
	const strayText = `recordings in no row are passed over (${String(stray.length)}): ${firstFew(stray.sort().map(shown))}`;
	const severalText =
		`recordings in several rows (${String(several.length)}): ` +
		firstFew(several.map(([path, parts]) => `${shown(path)} (${parts.join(", ")})`));
	return [
		...(stray.length === 0 ? [] : [{ code: "passed-over", text: `${shownPath(where)}: ${strayText}.` }]),
		...(several.length === 0 ? [] : [{ code: "repeated-recording", text: `${shownPath(where)}: ${severalText}.` }]),
	];
}

/** What was made of what files say wrongly of themselves. */
const faultTexts: Readonly<Record<WavFault, string>> = {
	"open-ended": "do not say their size, as programs leave them that write to pipes, and were read to the end",
	"cut-frame": "end within a frame, which was left out",
	unpadded: "lack a byte of padding",
};

/** Recordings of which the files were not quite right. */
export function tellFaults(recordings: readonly Recording[], directory: string): readonly Notice[] {
	// The keys are those of the table.
	return (Object.keys(faultTexts) as WavFault[]).flatMap((fault) => {
		const found = recordings.filter(({ audio }) => audio.faults?.includes(fault) === true);
		if (found.length === 0) return [];
		const names = firstFew(found.map(({ id }) => shownPath(id)));
		const text = `${shownPath(directory)}: wav files that ${faultTexts[fault]} (${String(found.length)}): ${names}.`;
		return [{ code: "repaired-wav", text }];
	});
}
