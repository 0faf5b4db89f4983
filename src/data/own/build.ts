import { createHash } from "node:crypto";
import { LimbeckError } from "../../errors.js";
import type { Notice } from "../../notices.js";
import { elementCount } from "../../onnx/tensor.js";
import type { Normalization, SampleShape, Split } from "../data-set.js";
import { classIndices, sortClasses } from "./classes.js";
import { type Contents, createContents } from "./contents.js";
import { groupsInBoth, partitionByGroup } from "./groups.js";
import { createMoments, type Moments } from "./moments.js";
import { partition, type Shares, type SplitName, splitNames } from "./partition.js";
import { bytesOf, type Sink } from "./sinks.js";
import type { Block, Labels, Source } from "./source.js";

/** Users' data: samples to train on, and those that the user set apart. */
export type Sources = { readonly train: Source } & Readonly<Partial<Record<SplitName, Source>>>;

/** Data whose labels are known, or known to be missing, before any sample is read. */
export interface Plan {
	readonly classes: readonly string[];
	readonly type: Source["type"];
	readonly sampleShape: SampleShape;
	/** Names of a sample's elements, where there are any. */
	readonly features?: readonly string[] | undefined;
	readonly sources: readonly PlannedSource[];
	/** The shares that are split off the samples to train on; 0 where a part has samples of its own. */
	readonly held: Shares;
	/** What should be known of how samples were grouped. */
	readonly notices: readonly Notice[];
}

/** A source whose labels are known. */
export interface PlannedSource {
	readonly source: Source;
	/** `[rows]`, indices into the classes; of no meaning where rows have no labels. */
	readonly labels: Int32Array;
	readonly labelled: boolean;
	/** `[rows]`, the group of each, where groups are not to be split. */
	readonly groups?: Int32Array;
	/** Which part a row belongs to. */
	readonly partOf: (row: number) => SplitName;
}

/** What became of a plan. */
export interface Built {
	readonly classes: readonly string[];
	readonly type: Source["type"];
	readonly sampleShape: SampleShape;
	/** Names of a sample's elements, where there are any. */
	readonly features?: readonly string[] | undefined;
	/** Over the training samples; of no meaning where they were not read. */
	readonly normalization: Normalization;
	/** The parts that were asked for. */
	readonly splits: Readonly<Partial<Record<SplitName, Split>>>;
	/** SHA-256 of the sample shape, the sizes of training and validation split and every byte in them. */
	readonly fingerprint: string;
	/** The parts whose samples have no labels. */
	readonly unlabelled: readonly SplitName[];
	/** Samples that were left out because they could not be read; absent where none may be. */
	readonly skipped?: number | undefined;
	/** What should be known of the data, such as what was passed over. */
	readonly notices: readonly Notice[];
}

/**
 * Reads every label, and decides with it which samples are for what; without labels, by a fixed permutation alone.
 *
 * @param names - the classes in their order, where they are told; without labels there are else none.
 * @throws LimbeckError `data` for labels that cannot be read, fewer than two classes, a class with too few samples, or
 * sources that do not match.
 */
