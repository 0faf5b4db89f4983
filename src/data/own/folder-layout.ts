/** What the folders in a folder of pictures are: parts, classes, a folder around all of them, or nothing clear. */
import { LimbeckError } from "../../errors.js";
import { canonicalName, firstFew, quotedName, shownPath } from "../../names.js";
import { settingText } from "../../settings.js";
import { type Look, naming, noClasses, refuseRepeated, refuseUnfollowed, unclear } from "./folder-refusals.js";
import type { Folder } from "./folder-walk.js";
import { isPlainPart, partsAmong } from "./part-names.js";
import { type SplitName, splitNames } from "./partition.js";

/** Folders of one part, each with its class. */
export interface ClassFolders {
	/** Where they lie. */
	readonly where: string;
	readonly folders: readonly ClassFolder[];
}

/** A class, and where its pictures lie. */
export interface ClassFolder {
	readonly name: string;
	readonly folder: Folder;
}

/** The class folders of those parts that are set apart; `train` is everything where none is. */
export type Layout = { readonly train: ClassFolders } & Readonly<Partial<Record<SplitName, ClassFolders>>>;

/** Finds out what folders are what. @throws LimbeckError (`data`) where that is not clear. */
export async function layoutOf(look: Look): Promise<Layout> {
	const top = await unwrapped(look.walk.root, look);
	const { folders, pictures, unfollowed } = await look.walk.look(top);
	refuseUnfollowed(top, unfollowed, look);
	const apart = partsIn(top, folders, look);
	if (apart.size === 0) {
		passOver("no-class", pictures, look);
		if (folders.length === 0) throw noClasses(top, "train", look);
		return classesIn(top, folders, look);
	}
	passOver("no-part", pictures, look);
	const parts = [...apart.values()];
	const strays = folders.filter((folder) => !parts.includes(folder));
	return apart.has("train") ? partsAbove(top, apart, strays, look) : partsBeside(top, apart, strays, look);
}

/**
 * The folders that are parts by their names, which is said unless nobody could take them for anything else.
 *
 * @throws LimbeckError (`data`) for two folders of one part.
 */
export function partsIn(top: Folder, folders: readonly Folder[], look: Look): ReadonlyMap<SplitName, Folder> {
	const apart = onePartEach(top, folders, partsOf(folders, look), look);
	const alone = apart.has("train") || apart.size === folders.length;
	const named = [...apart].filter(([, { name }]) => !alone || !isPlainPart(name));
	if (named.length > 0) tellParts(top, named, look);
	return apart;
}

function tellParts(top: Folder, named: readonly (readonly [SplitName, Folder])[], look: Look): void {
	const each = named.map(([part, { name }]) => `${shownPath(name)} as the ${part} part`);
	look.notices.push({
		code: "parts",
		text: `${shownPath(top.path)}: read ${each.join(", ")}.`,
		hint: `If such a folder is a class, name all classes: ${naming}.`,
	});
}

/**
 * The innermost of folders that hold one folder and nothing else, as archives make them.
 *
 * @param inPart - whether it is within a part, where no folder is another.
 */
export async function unwrapped(folder: Folder, look: Look, inPart = false): Promise<Folder> {
	const { folders, pictures } = await look.walk.look(folder);
	const [only, another] = folders;
	if (only === undefined || another !== undefined || pictures.length > 0) return folder;
	if ((!inPart && partsOf(folders, look).size > 0) || look.declared.has(canonicalName(only.name))) return folder;
	const inside = await look.walk.look(only);
	if (inside.folders.length === 0) return folder;
	return unwrapped(only, look, inPart);
}

/** The parts that folders are by their names, by their paths. */
function partsOf(folders: readonly Folder[], { declared }: Look): ReadonlyMap<string, SplitName> {
	const open = folders.filter(({ name }) => !declared.has(canonicalName(name)));
	const parts = partsAmong(open.map(({ name }) => name));
	return new Map(
		open.flatMap(({ name, path }) => (parts.has(name) ? [[path, parts.get(name) ?? "train"] as const] : [])),
	);
}

function onePartEach(
	top: Folder,
	folders: readonly Folder[],
	parts: ReadonlyMap<string, SplitName>,
	look: Look,
): ReadonlyMap<SplitName, Folder> {
	const apart = new Map<SplitName, Folder>();
	for (const folder of folders) {
		const part = parts.get(folder.path);
		if (part === undefined) continue;
		const other = apart.get(part);
		if (other !== undefined)
			throw unclear(top, `two of ${part}, ${quotedName(other.name)} and ${quotedName(folder.name)}`, [folder], look);
		apart.set(part, folder);
	}
	return apart;
}

/** Folders of parts, with the class folders in them. */
async function partsAbove(
	top: Folder,
	apart: ReadonlyMap<SplitName, Folder>,
	strays: readonly Folder[],
	look: Look,
): Promise<Layout> {
	const filled: Folder[] = [];
	for (const folder of strays) {
		if (await isFilled(folder, look)) filled.push(folder);
		else passOver("no-part", [folder.path], look);
	}
	const beside = filled.map(({ name }) => quotedName(name));
	if (filled.length > 0) throw unclear(top, `${names(apart)} beside ${firstFew(beside)}`, filled, look);
	const lists: Partial<Record<SplitName, ClassFolders>> = {};
	for (const part of splitNames) {
		const folder = apart.get(part);
		if (folder !== undefined) lists[part] = await partIn(folder, part, look);
	}
	const { train, ...others } = lists;
	if (train === undefined) throw new RangeError("partsAbove: expected a folder for training");
	return { ...others, train };
}

/**
 * The class folders in the folder of a part.
 *
 * @throws LimbeckError (`data`) where there are none, or it is not clear what they are.
 */
