/** Files in the making: each has one writer, and what a writer left behind is taken over by the next. */
import { randomUUID } from "node:crypto";
import { readdir, rename, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

const suffix = ".part";
/** A writer on another machine that has written nothing for so long is given up. */
const silentMs = 3600 * 1000;

const host = (): string => hostname().replaceAll(/[^\w-]/g, "_");

/**
 * A name for a file in the making, beside the one that it will have. Where a writer that is no more left such a file, it
 * has that name now.
 */
export async function partFile(path: string): Promise<string> {
	const own = `${path}.${host()}.${String(process.pid)}.${randomUUID()}${suffix}`;
	const folder = dirname(path);
	for (const name of await readdir(folder)) {
		if (!name.startsWith(`${basename(path)}.`) || !name.endsWith(suffix)) continue;
		const left = join(folder, name);
		// Renaming succeeds for one process only.
		if ((left === `${path}${suffix}` || (await isLeft(left))) && (await renamed(left, own))) return own;
	}
	return own;
}

/** Leaves a file in the making to the next writer, whoever that is. */
export async function leavePart(own: string, path: string): Promise<void> {
	await rename(own, `${path}${suffix}`);
}

async function isLeft(path: string): Promise<boolean> {
	const [writerHost, pid = ""] = basename(path).split(".").slice(-4);
	if (writerHost === host()) return !isAlive(Number(pid));
	const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
	return Date.now() - mtimeMs > silentMs;
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error instanceof Error && "code" in error && error.code === "EPERM";
	}
}

async function renamed(from: string, to: string): Promise<boolean> {
	try {
		await rename(from, to);
		return true;
	} catch {
		return false;
	}
}
