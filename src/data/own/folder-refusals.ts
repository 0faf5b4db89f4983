/** What is known while folders of pictures are told apart, and what a person can do where that is not clear. */
import { LimbeckError } from "../../errors.js";
import { canonicalName, firstFew, quotedName } from "../../names.js";
import type { Notice } from "../../notices.js";
import { settingText } from "../../settings.js";
import type { Folder, FolderWalk } from "./folder-walk.js";
import type { SplitName } from "./partition.js";

/** What is looked through, and what the user says of it. */
export interface Look {
	readonly walk: FolderWalk;
	/** Names of classes, in the one form of names; a folder of such a name is a class, whatever it is called. */
	readonly declared: ReadonlySet<string>;
	readonly notices: Notice[];
}

/** How a person names the classes. */
export const naming = `--set data.classes='["NAME","NAME",…]'`;

/** Paths that a message lists to be passed over. */
const mostIgnored = 3;

/** How a person passes folders over, beside those that are passed over already. */
export function ignoring(paths: readonly string[], { walk }: Look): string {
	return settingText("data.ignore", [...walk.ignore, ...paths.slice(0, mostIgnored)], paths.length > mostIgnored);
}

/** That nothing was found, and what was passed over there. @param none - such as `no folder`. */
export function noneBut(none: string, path: string, { walk }: Look): string {
	const passedOver = walk.passed.within(path);
	return passedOver === "" ? none : `${none}; passed over: ${passedOver}`;
}

/** A part without classes, as the test of a competition is. */
export function noClasses({ path, inside }: Folder, part: SplitName, look: Look): LimbeckError {
	const forTraining =
		"Put the pictures of each class into a folder of its name. Pictures without labels need a teacher: " +
		"--set data.unlabelled=true, and --teacher with its file.";
	const apart =
		`Pass it over: ${ignoring([inside], look)}; then samples for ${part} are split off the others. ` +
		"Or put its pictures into a folder for each class.";
	return new LimbeckError("data", {
		where: path,
		expected: "a folder for each class, with its pictures",
		got: noneBut("no folder", path, look),
		hint: part === "train" ? forTraining : apart,
	});
}

/** A link in place of a class or a part: without it a whole class would be missing. */
export function refuseUnfollowed({ path }: Folder, unfollowed: readonly string[], look: Look): void {
	if (unfollowed.length === 0) return;
	const shown = unfollowed.map((one) => quotedName(one));
	throw new LimbeckError("data", {
		where: path,
		expected: "folders of classes or parts that are read",
		got: `${firstFew(shown)}: links to folders that are not followed`,
		hint: `Follow them: --set data.links=all. Or pass them over: ${ignoring(unfollowed, look)}.`,
	});
}

/** Folders that repeat are no classes: the level below is, or one folder is a copy of the others. */
export function refuseRepeated(where: Folder, inner: ReadonlyMap<Folder, readonly Folder[]>, look: Look): void {
	const namesIn = (folders: readonly Folder[]): readonly string[] => folders.map(({ name }) => canonicalName(name));
	const classes = namesIn([...inner.keys()]);
	const [first = [], ...rest] = [...inner.values()].map(namesIn);
	const shared = first.filter((name) => rest.every((others) => others.includes(name)));
	if (rest.length > 0 && shared.length > 1) {
		const got = `folders that all hold ${firstFew(shared.map((name) => quotedName(name)))}`;
		throw unclear(where, got, [...inner.keys()].slice(1), look);
	}
	for (const [folder, folders] of inner) {
		const repeated = namesIn(folders).find((name) => classes.includes(name));
		if (repeated === undefined) continue;
		throw unclear(
			where,
			`a folder ${quotedName(repeated)}, and one in ${quotedName(folder.name)} as well`,
			[folder],
			look,
		);
	}
}

/** Folders of which it is not clear what they are. @param beside - what may be passed over to make it so. */
export function unclear(where: Folder, got: string, beside: readonly Folder[], look: Look): LimbeckError {
	const paths = beside.map(({ inside }) => inside);
	return new LimbeckError("data", {
		where: where.path,
		expected: "a folder for each class, or one folder each for train, validation and test and no other beside them",
		got,
		hint:
			`If all of these folders are classes, name the classes: ${naming}. Else pass over what is neither: ` +
			`${ignoring(paths, look)}; or name a folder further in: --set data.directory=FOLDER.`,
	});
}
