import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { LimbeckError } from "../errors.js";
import { fileError, isMissing } from "../files.js";
import type { RemoteFile } from "./data-set.js";
import { readMaybeGzip } from "./gzip.js";

/** What is known of a file in a folder. */
export type FileState =
	| { readonly name: string; readonly status: "missing" }
	| { readonly name: string; readonly status: "ok" | "wrong"; readonly sha256: string };

/**
 * Compares files with their published hashes. `sha256` is that of the file as it is; a file whose contents are right
 * once inflated is `ok` too, and `NAME.gz` may be there as `NAME`.
 *
 * @throws LimbeckError `file` if a file is there and cannot be read.
 */
export function verifyFiles(files: readonly RemoteFile[], folder: string): Promise<readonly FileState[]> {
	return Promise.all(files.map((file) => verifyFile(file, folder)));
}

/** {@link verifyFiles} for one file. */
export async function verifyFile(file: RemoteFile, folder: string): Promise<FileState> {
	const { name } = file;
	for (const candidate of new Set([name, name.replace(/\.gz$/, "")])) {
		const path = join(folder, candidate);
		const sha256 = await sha256IfPresent(path);
		if (sha256 === undefined) continue;
		const ok = sha256 === file.sha256 || (await hasContent(path, file));
		return { name, status: ok ? "ok" : "wrong", sha256 };
	}
	return { name, status: "missing" };
}

/** SHA-256 of a file, in hexadecimal. */
export async function sha256OfFile(path: string): Promise<string> {
	const hash = createHash("sha256");
	const stream: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: 2 ** 20 });
	for await (const bytes of stream) hash.update(bytes);
	return hash.digest("hex");
}

async function sha256IfPresent(path: string): Promise<string | undefined> {
	try {
		return await sha256OfFile(path);
	} catch (error) {
		if (isMissing(error)) return undefined;
		throw fileError(error, path);
	}
}

async function hasContent(path: string, file: RemoteFile): Promise<boolean> {
	const { contentSha256 } = file;
	try {
		if (file.hasContent !== undefined) return await file.hasContent(path);
		if (contentSha256 === undefined) return false;
		const content = await readMaybeGzip(path);
		return createHash("sha256").update(content).digest("hex") === contentSha256;
	} catch (error) {
		if (error instanceof LimbeckError && error.category === "data") return false;
		throw error;
	}
}
