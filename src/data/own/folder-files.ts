/** Which pictures of a folder are of which part and class. */

import { relative } from "node:path";
import { LimbeckError } from "../../errors.js";
import { byBytes, canonicalName, firstFew, quotedName, shownPath } from "../../names.js";
import type { Notice } from "../../notices.js";
import { settingText } from "../../settings.js";
import { imageEndings } from "../formats/image.js";
import { sortClasses } from "./classes.js";
import { type ClassFolders, layoutOf, partIn, partsIn, unwrapped } from "./folder-layout.js";
import { ignoring, type Look, noneBut } from "./folder-refusals.js";
import { type Folder, openWalk, type WalkOptions } from "./folder-walk.js";
import type { SplitName } from "./partition.js";

/** The pictures of one part, class after class. */
export interface ImageList {
	readonly where: string;
	/** Names of the classes, sorted: see {@link sortClasses}; absent where pictures have no classes. */
	readonly classes?: readonly string[];
	readonly images: readonly ListedImage[];
}

/** A picture of a list. */
export interface ListedImage {
	readonly path: string;
	/** An index into the classes, 0 where there are none. */
	readonly label: number;
	/** The folder of its class, or of all pictures where there are no classes. */
	readonly below: string;
}

/** The lists of those parts that have a folder of their own; `train` is everything where none has. */
export type FolderLists = { readonly train: ImageList } & Readonly<Partial<Record<SplitName, ImageList>>>;

/** What a folder holds. */
export interface FolderFound {
	readonly lists: FolderLists;
	/** What was passed over, and what was understood in a way that should be known. */
	readonly notices: readonly Notice[];
}

/** A folder, and what is told of what is in it. */
export interface FolderChoice extends WalkOptions {
	readonly unlabelled: boolean;
	readonly classes?: readonly string[] | undefined;
}

/**
 * The pictures below a folder: of a class folder each, with folders of parts above, beside or below those of the classes;
 * or, without labels, all pictures but those in folders of other parts.
 *
 * @throws LimbeckError (`data`) if the folder does not exist, a class has no picture, or it is not clear what the folders
 * are; (`usage`) for paths to pass over that are not there.
 */
export async function listFolder(choice: FolderChoice): Promise<FolderFound> {
	const walk = await openWalk(choice);
	const declared = new Set(choice.unlabelled ? [] : choice.classes?.map(canonicalName));
	const look: Look = { walk, declared, notices: [] };
	const lists = choice.unlabelled ? await listUnlabelled(look) : await listClasses(look);
	return { lists, notices: [...look.notices, ...byContent(look), ...walk.passed.notices()] };
}

async function listClasses(look: Look): Promise<FolderLists> {
	const layout = await layoutOf(look);
	const train = await imagesByClass(layout.train, look);
	const lists: Partial<Record<SplitName, ImageList>> = {};
	for (const part of ["validation", "test"] as const) {
		const folders = layout[part];
		if (folders === undefined) continue;
		const list = await imagesByClass(folders, look);
		tellMissing(part, list, train, look);
		lists[part] = list;
	}
	tellOrder(train.classes ?? [], look);
	return { ...lists, train };
}

/** The pictures of class folders. @throws LimbeckError (`data`) if one has no picture. */
async function imagesByClass({ where, folders }: ClassFolders, look: Look): Promise<ImageList> {
	const { walk } = look;
	const sorted = sortClasses(
		folders.map(({ name }) => name),
		isWhole,
	);
	const twice = sorted.find((name, i) => name === sorted[i + 1]);
	if (twice !== undefined) {
		const paths = folders.flatMap(({ name, folder }) => (name === twice ? [folder.name] : []));
		throw new LimbeckError("data", {
			where,
			expected: "class folders of different names",
			got: `${paths.map((path) => quotedName(path, paths)).join(" and ")}, the same name in two Unicode forms`,
			hint: "Put the pictures of both into one folder.",
		});
	}
	const images: ListedImage[] = [];
	const folderOf = new Map(folders.map(({ name, folder }) => [name, folder]));
	for (const [label, name] of sorted.entries()) {
		const folder = folderOf.get(name);
		if (folder === undefined) continue;
		const found = await walk.below(folder);
		if (found.length === 0) throw noPictures(folder, look);
		for (const path of found) images.push({ path, label, below: folder.path });
	}
	return { where, classes: sorted, images };
}

