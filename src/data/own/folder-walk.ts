/** What is in a folder of pictures, folder by folder: what is read, and why the rest is not. */
import type { Dirent } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { LimbeckError } from "../../errors.js";
import { isWithin } from "../../files.js";
import { byBytes, canonicalName, quotedName } from "../../names.js";
import { missingFile } from "../formats/bytes.js";
import { gatherPassedOver, type PassedOver, type PassedOverReason } from "./passed-over.js";
import { isPictureByContent, isPictureByName } from "./picture-files.js";

/** Which links are followed. */
export type Links = "inside" | "all" | "none";

/** How a folder is looked through. */
export interface WalkOptions {
	readonly directory: string;
	/** Those that stay inside the folder by default. */
	readonly links?: Links | undefined;
	/** Paths of files and folders, within the folder, that are passed over. */
	readonly ignore?: readonly string[] | undefined;
}

/** A folder on the way. */
export interface Folder {
	readonly name: string;
	readonly path: string;
	/** The same from the root on. */
	readonly inside: string;
	/** It and the folders above it up to the root, without links. */
	readonly chain: readonly string[];
}

/** What is directly in a folder, sorted by the bytes of the names. */
export interface Contents {
	readonly folders: readonly Folder[];
	/** Paths. */
	readonly pictures: readonly string[];
	/** Paths, within the root, of links to folders that are not followed. */
	readonly unfollowed: readonly string[];
}

/** Looks into folders, each once. */
export interface FolderWalk {
	readonly root: Folder;
	readonly passed: PassedOver;
	/** What the user passes over. */
	readonly ignore: readonly string[];
	/** Paths of pictures that are none by their names. */
	readonly byContent: readonly string[];
	/** @throws LimbeckError (`data`, `file`) if it cannot be looked into. */
	look(folder: Folder): Promise<Contents>;
	/**
	 * The paths of all pictures below a folder, those of its folders where these stand among the names.
	 *
	 * @param except - folders directly in it that are left out.
	 */
	below(folder: Folder, except?: readonly Folder[]): Promise<readonly string[]>;
	/**
	 * The paths of all pictures, and the names in the root of all folders and of what is passed over, each with its reason.
	 */
	everything(): Promise<{ readonly pictures: readonly string[]; readonly names: readonly string[] }>;
}

