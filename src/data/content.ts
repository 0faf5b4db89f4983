/** What is in files, as one hash: size and time of change say too little, since copying and unpacking can set both. */
import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { mkdir, readFile, stat, statfs } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { fileError, writeFileAtomic } from "../files.js";
import { parsedJson } from "../options.js";
import { userCacheFolder } from "./folders.js";
import { sha256OfFile } from "./verify.js";

/** When a hash that was found before may be taken instead of reading files again. */
export interface ContentMemory {
	/** Bytes up to which files are read whenever they are asked for: a tenth of a second. */
	readonly alwaysReadTo: number;
	/**
	 * Age, in ms, from which on a change time tells a later change: within the clock's grain, two changes have the same.
	 */
	readonly settledMs: number;
}

const standard: ContentMemory = { alwaysReadTo: 2 ** 26, settledMs: 10_000 };

/** A file, or a folder with nothing in it, as it lies. */
interface Found {
	readonly path: string;
	readonly stats: BigIntStats;
}

/**
 * SHA-256, in hexadecimal, over the paths of files, sorted, and what is in them; links are followed, files that are not
 * there left out; a folder counts by its name. Of much data the hash is remembered in the user's cache folder, by what no program can set back: the
 * time of the last change of each file's inode, on a local file system of Linux. Elsewhere files are always read.
 *
 * @throws LimbeckError (`file`) for a file that cannot be read.
 */
export async function contentOf(
	paths: readonly string[],
	env: NodeJS.ProcessEnv,
	memory: Partial<ContentMemory> = {},
): Promise<string> {
	const { alwaysReadTo, settledMs } = { ...standard, ...memory };
	const files = await find(paths);
	const bytes = files.reduce((sum, { stats }) => sum + Number(stats.size), 0);
	if (bytes <= alwaysReadTo || !(await keepChangeTimes(files))) return read(files);
	const stamp = hashOf(files.map(stampOf));
	const folder = join(userCacheFolder(env, process.platform), "content");
	const path = join(folder, `${hashOf(files.map((file) => file.path))}.json`);
	const known = remembered.safeParse(parsedJson(await readFile(path, "utf8").catch(() => ""))).data;
	if (known?.stamp === stamp) return known.content;
	const newest = Date.now() - settledMs;
	const content = await read(files);
	const settled = files.every(({ stats }) => Number(stats.ctimeMs) < newest);
	const unchanged = stamp === hashOf((await find(paths)).map(stampOf));
	// What cannot be kept is read again next time.
	if (settled && unchanged) await keep(folder, path, { stamp, content }).catch(() => undefined);
	return content;
}

const remembered = z.strictObject({ stamp: z.string(), content: z.string() });

async function keep(folder: string, path: string, what: z.infer<typeof remembered>): Promise<void> {
	await mkdir(folder, { recursive: true });
	await writeFileAtomic(path, JSON.stringify(what));
}

async function find(paths: readonly string[]): Promise<readonly Found[]> {
	const found = await inLots(paths, async (path) => {
		const stats = await stat(path, { bigint: true }).catch(() => undefined);
		return stats?.isFile() === true || stats?.isDirectory() === true ? [{ path: resolve(path), stats }] : [];
	});
	return found.flat().sort((a, b) => (a.path < b.path ? -1 : 1));
}

function stampOf({ path, stats: { dev, ino, size, mtimeNs, ctimeNs } }: Found): string {
	return [path, dev, ino, size, mtimeNs, ctimeNs].join("\0");
}

async function read(files: readonly Found[]): Promise<string> {
	const hashes = await inLots(files, async ({ path, stats }) => {
		if (stats.isDirectory()) return `${path}\0`;
		const sha256 = await sha256OfFile(path).catch((error: unknown) => {
			throw fileError(error, path);
		});
		return `${path}\0${sha256}`;
	});
	return hashOf(hashes);
}

function hashOf(lines: readonly string[]): string {
	const hash = createHash("sha256");
	for (const line of lines) hash.update(`${line}\n`);
	return hash.digest("hex");
}

/** Local file systems of Linux (statfs(2)): each change of a file sets the change time of its inode, and nothing else can. */
const localFileSystems: ReadonlySet<number> = new Set([
	0xef53, // ext2, ext3, ext4
	0x58465342, // XFS
	0x9123683e, // Btrfs
	0xf2f52010, // F2FS
	0x2fc12fc1, // ZFS
	0x01021994, // tmpfs
	0x794c7630, // overlayfs
]);

async function keepChangeTimes(files: readonly Found[]): Promise<boolean> {
	if (process.platform !== "linux") return false;
	for (const { path } of new Map(files.map((file) => [file.stats.dev, file])).values()) {
		const type = await statfs(path).then(
			(found) => found.type,
			() => 0,
		);
		if (!localFileSystems.has(type)) return false;
	}
	return true;
}

/** Files that are looked at together. */
const lot = 32;

async function inLots<T, U>(items: readonly T[], work: (item: T) => Promise<U>): Promise<readonly U[]> {
	const done: U[] = [];
	for (let at = 0; at < items.length; at += lot) {
		for (const one of await Promise.all(items.slice(at, at + lot).map(work))) done.push(one);
	}
	return done;
}