function noPictures({ path, inside }: Folder, look: Look): LimbeckError {
	return new LimbeckError("data", {
		where: path,
		expected: `pictures (${imageEndings.join(", ")}), as every folder here is a class`,
		got: noneBut("none", path, look),
		hint: `Fill the folder, or pass it over: ${ignoring([inside], look)}.`,
	});
}

/** Whether a name is a whole number: class folders of such names are sorted by value. */
const isWhole = (name: string): boolean => /^-?\d+$/.test(name);

/** The most classes of which a message lists all. */
const mostListed = 40;

/** Says that classes are sorted as numbers where others sort them as texts. */
function tellOrder(classes: readonly string[], { walk, declared, notices }: Look): void {
	const asTexts = classes.toSorted(byBytes);
	if (declared.size > 0 || classes.every((name, i) => name === asTexts[i])) return;
	const select = classes.map((name) => asTexts.indexOf(name));
	const list = classes.length > mostListed ? "" : ` ${settingText("teacher.select", select)}, or`;
	notices.push({
		code: "numeric-classes",
		text:
			`${shownPath(walk.root.path)}: all ${String(classes.length)} class folders are whole numbers and sorted as such ` +
			`(${firstFew(classes)}). Other programs sort them as texts (${firstFew(asTexts, 4)}).`,
		hint: `For a teacher without names whose outputs are in that order:${list} teacher.classes with the names in its order.`,
	});
}

function tellMissing(part: SplitName, list: ImageList, train: ImageList, { notices }: Look): void {
	const missing = (train.classes ?? []).filter((name) => list.classes?.includes(name) === false);
	if (missing.length === 0) return;
	const shown = firstFew(missing.map((name) => quotedName(name)));
	notices.push({
		code: "missing-class",
		text: `${shownPath(list.where)}: classes without pictures in the ${part} part (${String(missing.length)}): ${shown}.`,
	});
}

function byContent({ walk: { root, byContent } }: Look): readonly Notice[] {
	if (byContent.length === 0) return [];
	const shown = firstFew(byContent.map((path) => shownPath(relative(root.path, path))).sort());
	const text = `${shownPath(root.path)}: read files that are pictures by content though not by ending (${String(byContent.length)}): ${shown}.`;
	return [{ code: "picture-by-content", text }];
}

/** All pictures below a folder: in `train`, or all but those in `validation` and `test` where there is no such folder. */
async function listUnlabelled(look: Look): Promise<FolderLists> {
	const { walk } = look;
	const top = await unwrapped(walk.root, look);
	const { folders, pictures } = await walk.look(top);
	const apart = partsIn(top, folders, look);
	const [train, validation, test] = [apart.get("train"), apart.get("validation"), apart.get("test")];
	const parts = [...apart.values()];
	const own = await (train === undefined ? walk.below(top, parts) : walk.below(train));
	if (train !== undefined) {
		const strays = folders.flatMap((folder) => (parts.includes(folder) ? [] : [folder.path]));
		for (const path of [...strays, ...pictures]) walk.passed.add("no-part", path);
	}
	return {
		train: withoutClasses(train ?? top, own, look),
		...(validation === undefined ? {} : { validation: withoutClasses(validation, await walk.below(validation), look) }),
		...(test === undefined ? {} : { test: await testApart(test, look) }),
	};
}

/** Pictures of a test, by class where they lie in folders. */
async function testApart(test: Folder, look: Look): Promise<ImageList> {
	const { folders } = await look.walk.look(test);
	if (folders.length > 0) return imagesByClass(await partIn(test, "test", look), look);
	return withoutClasses(test, await look.walk.below(test), look);
}

function withoutClasses({ path }: Folder, paths: readonly string[], look: Look): ImageList {
	if (paths.length > 0) return { where: path, images: paths.map((one) => ({ path: one, label: 0, below: path })) };
	const expected = `pictures (${imageEndings.join(", ")})`;
	throw new LimbeckError("data", { where: path, expected, got: noneBut("none", path, look) });
}
