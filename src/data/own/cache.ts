/** Prepared samples in the user's cache folder: a folder of raw files under the hash of all that they depend on. */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { fileError } from "../../files.js";
import { noticeSchema } from "../../notices.js";
import { elementCount } from "../../onnx/tensor.js";
import { type LabelArrays, type LabelData, type LabelKind, labelWidth } from "../../tasks/labels.js";
import { defaultTask, type TaskName, taskLabels, taskNames } from "../../tasks/names.js";
import type { Split } from "../data-set.js";
import { userCacheFolder } from "../folders.js";
import { readersVersion } from "../readers-version.js";
import { type Built } from "./build.js";
import { type SplitName, splitNames } from "./partition.js";
import { bytesOf } from "./sinks.js";

const unusedDays = 30;

/**
 * The folder that holds what these files and options give.
 *
 * @param content - the hash of the files.
 * @param options - plain data.
 */
export function cacheFolder(env: NodeJS.ProcessEnv, content: string, options: unknown): string {
	const key = createHash("sha256")
		.update(JSON.stringify([readersVersion, options, content]))
		.digest("hex");
	return join(userCacheFolder(env, process.platform), "own", key);
}

const numberOrList = z.union([z.number(), z.array(z.number())]);
const count = z.int().min(0);
const indexSchema = z.object({
	classes: z.array(z.string()),
	task: z.enum(taskNames).default(defaultTask),
	type: z.enum(["uint8", "float"]),
	sampleShape: z.array(z.int().min(1)),
	features: z.array(z.string()).optional(),
	pixelScale: z
		.object({ ranges: z.record(z.string(), z.tuple([z.number(), z.number()])), set: z.boolean() })
		.optional(),
	normalization: z.object({ mean: numberOrList, std: numberOrList }),
	counts: z.object({ train: count, validation: count, test: count }),
	/** Which parts have groups. */
	grouped: z.array(z.enum(splitNames)),
	/** How many rows each part's source has. */
	origins: z.object({ train: count, validation: count, test: count }),
	offsets: z.array(z.number()).optional(),
	fingerprint: z.string(),
	unlabelled: z.array(z.enum(splitNames)),
	skipped: count.optional(),
	notices: z.array(noticeSchema),
});

const indexFile = "index.json";
/** The file of a part's samples: raw elements, row after row. */
export const samplesFile = (name: SplitName): string => `${name}.samples`;
const labelsFile = (name: SplitName): string => `${name}.labels`;
/** The file of a part's rows in its source. */
const rowsFile = (name: SplitName): string => `${name}.rows`;
/** The file of the groups of a part's samples, where there are groups. */
const groupsFile = (name: SplitName): string => `${name}.groups`;

/** What a cache folder holds, all three parts in files; `undefined` where it holds nothing whole. */
export async function readCache(folder: string): Promise<Built | undefined> {
	try {
		const { counts, origins, grouped, ...index } = indexSchema.parse(
			JSON.parse(await readFile(join(folder, indexFile), "utf8")),
		);
		const rowBytes = elementCount(index.sampleShape) * (index.type === "uint8" ? 1 : 4);
		const splits: Partial<Record<SplitName, Split<LabelData>>> = {};
		for (const name of splitNames) {
			const path = join(folder, samplesFile(name));
			const bytes = async (file: string): Promise<ArrayBuffer> =>
				new Uint8Array(await readFile(join(folder, file))).buffer;
			const labels = labelArray(index.task, await bytes(labelsFile(name)));
			const rows = new Uint32Array(await bytes(rowsFile(name)));
			const groups = grouped.includes(name) ? new Int32Array(await bytes(groupsFile(name))) : undefined;
			const lengths = [(await stat(path)).size / rowBytes, rows.length, groups?.length ?? counts[name]];
			if (lengths.some((length) => length !== counts[name])) return undefined;
			const width = labelWidth(labels, index.classes.length);
			if (labels.length !== (index.unlabelled.includes(name) ? 0 : width * counts[name])) return undefined;
			const shifted = index.offsets === undefined ? {} : { offsets: index.offsets };
			const samples = { kind: "file", type: index.type, path, offset: 0, ...shifted } as const;
			const origin = { rows, count: origins[name] };
			splits[name] = { count: counts[name], samples, labels, origin, ...(groups === undefined ? {} : { groups }) };
		}
		const now = new Date();
		await utimes(folder, now, now); // Says that it is in use; see removeUnused.
		return { ...index, splits };
	} catch {
		return undefined; // It can be made again, and that says what is wrong if it goes wrong again.
	}
}

/** The labels of a task, as they lie in a file. */
function labelArray(task: TaskName, bytes: ArrayBuffer): LabelData {
	const arrays: { readonly [Kind in LabelKind]: () => LabelArrays[Kind] } = {
		class: () => new Int32Array(bytes),
		marks: () => new Uint8Array(bytes),
		values: () => new Float64Array(bytes),
	};
	return arrays[taskLabels[task]]();
}

/**
 * Fills a cache folder: all of it or nothing. Where another process was faster, its files stand.
 *
 * @param write - writes the samples of every part into the folder that it is given.
 * @throws LimbeckError `file` or `disk-full` if it cannot be written; what `write` throws.
 */
export async function fillCache(folder: string, write: (folder: string) => Promise<Built>): Promise<void> {
	const temporary = `${folder}.${randomUUID()}.tmp`;
	try {
		await mkdir(temporary, { recursive: true });
		const { splits, ...index } = await write(temporary);
		const each = (
			number: (split: Split<LabelData> | undefined) => number | undefined,
		): Readonly<Record<string, number>> =>
			Object.fromEntries(splitNames.map((name) => [name, number(splits[name]) ?? 0]));
		const [counts, origins] = [each((split) => split?.count), each((split) => split?.origin?.count)];
		for (const name of splitNames) {
			const { labels = new Int32Array(), origin, groups } = splits[name] ?? {};
			if (groups !== undefined) await writeFile(join(temporary, groupsFile(name)), bytesOf(groups), { flush: true });
			await writeFile(join(temporary, labelsFile(name)), bytesOf(labels), { flush: true });
			await writeFile(join(temporary, rowsFile(name)), bytesOf(origin?.rows ?? new Uint32Array()), { flush: true });
		}
		const grouped = splitNames.filter((name) => splits[name]?.groups !== undefined);
		await writeFile(join(temporary, indexFile), JSON.stringify({ ...index, counts, origins, grouped }), {
			flush: true,
		});
		await rm(folder, { recursive: true, force: true }); // There if it was not whole.
		await rename(temporary, folder).catch(async (error: unknown) => {
			if ((await readCache(folder)) === undefined) throw error;
		});
		await removeUnused(join(folder, ".."));
	} catch (error) {
		throw fileError(error, folder);
	} finally {
		await rm(temporary, { recursive: true, force: true });
	}
}

/** Removes folders that nothing has used for a month. */
async function removeUnused(parent: string): Promise<void> {
	for (const name of await readdir(parent)) {
		const path = join(parent, name);
		const age = Date.now() - (await stat(path)).mtimeMs;
		if (age > unusedDays * 24 * 3600 * 1000) await rm(path, { recursive: true, force: true });
	}
}