/** What operating systems and programs leave in folders. */
const litter =
	/^(?:__MACOSX|\._.*|\.DS_Store|\.AppleDouble|\.Spotlight-V100|\.Trashes|\.Trash-\d+|\.fseventsd|Icon\r|Thumbs\.db|ehthumbs(?:_vista)?\.db|desktop\.ini|\$RECYCLE\.BIN|System Volume Information|@eaDir|#recycle|lost\+found|\.directory|\.picasa\.ini|\.nomedia|\.gitkeep|\.keep|\.gitignore|\.gitattributes|\.git|\.svn|\.idea|\.vscode|\.ipynb_checkpoints|__pycache__|\.cache)$/i;

/** What is the same for all folders of a walk. */
interface Surroundings {
	/** The root without links. */
	readonly real: string;
	readonly links: Links;
	/** Paths from the root on. */
	readonly ignored: ReadonlySet<string>;
	readonly passed: PassedOver;
	readonly byContent: string[];
}

/**
 * Opens a folder for looking through.
 *
 * @throws LimbeckError (`data`) if there is none, (`usage`) for paths to pass over that are not there.
 */
export async function openWalk({ directory, links = "inside", ignore = [] }: WalkOptions): Promise<FolderWalk> {
	const real = await realpath(directory).catch((error: unknown) => {
		throw missingFile(error, directory);
	});
	const ignored = await ignoredPaths(directory, ignore);
	const around: Surroundings = { real, links, ignored, passed: gatherPassedOver(directory), byContent: [] };
	const seen = new Map<string, Promise<Contents>>();
	const look = (folder: Folder): Promise<Contents> => {
		const known = seen.get(folder.path) ?? contentsOf(folder, around);
		seen.set(folder.path, known);
		return known;
	};
	const below = async (folder: Folder, except: readonly Folder[] = []): Promise<readonly string[]> => {
		const { folders, pictures } = await look(folder);
		const inside = folders.filter((one) => !except.includes(one)).map((one) => ({ path: one.path, folder: one }));
		if (inside.length === 0) return pictures;
		const all: readonly Named[] = [...inside, ...pictures.map((path) => ({ path }))];
		const found: (readonly string[])[] = [];
		for (const one of all.toSorted((a, b) => byBytes(a.path, b.path)))
			found.push(one.folder === undefined ? [one.path] : await below(one.folder));
		return found.flat();
	};
	const root: Folder = { name: "", path: directory, inside: "", chain: [real] };
	const everything: FolderWalk["everything"] = async () => {
		const pictures = await below(root);
		const folders = [...seen.keys()].map((path) => `folder ${relative(directory, path)}`);
		const passed = around.passed.all().map(([reason, path]) => `${reason} ${relative(directory, path)}`);
		return { pictures, names: [...folders, ...passed].sort() };
	};
	return { root, passed: around.passed, ignore, byContent: around.byContent, look, below, everything };
}

async function contentsOf(folder: Folder, around: Surroundings): Promise<Contents> {
	const [folders, pictures, unfollowed]: [Folder[], string[], string[]] = [[], [], []];
	for (const entry of await entriesOf(folder.path)) {
		const { name } = entry;
		const [path, inside] = [join(folder.path, name), join(folder.inside, name)];
		const reached = early(name, inside, around) ?? (await followed(entry, path, folder, around));
		if (typeof reached !== "string") {
			folders.push({ name, path, inside, chain: [...folder.chain, reached.real] });
		} else if (reached === "file" && isPictureByName(name)) pictures.push(path);
		else if (reached === "file" && (await isPictureByContent(path))) {
			around.byContent.push(path);
			pictures.push(path);
		} else {
			if (reached === "link-to-folder") unfollowed.push(inside);
			around.passed.add(reached === "file" ? "ending" : reached, path);
		}
	}
	return { folders, pictures, unfollowed };
}

/** Why an entry is passed over whatever it is. */
function early(name: string, inside: string, { ignored }: Surroundings): PassedOverReason | undefined {
	if (ignored.has(canonicalName(inside))) return "ignored";
	if (litter.test(name)) return "litter";
	return name.startsWith(".") ? "hidden" : undefined;
}

async function ignoredPaths(directory: string, ignore: readonly string[]): Promise<ReadonlySet<string>> {
	for (const path of ignore) {
		if ((await lstat(join(directory, path)).catch(() => undefined)) !== undefined) continue;
		const expected = `paths of files and folders in ${directory}`;
		throw new LimbeckError("usage", { where: "data.ignore", expected, got: quotedName(path) });
	}
	return new Set(ignore.map((path) => canonicalName(relative(directory, join(directory, path)))));
}

/** A picture or a folder among others. */
interface Named {
	readonly path: string;
	readonly folder?: Folder;
}

/** A folder, wherever it really lies. */
interface ReachedFolder {
	readonly real: string;
}

/** What an entry leads to, or why it is passed over. */
async function followed(
	entry: Dirent,
	path: string,
	{ chain }: Folder,
	{ real, links }: Surroundings,
): Promise<ReachedFolder | "file" | PassedOverReason> {
	if (entry.isFile()) return "file";
	if (entry.isDirectory()) return { real: join(chain.at(-1) ?? real, entry.name) };
	if (!entry.isSymbolicLink()) return "special";
	const target = await realpath(path).catch(() => undefined);
	const found = await stat(path).catch(() => undefined);
	if (target === undefined || found === undefined) return "broken-link";
	if (chain.includes(target)) return "loop";
	if (links === "none" || (!isWithin(real, target) && links !== "all"))
		return found.isDirectory() ? "link-to-folder" : "link";
	if (found.isDirectory()) return { real: target };
	return found.isFile() ? "file" : "special";
}

/** What is in a folder, sorted by the bytes of the names. */
async function entriesOf(folder: string): Promise<readonly Dirent[]> {
	const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
		throw missingFile(error, folder);
	});
	return entries.sort((a, b) => byBytes(a.name, b.name));
}
