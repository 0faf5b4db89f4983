import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { LimbeckError } from "../../errors.js";
import type { Notice } from "../../notices.js";
import { elementCount } from "../../onnx/tensor.js";
import type { LabelData } from "../../tasks/labels.js";
import { contentOf } from "../content.js";
import type { Samples, Split } from "../data-set.js";
import { readSamples } from "../open-samples.js";
import { type Built, countsOf, planSplits, type ReadPlan, readSplits, type Sources } from "./build.js";
import { cacheFolder, fillCache, readCache, samplesFile } from "./cache.js";
import { type CopyPolicy, keepTogether } from "./copies.js";
import { copyNotices } from "./copy-notices.js";
import type { LabelOptions } from "./label-readers.js";
import { type Shares, type SplitName, splitNames } from "./partition.js";
import type { Plan } from "./plan.js";
import { fileSink, memorySink, type Sink } from "./sinks.js";

/** Users' data, found but not yet read. */
export interface OwnData {
	/** The path of every file that the samples come from. */
	readonly files: readonly string[];
	/** Whether reading is so slow that the samples are kept prepared, however few. */
	readonly slow: boolean;
	/** What should be known of how the files were found: kept samples do not say it. */
	readonly notices?: readonly Notice[];
	open(): Promise<Sources>;
}

/** How users' data are split and held. */
export interface OwnOptions {
	readonly testFraction: number;
	readonly validationFraction: number;
	/** What is said of the labels. */
	readonly labels: LabelOptions;
	/** What is done with exact copies of samples. */
	readonly duplicates: CopyPolicy;
	/** MiB of samples that are kept in memory; more stay in a file. */
	readonly memory: number;
}

const mebibyte = 2 ** 20;
/** Bytes of samples from which on they are kept prepared, whatever the format. */
const keptFrom = 16 * mebibyte;

/**
 * Loads parts of users' data: from what was kept prepared, or from their files.
 *
 * @param key - plain data: all options that the samples depend on.
 * @throws LimbeckError `data` for data that cannot be used, `file` or `disk-full` for the file system.
 */
export async function loadOwn(
	data: OwnData,
	{
		key,
		options,
		wanted,
		env,
	}: {
		readonly key: unknown;
		readonly options: OwnOptions;
		readonly wanted: readonly SplitName[];
		readonly env: NodeJS.ProcessEnv;
	},
): Promise<Built> {
	const shares: Shares = { test: options.testFraction, validation: options.validationFraction };
	const limit = options.memory * mebibyte;
	const content = await contentOf(data.files, env);
	const folder = cacheFolder(env, content, [key, shares]);
	const kept = await readCache(folder);
	if (kept !== undefined) return pick(kept, wanted, limit);
	const sources = await data.open();
	try {
		const plan = await planSplits(sources, shares, options.labels);
		const read = (one: ReadParts): Promise<Built> => readTogether(plan, options.duplicates, one);
		if (!data.slow && bytesOfPlan(plan) <= Math.min(limit, keptFrom)) {
			return await read((one) => readSplits(one, memorySinks(one, wanted)));
		}
		await fillCache(folder, async (temporary) => {
			const written = await read((one) => writeSplits(one, temporary));
			if ((await contentOf(data.files, env)) !== content) throw changedMeanwhile(sources.train.where);
			return written;
		});
	} finally {
		for (const source of Object.values(sources)) source.close();
	}
	const filled = await readCache(folder);
	if (filled === undefined) throw new TypeError(`${folder}: expected the samples just written, got none`);
	return pick(filled, wanted, limit);
}

/** Reads the samples of a plan into places of their own. */
type ReadParts = (plan: Plan) => Promise<ReadPlan>;

/** Reads a plan, and once more where copies of samples fell into different parts that should stay together. */
async function readTogether(plan: Plan, policy: CopyPolicy, read: ReadParts): Promise<Built> {
	const { built, first } = await read(plan);
	const kept = keepTogether(plan, first, policy);
	const used = kept !== undefined && "plan" in kept ? kept.plan : plan;
	const notices = await copyNotices(used, first, kept !== undefined && "left" in kept ? kept.left : kept && "together");
	const again = used === plan ? built : (await read(used)).built;
	return { ...again, notices: [...again.notices, ...notices] };
}

function changedMeanwhile(where: string): LimbeckError {
	const [expected, got] = ["the same files while they are read", "files that have changed meanwhile"];
	return new LimbeckError("data", { where, expected, got, hint: "Run again when nothing writes to them." });
}

function memorySinks(plan: Plan, wanted: readonly SplitName[]): Partial<Record<SplitName, Sink>> {
	const { type, sampleShape } = plan;
	const counts = countsOf(plan);
	const size = elementCount(sampleShape);
	return Object.fromEntries(wanted.map((name) => [name, memorySink(type, counts[name] * size)]));
}

async function writeSplits(plan: Plan, folder: string): Promise<ReadPlan> {
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	const sinks: Partial<Record<SplitName, Sink>> = {};
	try {
		for (const name of splitNames) sinks[name] = await fileSink(plan.type, join(folder, samplesFile(name)));
		return await readSplits(plan, sinks);
	} finally {
		for (const sink of Object.values(sinks)) await sink.close();
	}
}

/** The parts that are wanted, in memory unless the whole is larger than the limit. */
function pick(built: Built, wanted: readonly SplitName[], limit: number): Built {
	const rows = Object.values(built.splits).reduce((sum, { count }) => sum + count, 0);
	const fits = rows * rowBytes(built) <= limit;
	const splits: Partial<Record<SplitName, Split<LabelData>>> = {};
	for (const name of wanted) {
		const split = built.splits[name];
		if (split !== undefined) splits[name] = fits ? { ...split, samples: inMemory(split, built.sampleShape) } : split;
	}
	return { ...built, splits };
}

function inMemory(split: Split<LabelData>, sampleShape: Plan["sampleShape"]): Samples {
	const all = Uint32Array.from({ length: split.count }, (_, row) => row);
	return readSamples(split, sampleShape, all);
}

function bytesOfPlan(plan: Plan): number {
	return Object.values(countsOf(plan)).reduce((sum, count) => sum + count, 0) * rowBytes(plan);
}

function rowBytes({ type, sampleShape }: Pick<Plan, "type" | "sampleShape">): number {
	return elementCount(sampleShape) * (type === "uint8" ? 1 : 4);
}
