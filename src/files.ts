/** Files as every folder writes them: whole or not at all, with the file system's refusals as Limbeck's errors. */
import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { LimbeckError } from "./errors.js";

/** Whether a path is a folder or leads into it, by their names alone: `./a/` holds `a/b` and `a/..b`, not `a/../b`. */
export function isWithin(folder: string, path: string): boolean {
	const inside = relative(folder, path);
	return inside !== ".." && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}

/** What the file system's error codes mean: what was expected, and what was found instead. */
const meanings: ReadonlyMap<string, readonly [expected: string, got: string]> = new Map([
	["ENOSPC", ["space on the device", "none left"]],
	["EDQUOT", ["space within the disk quota", "none left"]],
	["ENOENT", ["a file or folder that exists", "none"]],
	["ENOTDIR", ["a folder", "something else"]],
	["EEXIST", ["a folder", "something else"]],
	["EISDIR", ["a file", "a folder"]],
	["EACCES", ["permission", "none"]],
	["EPERM", ["permission", "none"]],
	["EROFS", ["a file system that can be written", "a read-only one"]],
]);

/**
 * What the file system threw, as a LimbeckError: `disk-full` where no space was left, otherwise `file`.
 *
 * @param where - the file's path.
 */
export function fileError(error: unknown, where: string): LimbeckError {
	if (error instanceof LimbeckError) return error;
	const code = error instanceof Error && "code" in error ? String(error.code) : "";
	const [expected, got] = meanings.get(code) ?? ["a working file system", String(error)];
	const category = code === "ENOSPC" || code === "EDQUOT" ? "disk-full" : "file";
	return new LimbeckError(category, { where, expected, got: code === "" ? got : `${got} (${code})`, cause: error });
}

/** Whether the file system says that there is no such file or folder. */
export function isMissing(error: unknown): boolean {
	return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/**
 * A file's text.
 *
 * @throws LimbeckError (`file`) where it cannot be read.
 */
export async function readText(path: string): Promise<string> {
	try {
		return await readFile(path, "utf8");
	} catch (error) {
		throw fileError(error, path);
	}
}

/** {@link readText}, or nothing where there is no such file. */
export async function readTextIfThere(path: string): Promise<string | undefined> {
	try {
		return await readFile(path, "utf8");
	} catch (error) {
		if (isMissing(error)) return undefined;
		throw fileError(error, path);
	}
}

async function writeAndSync(handle: FileHandle, bytes: Uint8Array | string): Promise<void> {
	try {
		await handle.writeFile(bytes);
		await handle.sync();
	} finally {
		await handle.close();
	}
}

/** Makes a rename in `folder` outlast a power cut. Windows has no such call and needs none. */
async function syncFolder(folder: string): Promise<void> {
	if (process.platform === "win32") return;
	const handle = await open(folder, "r");
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}

/**
 * Gives a file that is whole and synced its name, over what stood there.
 *
 * @param temporary - in the same folder as `path`.
 */
export async function publishFile(temporary: string, path: string): Promise<void> {
	await rename(temporary, path);
	await syncFolder(dirname(path));
}

/**
 * Writes a file so that its path holds the old content or the new, never a part: a temporary file in the same folder,
 * fsync, rename, fsync of the folder. Where it fails, the temporary file is removed and what stood before is intact.
 *
 * @param bytes - the content; a string is written as UTF-8.
 * @throws LimbeckError `disk-full` or `file`.
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array | string): Promise<void> {
	const temporary = `${path}.${randomUUID()}.tmp`;
	try {
		await writeAndSync(await open(temporary, "wx"), bytes);
		await publishFile(temporary, path);
	} catch (error) {
		// The first error says more than a failure to tidy up after it.
		await rm(temporary, { force: true }).catch(() => undefined);
		throw fileError(error, path);
	}
}

/**
 * {@link writeFileAtomic} in a folder, which is made where it does not exist.
 *
 * @param name - the file's name, or its path below the folder.
 * @throws LimbeckError `disk-full` or `file`.
 */
export async function writeInto(folder: string, name: string, bytes: Uint8Array | string): Promise<void> {
	const path = join(folder, name);
	await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
		throw fileError(error, folder);
	});
	await writeFileAtomic(path, bytes);
}