export async function planSplits(sources: Sources, shares: Shares, names?: readonly string[]): Promise<Plan> {
	const { train } = sources;
	const labels = await train.labels();
	const labelled = labels.values.length > 0 || labels.ids.length === 0;
	const classes = names ?? train.classes ?? sortClasses(labels.values);
	if (labelled && classes.length < 2) {
		const got = classes.length === 0 ? "no samples" : `one, ${JSON.stringify(classes[0])}`;
		throw new LimbeckError("data", { where: train.where, expected: "two classes or more", got });
	}
	const held = {
		test: sources.test === undefined ? shares.test : 0,
		validation: sources.validation === undefined ? shares.validation : 0,
	};
	const own = labelled ? classIndices(labels, classes, train.where) : labels.ids;
	const groups = await train.groups?.();
	const named = labelled ? classes : [noClass];
	const parts =
		groups === undefined
			? partition(own, named, held, train.where)
			: partitionByGroup(own, named, groups, held, train.where);
	const partOf = (row: number): SplitName => splitNames[parts[row] ?? 0] ?? "train";
	const planned: PlannedSource[] = [
		{ source: train, labels: own, labelled, ...(groups === undefined ? {} : { groups: groups.ids }), partOf },
	];
	const notices: Notice[] = [];
	for (const name of ["validation", "test"] as const) {
		const source = sources[name];
		if (source === undefined) continue;
		planned.push(planApart(name, source, await source.labels(), train, classes));
		const others = groups && (await source.groups?.());
		if (groups !== undefined && others !== undefined) notices.push(...groupsInBoth(groups, others, source));
	}
	const { type, sampleShape, features } = train;
	return { classes, type, sampleShape, features, sources: planned, held, notices };
}

/** The most samples that each part of a plan can have. */
export function countsOf({ sources }: Plan): Readonly<Record<SplitName, number>> {
	const counts = { train: 0, validation: 0, test: 0 };
	for (const { labels, partOf } of sources) for (let row = 0; row < labels.length; row++) counts[partOf(row)]++;
	return counts;
}

/** What all samples without labels are of, when they are split. */
const noClass = "without label";

/** Samples that the user set apart for one part. */
function planApart(
	name: SplitName,
	source: Source,
	labels: Labels,
	train: Source,
	classes: readonly string[],
): PlannedSource {
	const shape = ({ type, sampleShape }: Source): string => `${sampleShape.join("×")} of ${type}`;
	if (shape(source) !== shape(train)) {
		const expected = `samples like those to train on, ${shape(train)}`;
		throw new LimbeckError("data", { where: source.where, expected, got: shape(source) });
	}
	if (labels.ids.length === 0) {
		throw new LimbeckError("data", { where: source.where, expected: "samples", got: "none" });
	}
	const labelled = labels.values.length > 0;
	const indices = labelled ? classIndices(labels, classes, source.where) : labels.ids;
	return { source, labels: indices, labelled, partOf: () => name };
}

/** What became of a plan, and `[rows of all sources, one after the other]`, which samples are copies: see `Contents`. */
export interface ReadPlan {
	readonly built: Built;
	readonly first: Int32Array;
}

/**
 * Reads the samples of a plan, once, in order, into the sinks of those parts that are wanted.
 *
 * @throws LimbeckError `data` for samples that cannot be read and elements that are not finite.
 */
export async function readSplits(plan: Plan, sinks: Readonly<Partial<Record<SplitName, Sink>>>): Promise<ReadPlan> {
	const { classes, type, sampleShape, features } = plan;
	const counts = countsOf(plan);
	const labelsOf = (name: SplitName): SplitLabels => {
		const most = counts[name];
		return { ids: new Int32Array(most), rows: new Uint32Array(most), count: 0 };
	};
	const moments = createMoments(type, sampleShape);
	const labels = { train: labelsOf("train"), validation: labelsOf("validation"), test: labelsOf("test") };
	const contents = createContents(plan.sources.reduce((sum, { labels: { length } }) => sum + length, 0));
	let offset = 0;
	for (const planned of plan.sources) {
		for await (const block of planned.source.blocks((row) => planned.partOf(row) === "train")) {
			await checkFinite(block, planned.source, sampleShape);
			takeIn(block, contents, offset, elementCount(sampleShape));
			distribute(block, planned, sampleShape, { sinks, moments, labels });
			for (const sink of Object.values(sinks)) await sink.drain();
		}
		offset += planned.labels.length;
	}
	const splits: Partial<Record<SplitName, Split>> = {};
	const hash = createHash("sha256").update(JSON.stringify([sampleShape, labels.train.count, labels.validation.count]));
	for (const name of splitNames) {
		const finished = await sinks[name]?.finish();
		if (finished === undefined) continue;
		const { ids, rows, count } = labels[name];
		const origin = { rows: rows.subarray(0, count), count: sourceOf(plan, name)?.labels.length ?? 0 };
		const { labelled = true, groups } = sourceOf(plan, name) ?? {};
		const split = {
			...{ count, samples: finished.samples, labels: ids.subarray(0, labelled ? count : 0), origin },
			...(groups === undefined ? {} : { groups: Int32Array.from(origin.rows, (row) => groups[row] ?? 0) }),
		};
		if (labelled) checkClasses(split.labels, plan, name);
		splits[name] = split;
		if (name !== "test") hash.update(finished.sha256).update(bytesOf(split.labels));
	}
	const built: Built = {
		classes,
		type,
		sampleShape,
		features,
		normalization: moments.normalization(),
		splits,
		fingerprint: hash.digest("hex"),
		unlabelled: splitNames.filter((name) => sourceOf(plan, name)?.labelled === false),
		skipped: plan.sources
			.flatMap(({ source }) => source.skipped?.() ?? [])
			.reduce<number | undefined>((sum = 0, count) => sum + count, undefined),
		notices: [...plan.notices, ...plan.sources.flatMap(({ source }) => source.notices?.() ?? [])],
	};
	return { built, first: contents.first };
}

