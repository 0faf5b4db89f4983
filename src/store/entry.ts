/** What the store keeps of a finished piece of work: a manifest and the files that it names. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { canonicalHash } from "../canonical.js";
import { fileError, readTextIfThere } from "../files.js";
import { parsedJson } from "../options.js";

/** The hash of a file's content and its length. */
export interface FileDigest {
	readonly sha256: string;
	readonly bytes: number;
}

const format = "limbeck-entry/1";
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const manifestShape = z.strictObject({
	format: z.literal(format),
	key: sha256,
	/** What the key is the hash of, for people. */
	about: z.record(z.string(), z.unknown()),
	/** What the work gave besides files; absent where that is nothing. */
	result: z.unknown().optional(),
	files: z.record(z.string().regex(/^[\w.-]+$/), z.strictObject({ sha256, bytes: z.int().min(0) })),
	created: z.iso.datetime(),
	/** SHA-256 over the other fields, so that a manifest shows its own damage. */
	seal: sha256,
});

/** A finished piece of work, as its manifest has it. */
export type Entry = z.infer<typeof manifestShape>;

const manifestFile = "manifest.json";

/** The digest of a file, read as a stream. @throws LimbeckError (`file`) where it cannot be read. */
export async function digestFile(path: string): Promise<FileDigest> {
	const hash = createHash("sha256");
	try {
		await pipeline(createReadStream(path), hash);
		return { sha256: hash.digest("hex"), bytes: (await stat(path)).size };
	} catch (error) {
		throw fileError(error, path);
	}
}

/** Writes a folder's manifest over the files that are in it, all of it to the disk. */
export async function sealFolder(
	folder: string,
	{ key, about, result }: Pick<Entry, "key" | "about" | "result">,
	created: string,
): Promise<Entry> {
	const files: Record<string, FileDigest> = {};
	for (const name of (await readdir(folder)).sort()) {
		const path = join(folder, name);
		files[name] = await digestFile(path);
		await sync(path);
	}
	const content = { format, key, about, result, files, created } as const;
	// As it will be read: JSON has no undefined.
	const manifest: Entry = { ...content, seal: canonicalHash(content) };
	const handle = await open(join(folder, manifestFile), "wx");
	try {
		// On one line: a flipped bit in white space could be white space again.
		await handle.writeFile(`${JSON.stringify(manifest)}\n`);
		await handle.sync();
	} finally {
		await handle.close();
	}
	if (process.platform !== "win32") await sync(folder);
	return manifest;
}

async function sync(path: string): Promise<void> {
	const handle = await open(path, "r");
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}

/** Why a folder is no entry: nothing is there, or what is there is not what was written. */
export type Unreadable = { readonly kind: "absent" } | { readonly kind: "damaged"; readonly why: string };

/** Reads an entry and checks every byte of it. */
export async function readEntry(folder: string, key: string): Promise<Entry | Unreadable> {
	const path = join(folder, manifestFile);
	const text = await readTextIfThere(path);
	if (text === undefined) return { kind: "absent" };
	const manifest = manifestShape.safeParse(parsedJson(text));
	if (!manifest.success) return { kind: "damaged", why: `${manifestFile} is not a manifest` };
	const { seal, ...content } = manifest.data;
	if (sealOf(content) !== seal) return { kind: "damaged", why: `${manifestFile} is not what was written` };
	if (manifest.data.key !== key) return { kind: "damaged", why: `${manifestFile} is of another key` };
	for (const [name, expected] of Object.entries(manifest.data.files)) {
		const got = await digestFile(join(folder, name)).catch(() => undefined);
		if (got === undefined) return { kind: "damaged", why: `${name} is missing` };
		if (got.sha256 !== expected.sha256) return { kind: "damaged", why: `${name} is not what was written` };
	}
	return manifest.data;
}

/** What a manifest's seal must be; nothing for one that is nested too deeply to be one of ours. */
function sealOf(content: Omit<Entry, "seal">): string | undefined {
	try {
		return canonicalHash(content);
	} catch {
		return undefined;
	}
}