export async function partIn(folder: Folder, part: SplitName, look: Look): Promise<ClassFolders> {
	const inner = await unwrapped(folder, look, true);
	const { folders, pictures, unfollowed } = await look.walk.look(inner);
	refuseUnfollowed(inner, unfollowed, look);
	passOver("no-class", pictures, look);
	if (folders.length === 0) throw noClasses(folder, part, look);
	const parts = await classesIn(inner, folders, look);
	if (Object.keys(parts).length === 1) return parts.train;
	throw unclear(inner, "parts within a part", [inner], look);
}

/** Class folders, and beside them folders of parts that hold folders of the same classes. */
async function partsBeside(
	top: Folder,
	apart: ReadonlyMap<SplitName, Folder>,
	strays: readonly Folder[],
	look: Look,
): Promise<Layout> {
	const inside = [...apart.values()];
	if (strays.length === 0) {
		throw new LimbeckError("data", {
			where: top.path,
			expected: "a folder train, or a folder for each class",
			got: `only ${names(apart)}`,
			hint: `To use it for all parts: ${settingText("data.directory", inside[0]?.path ?? "")}.`,
		});
	}
	const classes = new Set(strays.map(({ name }) => canonicalName(name)));
	const lists: Partial<Record<SplitName, ClassFolders>> = {};
	for (const [part, folder] of apart) {
		const inner = await unwrapped(folder, look, true);
		const { folders } = await look.walk.look(inner);
		const unknown = folders.filter(({ name }) => !classes.has(canonicalName(name)));
		if (folders.length === 0 || unknown.length > 0) {
			const beside = firstFew(strays.map(({ name }) => quotedName(name)));
			const lacking = folders.length === 0 ? "without class folders" : `with ${quotedName(unknown[0]?.name ?? "")}`;
			throw unclear(top, `${quotedName(folder.name)} ${lacking} beside ${beside}`, inside, look);
		}
		lists[part] = await partIn(folder, part, look);
	}
	const rest = await classesIn(top, strays, look);
	if (Object.keys(rest).length > 1) throw unclear(top, `${names(apart)} beside classes that hold parts`, inside, look);
	return { ...lists, train: rest.train };
}

/** Class folders, which may hold the parts. */
async function classesIn(where: Folder, folders: readonly Folder[], look: Look): Promise<Layout> {
	const inner = new Map<Folder, readonly Folder[]>();
	for (const folder of folders) {
		const filled: Folder[] = [];
		for (const one of (await look.walk.look(folder)).folders) if (await isFilled(one, look)) filled.push(one);
		inner.set(folder, filled);
	}
	const below = await partsBelow(where, inner, look);
	if (below !== undefined) return below;
	if (!folders.every(({ name }) => look.declared.has(canonicalName(name)))) refuseRepeated(where, inner, look);
	const nested = [...inner.values()].flat();
	if (nested.length > 0) {
		const paths = firstFew(nested.map(({ inside }) => shownPath(inside)));
		const text = `${shownPath(where.path)}: pictures in folders below class folders are of the class above: ${paths}.`;
		look.notices.push({ code: "nested-folders", text });
	}
	return {
		train: { where: where.path, folders: folders.map((folder) => ({ name: canonicalName(folder.name), folder })) },
	};
}

/** The parts where each class folder holds them: `cat/train`, `cat/test`, `dog/train`, `dog/test`. */
async function partsBelow(
	where: Folder,
	inner: ReadonlyMap<Folder, readonly Folder[]>,
	look: Look,
): Promise<Layout | undefined> {
	const lists: Partial<Record<SplitName, ClassFolder[]>> = {};
	const unlike: Folder[] = [];
	for (const [folder, folders] of inner) {
		const parts = partsAmong(folders.map(({ name }) => name));
		const apart = new Map(folders.map((one) => [parts.get(one.name), one]));
		const { pictures } = await look.walk.look(folder);
		if (apart.size < folders.length || apart.has(undefined) || !apart.has("train") || pictures.length > 0)
			unlike.push(folder);
		for (const [part, one] of apart) {
			if (part !== undefined) (lists[part] ??= []).push({ name: canonicalName(folder.name), folder: one });
		}
	}
	const { train = [], ...others } = lists;
	const found = [train, ...Object.values(others)];
	if (found.every(({ length }) => length === 0)) return undefined;
	if (unlike.length > 0) {
		if ([...inner.keys()].every(({ name }) => look.declared.has(canonicalName(name)))) return undefined;
		const first = found.flat()[0]?.folder;
		throw unclear(
			where,
			`${quotedName(first?.inside ?? "")} within a class, and no such folders in ${quotedName(unlike[0]?.name ?? "")}`,
			unlike,
			look,
		);
	}
	const each = splitNames.filter((part) => part === "train" || lists[part] !== undefined);
	look.notices.push({
		code: "parts",
		text: `${shownPath(where.path)}: every class folder holds the parts ${each.join(", ")}, which are read as such.`,
	});
	const list = (folders: readonly ClassFolder[]): ClassFolders => ({ where: where.path, folders });
	return {
		...Object.fromEntries(Object.entries(others).map(([part, folders]) => [part, list(folders)])),
		train: list(train),
	};
}

const names = (apart: ReadonlyMap<SplitName, Folder>): string =>
	firstFew([...apart.values()].map(({ name }) => quotedName(name)));

async function isFilled(folder: Folder, { walk }: Look): Promise<boolean> {
	return (await walk.below(folder)).length > 0;
}

function passOver(reason: "no-class" | "no-part", paths: readonly string[], { walk }: Look): void {
	for (const path of paths) walk.passed.add(reason, path);
}