function takeIn({ first, data }: Block, contents: Contents, offset: number, size: number): void {
	for (let at = 0; at < data.length; at += size) contents.add(offset + first + at / size, data.subarray(at, at + size));
}

/** The source of a part: one of its own, or the one that it was split off from. */
function sourceOf({ sources: [train, ...apart] }: Plan, name: SplitName): PlannedSource | undefined {
	return apart.find(({ partOf }) => partOf(0) === name) ?? train;
}

/** Rows that were left out may have been all of a class. */
function checkClasses(labels: Int32Array, { classes, sources }: Plan, name: SplitName): void {
	const present = new Set(labels);
	const empty = classes.findIndex((_, index) => !present.has(index));
	if (name === "test" || empty === -1) return;
	throw new LimbeckError("data", {
		where: sources[0]?.source.where ?? "",
		expected: `samples of every class in the ${name} split`,
		got: `none of class ${JSON.stringify(classes[empty])}`,
	});
}

interface Destination {
	readonly sinks: Readonly<Partial<Record<SplitName, Sink>>>;
	readonly moments: Moments;
	readonly labels: Readonly<Record<SplitName, SplitLabels>>;
}

/** A part's labels as far as they are known. */
interface SplitLabels {
	readonly ids: Int32Array;
	/** Their rows in the source. */
	readonly rows: Uint32Array;
	count: number;
}

function distribute(
	{ first, data }: Block,
	{ labels, partOf }: PlannedSource,
	sampleShape: SampleShape,
	to: Destination,
): void {
	const size = elementCount(sampleShape);
	for (let at = 0; at < data.length; at += size) {
		const row = first + at / size;
		const part = partOf(row);
		const sink = to.sinks[part];
		if (sink === undefined) continue;
		const sample = data.subarray(at, at + size);
		sink.append(sample);
		const gathered = to.labels[part];
		gathered.rows[gathered.count] = row;
		gathered.ids[gathered.count++] = labels[row] ?? 0;
		if (part === "train") to.moments.add(sample);
	}
}

async function checkFinite({ first, data }: Block, source: Source, sampleShape: SampleShape): Promise<void> {
	if (data instanceof Uint8Array) return;
	const at = data.findIndex((value) => !Number.isFinite(value));
	if (at === -1) return;
	const size = elementCount(sampleShape);
	throw new LimbeckError("data", {
		where: await source.placeOf(first + Math.floor(at / size), at % size),
		expected: "a number that is finite as float32",
		got: String(data[at]),
		hint: "Fill such cells in, or leave out their rows or columns.",
	});
}
