import { type Entry, openPromise, type ZipFile } from "yauzl";
import { LimbeckError } from "../../errors.js";
import { type ByteSource, fileSource } from "./bytes.js";

/** The arrays of a NumPy archive. */
export interface Npz {
	/** Their names, without `.npy`. */
	readonly names: readonly string[];
	/**
	 * The bytes of one.
	 *
	 * @throws LimbeckError `data` if there is none of that name or it cannot be unpacked.
	 */
	array(name: string): ByteSource;
	close(): void;
}

const mostEntries = 10_000;
/** Deflate packs 258 bytes into 2 bits at best; what claims more lies. */
const largestRatio = 1032;
/** Arrays of so many bytes and more must take a share of them in the file: an archive may not fill memory from nothing. */
const bomb = { bytes: 2 ** 26, ratio: 200 };
const suffix = ".npy";

/** Compression methods of the zip format that archives of NumPy use. */
const [stored, deflated] = [0, 8];

/**
 * Opens an archive that `numpy.savez` or `numpy.savez_compressed` wrote. Names serve for looking up alone: nothing is
 * written to disk. Close it.
 *
 * @throws LimbeckError `data` for what is not a zip file, and for a zip file that is damaged or hostile.
 */
export async function openNpz(path: string): Promise<Npz> {
	await fileSource(path);
	const zip = await openPromise(path, { autoClose: false, lazyEntries: true }).catch((cause: unknown) => {
		throw damaged(path, cause);
	});
	try {
		const entries = await readEntries(zip, path);
		return {
			names: [...entries.keys()],
			array: (name) => entrySource(zip, path, name, entries),
			close: () => {
				zip.close();
			},
		};
	} catch (error) {
		zip.close();
		throw error;
	}
}

async function readEntries(zip: ZipFile, path: string): Promise<ReadonlyMap<string, Entry>> {
	if (zip.entryCount > mostEntries) {
		const expected = `at most ${String(mostEntries)} arrays`;
		throw new LimbeckError("data", { where: path, expected, got: String(zip.entryCount) });
	}
	const entries = new Map<string, Entry>();
	try {
		for await (const entry of zip.eachEntry()) {
			const { fileName } = entry;
			if (fileName.endsWith(suffix)) entries.set(fileName.slice(0, -suffix.length), entry);
		}
	} catch (error) {
		throw damaged(path, error);
	}
	return entries;
}

function entrySource(zip: ZipFile, path: string, name: string, entries: ReadonlyMap<string, Entry>): ByteSource {
	const entry = entries.get(name);
	const where = `${path}: array ${name}`;
	if (entry === undefined) {
		const got = entries.size === 0 ? "an archive without arrays" : `arrays ${[...entries.keys()].join(", ")}`;
		throw new LimbeckError("data", { where: path, expected: `an array named ${name}`, got });
	}
	const { compressedSize, uncompressedSize, compressionMethod } = entry;
	const fail = (expected: string, got: string): never => {
		throw new LimbeckError("data", { where, expected, got });
	};
	if (entry.isEncrypted() || (compressionMethod !== stored && compressionMethod !== deflated)) {
		return fail("an array stored as it is or deflated", entry.isEncrypted() ? "encryption" : "another compression");
	}
	if (uncompressedSize > largestRatio * compressedSize) {
		return fail(
			"a size that deflate can reach",
			`${String(compressedSize)} bytes that claim to hold ${String(uncompressedSize)}`,
		);
	}
	if (uncompressedSize >= bomb.bytes && uncompressedSize > bomb.ratio * compressedSize) {
		throw new LimbeckError("data", {
			where,
			expected: `a large array packed to no less than 1 / ${String(bomb.ratio)} of its size`,
			got: `${String(uncompressedSize)} bytes in ${String(compressedSize)}`,
			hint: "Store it with numpy.savez, which does not pack, if you trust the file.",
		});
	}
	return { where, size: uncompressedSize, open: () => openEntry(zip, entry, where) };
}

async function openEntry(zip: ZipFile, entry: Entry, where: string): Promise<AsyncIterable<Uint8Array>> {
	const stream: AsyncIterable<Buffer> = await zip.openReadStreamPromise(entry).catch((cause: unknown) => {
		throw damaged(where, cause);
	});
	return withDamage(stream, where);
}

async function* withDamage(
	stream: AsyncIterable<Uint8Array>,
	where: string,
): AsyncGenerator<Uint8Array, void, undefined> {
	try {
		yield* stream;
	} catch (error) {
		throw damaged(where, error);
	}
}

function damaged(where: string, cause: unknown): LimbeckError {
	const got = cause instanceof Error ? cause.message : String(cause);
	return new LimbeckError("data", { where, expected: "a whole zip archive (.npz)", got, cause });
}
