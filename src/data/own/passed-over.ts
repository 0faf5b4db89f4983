/** What is in a folder of pictures and is not read, by reason: counted, and told. */
import { extname, relative } from "node:path";
import { isWithin } from "../../files.js";
import { firstFew, shownPath } from "../../names.js";
import type { Notice } from "../../notices.js";
import { imageEndings } from "../formats/image.js";

interface Reason {
	/** What was passed over: a plural. */
	readonly what: string;
	/** What its number is made of. */
	readonly made?: (paths: readonly string[]) => string;
	readonly hint?: string;
}

const followHint =
	"--set data.links=all follows links wherever they lead, --set data.links=inside those that stay in the folder.";

/** Why something is passed over. */
const reasons = {
	ending: {
		what: "files that are pictures neither by ending nor by content",
		made: byEnding,
		hint: `Limbeck reads ${imageEndings.join(", ")}: convert pictures of other kinds.`,
	},
	link: { what: "links that are not followed", hint: followHint },
	"link-to-folder": { what: "links to folders that are not followed", hint: followHint },
	special: { what: "things that are neither files nor folders" },
	"broken-link": { what: "links that lead nowhere" },
	loop: { what: "links to a folder that they lie in" },
	hidden: { what: "hidden files or folders", hint: "Rename what is to be read: no dot at the beginning." },
	"no-class": { what: "pictures beside the folders of classes, of no class" },
	"no-part": { what: "files or folders beside the folders of parts" },
	ignored: { what: "files or folders that data.ignore names" },
	litter: { what: "things that systems and programs leave in folders, such as __MACOSX and Thumbs.db" },
} as const satisfies Readonly<Record<string, Reason>>;

/** Why something is passed over. */
export type PassedOverReason = keyof typeof reasons;

/** The paths that were passed over, by reason. */
export interface PassedOver {
	add(reason: PassedOverReason, path: string): void;
	/** Every path with its reason. */
	all(): readonly (readonly [PassedOverReason, path: string])[];
	/** What was passed over in a folder, as a phrase; empty where nothing was. */
	within(folder: string): string;
	/** A notice for each reason. */
	notices(): readonly Notice[];
}

/** Gathers what is passed over below a folder. */
export function gatherPassedOver(root: string): PassedOver {
	const found = new Map<PassedOverReason, string[]>();
	const phrase = (reason: PassedOverReason, paths: readonly string[], from: string): string => {
		const names = firstFew(paths.map((path) => shownPath(relative(from, path))));
		const { what, made }: Reason = reasons[reason];
		const parts = made === undefined ? "" : `: ${made(paths)}`;
		return `${what} (${String(paths.length)}${parts}): ${names}`;
	};
	const byReason = (): readonly (readonly [PassedOverReason, readonly string[]])[] =>
		order.flatMap((reason) => {
			const paths = found.get(reason);
			return paths === undefined ? [] : [[reason, paths.toSorted()] as const];
		});
	return {
		add(reason, path) {
			const paths = found.get(reason) ?? [];
			paths.push(path);
			found.set(reason, paths);
		},
		all: () => byReason().flatMap(([reason, paths]) => paths.map((path) => [reason, path] as const)),
		within(folder) {
			return byReason()
				.map(([reason, paths]) => [reason, paths.filter((path) => isWithin(folder, path))] as const)
				.filter(([, paths]) => paths.length > 0)
				.map(([reason, paths]) => phrase(reason, paths, folder))
				.join("; ");
		},
		notices: () =>
			byReason().map(([reason, paths]) => {
				const { hint }: Reason = reasons[reason];
				const text = `${shownPath(root)}: passed over ${phrase(reason, paths, root)}.`;
				return { code: "passed-over", text, ...(hint === undefined ? {} : { hint }) };
			}),
	};
}

// The keys are those of the table.
const order = Object.keys(reasons) as readonly PassedOverReason[];

/** How many there are of each ending, the most first. */
function byEnding(paths: readonly string[]): string {
	const counts = new Map<string, number>();
	for (const path of paths) {
		const ending = extname(path).toLowerCase();
		counts.set(ending, (counts.get(ending) ?? 0) + 1);
	}
	const sorted = [...counts].sort(([, a], [, b]) => b - a);
	return firstFew(
		sorted.map(([ending, count]) => `${String(count)} ${ending === "" ? "without ending" : shownPath(ending)}`),
		5,
	);
}
