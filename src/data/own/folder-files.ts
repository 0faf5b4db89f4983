import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { LimbeckError } from "../../errors.js";
import { missingFile } from "../formats/bytes.js";
import { imageEndings } from "../formats/image.js";
import { shortList } from "./classes.js";
import type { SplitName } from "./partition.js";

/** The pictures of one part, class after class. */
export interface ImageList {
	readonly where: string;
	/** Names of the class folders, sorted by their bytes; absent where pictures have no classes. */
	readonly classes?: readonly string[];
	/** Each with an index into the classes, 0 where there are none. */
	readonly images: readonly { readonly path: string; readonly label: number }[];
}

/** The lists of those parts that have a folder of their own; `train` is everything where none has. */
export type FolderLists = { readonly train: ImageList } & Readonly<Partial<Record<SplitName, ImageList>>>;

/** What folders with the samples of one part may be called. */
const splitFolders: Readonly<Record<string, SplitName>> = {
	train: "train",
	training: "train",
	validation: "validation",
	valid: "validation",
	val: "validation",
	test: "test",
};

/**
 * The pictures below a folder: of a class folder each, or with folders train, validation and test above the class
 * folders. Hidden files and files that are no pictures by their name are passed over, and so are links that lead out of
 * the folder and links to folders within a class.
 *
 * @throws LimbeckError `data` if the folder does not exist, or a class has no picture.
 */
export async function listImages(directory: string): Promise<FolderLists> {
	const root = await realpath(directory).catch((error: unknown) => {
		throw missingFile(error, directory);
	});
	const names = await subfolders(directory, root);
	const apart = new Map(names.map((name) => [splitFolders[name.toLowerCase()], name]));
	const train = apart.get("train");
	if (train === undefined) return { train: await listClasses(directory, root, names) };
	const stray = names.filter((name) => splitFolders[name.toLowerCase()] === undefined);
	if (stray.length > 0 || apart.size < names.length) {
		throw new LimbeckError("data", {
			where: directory,
			expected: "one folder each for train, validation and test, and no other beside them",
			got: `folders ${shortList(names)}`,
		});
	}
	const listOf = async (name: string): Promise<ImageList> => {
		const path = join(directory, name);
		return listClasses(path, root, await subfolders(path, root));
	};
	const lists: Partial<Record<SplitName, ImageList>> = {};
	for (const part of ["validation", "test"] as const) {
		const name = apart.get(part);
		if (name !== undefined) lists[part] = await listOf(name);
	}
	return { ...lists, train: await listOf(train) };
}

/**
 * The pictures below a folder, without classes: those in `train`, or all but those in `validation` and `test` where there
 * is no such folder. The pictures in `test` are of classes where they lie in folders. Passed over is what
 * {@link listImages} passes over.
 *
 * @throws LimbeckError `data` if the folder does not exist or has no picture.
 */
export async function listUnlabelled(directory: string): Promise<FolderLists> {
	const root = await realpath(directory).catch((error: unknown) => {
		throw missingFile(error, directory);
	});
	const names = await subfolders(directory, root);
	const parts = names.filter((name) => splitFolders[name.toLowerCase()] !== undefined);
	const apart = new Map(parts.map((name) => [splitFolders[name.toLowerCase()], join(directory, name)]));
	const [train, validation, test] = [apart.get("train"), apart.get("validation"), apart.get("test")];
	const classes = test === undefined ? [] : await subfolders(test, root);
	return {
		train: withoutClasses(
			train ?? directory,
			await imagesBelow(train ?? directory, root, train === undefined ? parts : []),
		),
		...(validation === undefined
			? {}
			: { validation: withoutClasses(validation, await imagesBelow(validation, root)) }),
		...(test === undefined
			? {}
			: {
					test:
						classes.length > 0
							? await listClasses(test, root, classes)
							: withoutClasses(test, await imagesBelow(test, root)),
				}),
	};
}

