import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ReadableStream } from "node:stream/web";
import { LimbeckError } from "../errors.js";
import { fileError } from "../files.js";
import type { RemoteFile } from "./data-set.js";
import { sha256OfFile, verifyFile } from "./verify.js";

/** How far the download of one file has come. */
export interface DownloadProgress {
	readonly name: string;
	/** Bytes on disk. */
	readonly received: number;
	/** Bytes in all, where known. */
	readonly total: number | undefined;
}

/** Who watches a download, and who may stop it. */
export interface DownloadOptions {
	readonly onProgress?: (progress: DownloadProgress) => void;
	readonly signal?: AbortSignal;
}

/** How often one mirror is asked for one file, as long as every answer brings more of it. */
const ATTEMPTS = 3;
const MAXIMUM_BYTES = 2 ** 30;

/**
 * Fetches the files that `folder` lacks or holds with a wrong hash. A file grows as `NAME.part`, which a later call
 * resumes, and gets its name only when its SHA-256 is right, or, of a file that is packed on request, its content.
 *
 * @throws LimbeckError `data` if no mirror gave the right file, `interrupted` if the signal asked to stop, `file` or
 * `disk-full` if the folder cannot be written.
 */
export async function downloadFiles(
	files: readonly RemoteFile[],
	folder: string,
	options: DownloadOptions = {},
): Promise<void> {
	for (const file of files) {
		if (basename(file.name) !== file.name) {
			throw new LimbeckError("usage", { where: "download", expected: "a file name without a path", got: file.name });
		}
	}
	await onDisk(folder, () => mkdir(folder, { recursive: true }));
	for (const file of files) {
		if ((await verifyFile(file, folder)).status !== "ok") await downloadFile(file, folder, options);
	}
}

async function downloadFile(file: RemoteFile, folder: string, options: DownloadOptions): Promise<void> {
	const target = join(folder, file.name);
	const part = `${target}.part`;
	const failures: string[] = [];
	for (const url of file.mirrors) {
		const failure = await tryMirror(file, url, part, options);
		if (failure === undefined) {
			await onDisk(target, () => rename(part, target));
			return;
		}
		failures.push(`${failure} from ${url}`);
	}
	throw new LimbeckError("data", {
		where: target,
		expected: `a file with SHA-256 ${file.sha256}`,
		got: failures.join("; "),
		hint: "Check the network and try again, or put the file there by hand.",
	});
}

/** Completes the part from one mirror. Answers what went wrong; nothing did if the part's hash is right. */
async function tryMirror(
	file: RemoteFile,
	url: string,
	part: string,
	options: DownloadOptions,
): Promise<string | undefined> {
	for (let attempt = 1; ; attempt++) {
		const start = await sizeOf(part);
		let failure = await fetchRest(file, url, part, start, options);
		let hopeful = (await sizeOf(part)) > start;
		if (failure === undefined) {
			failure = await onDisk(part, () => faultOf(part, file));
			if (failure === undefined) return undefined;
			await onDisk(part, () => rm(part));
			hopeful = start > 0; // What was there before may be at fault.
		}
		if (!hopeful || attempt === ATTEMPTS) return failure;
	}
}

/** What is wrong with a part that should be complete, if anything. */
async function faultOf(part: string, file: RemoteFile): Promise<string | undefined> {
	const maximum = maximumBytes(file);
	if ((await stat(part)).size > maximum) return `more than ${String(maximum)} bytes`;
	const got = await sha256OfFile(part);
	const judged = file.packedOnRequest === true && (await file.hasContent?.(part).catch(() => false)) === true;
	return judged || got === file.sha256 ? undefined : `SHA-256 ${got}`;
}

/** Appends to the part what it lacks, from byte `start` on. Answers what went wrong on the network's side, if anything. */
async function fetchRest(
	file: RemoteFile,
	url: string,
	part: string,
	start: number,
	{ onProgress, signal }: DownloadOptions,
): Promise<string | undefined> {
	const onNetwork = networkFailure.bind(undefined, url, signal);
	const response = await requestFrom(url, start, signal).catch(onNetwork);
	if (typeof response === "string") return response;
	const resumes =
		response.status === 206 && response.headers.get("content-range")?.startsWith(`bytes ${String(start)}-`) === true;
	if (response.body === null || !(response.status === 200 || resumes)) {
		await response.body?.cancel().catch(onNetwork);
		// 416: the part is as long as the file, or longer; its hash will tell.
		return response.status === 416 && start > 0 ? undefined : `HTTP status ${String(response.status)}`;
	}

	// A body is bytes; Node's types say any.
	const reader = (response.body as ReadableStream<Uint8Array>).getReader();
	const handle = await onDisk(part, () => open(part, resumes ? "a" : "w"));
	try {
		let received = resumes ? start : 0;
		while (received <= maximumBytes(file)) {
			const piece = await reader.read().catch(onNetwork);
			if (typeof piece === "string") return piece;
			if (piece.done) break;
			await onDisk(part, () => handle.writeFile(piece.value));
			received += piece.value.length;
			onProgress?.({ name: file.name, received, total: file.bytes });
		}
		await onDisk(part, () => handle.sync());
		return undefined;
	} finally {
		await reader.cancel().catch(() => undefined); // Nobody waits for the rest of the answer.
		await handle.close();
	}
}

function requestFrom(url: string, start: number, signal: AbortSignal | undefined): Promise<Response> {
	const range = start > 0 ? { range: `bytes=${String(start)}-` } : {};
	// A server that packs a file once more for the way would change its bytes: hence "identity".
	return fetch(url, { headers: { "accept-encoding": "identity", ...range }, signal: signal ?? null });
}

function maximumBytes(file: RemoteFile): number {
	return file.bytes ?? MAXIMUM_BYTES;
}

/** Says what the network did, unless it was we who stopped it. */
function networkFailure(url: string, signal: AbortSignal | undefined, error: unknown): string {
	if (signal?.aborted === true) {
		throw new LimbeckError("interrupted", {
			where: url,
			expected: "the whole file",
			got: "a request to stop",
			hint: "The next download resumes where this one stopped.",
			cause: error,
		});
	}
	const { message, cause } = error as Error; // fetch rejects with errors only
	return cause instanceof Error ? cause.message : message;
}

async function sizeOf(path: string): Promise<number> {
	try {
		return (await stat(path)).size;
	} catch {
		return 0;
	}
}

async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw fileError(error, path);
	}
}