function withoutClasses(where: string, paths: readonly string[]): ImageList {
	if (paths.length > 0) return { where, images: paths.map((path) => ({ path, label: 0 })) };
	throw new LimbeckError("data", { where, expected: `pictures (${imageEndings.join(", ")})`, got: "none" });
}

/**
 * What a folder looks like: one with pictures by class, some of whose class folders, at most one level down, has a
 * picture; or one with pictures and no class.
 */
export async function looksOfFolder(directory: string): Promise<"classes" | "unlabelled" | undefined> {
	try {
		const root = await realpath(directory);
		const names = await subfolders(directory, root);
		const train = names.find((name) => splitFolders[name.toLowerCase()] === "train");
		const samples = train === undefined ? directory : join(directory, train);
		const below = (await subfolders(samples, root)).filter((name) => splitFolders[name.toLowerCase()] === undefined);
		if (below.length === 0 && (await readdir(samples)).some(isImage)) return "unlabelled";
		for (const name of names) {
			const path = join(directory, name);
			const isPart = splitFolders[name.toLowerCase()] !== undefined;
			const classes = isPart ? (await subfolders(path, root)).map((below) => join(path, below)) : [path];
			for (const one of classes) if ((await readdir(one)).some(isImage)) return "classes";
		}
	} catch {
		// No folder, or one that cannot be read: reading it as data will say so.
	}
	return undefined;
}

async function listClasses(where: string, root: string, classes: readonly string[]): Promise<ImageList> {
	if (classes.length === 0) {
		const expected = "a folder for each class, with its pictures";
		throw new LimbeckError("data", { where, expected, got: "no folder" });
	}
	const images: { readonly path: string; readonly label: number }[] = [];
	for (const [label, name] of classes.entries()) {
		const path = join(where, name);
		const found = await imagesBelow(path, root);
		if (found.length === 0) {
			throw new LimbeckError("data", {
				where: path,
				expected: `pictures (${imageEndings.join(", ")}), as every folder here is a class`,
				got: "none",
				hint: "Remove the folder or fill it.",
			});
		}
		for (const image of found) images.push({ path: image, label });
	}
	return { where, classes, images };
}

/** @param except - names in this folder that are passed over. */
async function imagesBelow(folder: string, root: string, except: readonly string[] = []): Promise<readonly string[]> {
	const found: string[] = [];
	for (const entry of await entriesOf(folder)) {
		if (except.includes(entry.name)) continue;
		const path = join(folder, entry.name);
		if (entry.isDirectory()) found.push(...(await imagesBelow(path, root)));
		else if (isImage(entry.name) && (entry.isFile() || (await leadsTo(path, root)) === "file")) found.push(path);
	}
	return found;
}

async function subfolders(folder: string, root: string): Promise<readonly string[]> {
	const names: string[] = [];
	for (const entry of await entriesOf(folder)) {
		const isFolder = entry.isDirectory() || (await leadsTo(join(folder, entry.name), root)) === "folder";
		if (isFolder) names.push(entry.name);
	}
	return names;
}

/** What is in a folder and not hidden, sorted by the bytes of the names. */
async function entriesOf(folder: string): Promise<readonly Dirent[]> {
	const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
		throw missingFile(error, folder);
	});
	return entries
		.filter(({ name }) => !name.startsWith("."))
		.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

/** What a link that stays inside `root` leads to. */
async function leadsTo(path: string, root: string): Promise<"file" | "folder" | undefined> {
	try {
		const inside = relative(root, await realpath(path));
		if (inside === ".." || inside.startsWith(`..${sep}`) || inside === "") return undefined;
		const found = await stat(path);
		return found.isFile() ? "file" : found.isDirectory() ? "folder" : undefined;
	} catch {
		return undefined; // A link to nowhere.
	}
}

function isImage(name: string): boolean {
	const endings: readonly string[] = imageEndings;
	return !name.startsWith(".") && endings.includes(extname(name).toLowerCase());
}
