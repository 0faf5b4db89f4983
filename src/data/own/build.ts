import { createHash } from "node:crypto";
import { LimbeckError } from "../../errors.js";
import type { Notice } from "../../notices.js";
import type { Normalization, PixelScale, SampleShape, Split } from "../data-set.js";
import { classIndices, sortClasses } from "./classes.js";
import { groupsInBoth, partitionByGroup } from "./groups.js";
import { labelNotices } from "./labels.js";
import { partition, type Shares, type SplitName, splitNames } from "./partition.js";
import type { Plan, PlannedSource } from "./plan.js";
import { createPrecision } from "./precision.js";
import { readRows } from "./read-rows.js";
import { bytesOf, type Sink } from "./sinks.js";
import type { Labels, Source } from "./source.js";
import { valueNotices } from "./value-notices.js";

/** Users' data: samples to train on, and those that the user set apart. */
export type Sources = { readonly train: Source } & Readonly<Partial<Record<SplitName, Source>>>;

/** What became of a plan. */
export interface Built {
	readonly classes: readonly string[];
	readonly type: Source["type"];
	readonly sampleShape: SampleShape;
	/** Names of a sample's elements, where there are any. */
	readonly features?: readonly string[] | undefined;
	/** Where pictures have pixels that are not bytes. */
	readonly pixelScale?: PixelScale | undefined;
	/** Over the training samples as they are in the files. */
	readonly normalization: Normalization;
	/** `[channels]`: what was subtracted from the numbers before they were stored; absent where nothing was. */
	readonly offsets?: readonly number[] | undefined;
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
		throw new LimbeckError("data", { where: labelsOf(train), expected: "two classes or more", got });
	}
	const held = {
		test: sources.test === undefined ? shares.test : 0,
		validation: sources.validation === undefined ? shares.validation : 0,
	};
	const own = labelled ? classIndices(labels, classes, labelsOf(train)) : labels.ids;
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
	const notices = [...labelNotices(labels, labelsOf(train))];
	for (const name of ["validation", "test"] as const) {
		const source = sources[name];
		if (source === undefined) continue;
		const apart = await source.labels();
		planned.push(planApart(name, source, apart, train, classes));
		notices.push(...labelNotices(apart, labelsOf(source)));
		const others = groups && (await source.groups?.());
		if (groups !== undefined && others !== undefined) notices.push(...groupsInBoth(groups, others, source));
	}
	const { type, sampleShape, features } = train;
	return { classes, type, sampleShape, features, sources: planned, held, notices };
}

/** Where a source's labels are, for messages. */
const labelsOf = ({ where, labelsWhere = where }: Source): string => labelsWhere;

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
	const indices = labelled ? classIndices(labels, classes, labelsOf(source)) : labels.ids;
	return { source, labels: indices, labelled, partOf: () => name };
}

/** What became of a plan, and `[rows of all sources, one after the other]`, which samples are copies: see `Contents`. */
export interface ReadPlan {
	readonly built: Built;
	readonly first: Int32Array;
}

/**
 * Reads the samples of a plan, in order, into the sinks of those parts that are wanted: once, and once more where numbers
 * must be shifted to fit into float32.
 *
 * @throws LimbeckError `data` for samples that cannot be read, elements that are not finite, and samples that are all alike.
 */
export async function readSplits(plan: Plan, sinks: Readonly<Partial<Record<SplitName, Sink>>>): Promise<ReadPlan> {
	const { classes, type, sampleShape, features } = plan;
	const precision = createPrecision(sampleShape);
	let read = await readRows(plan, countsOf(plan), sinks, { precision });
	const offsets = precision.offsets();
	if (offsets !== undefined) {
		for (const sink of Object.values(sinks)) await sink.restart();
		read = await readRows(plan, countsOf(plan), sinks, { offsets });
	}
	const { labels, moments, alike, contents } = read;
	const train = plan.sources[0];
	alike.check(train?.labelled === true ? classes : [], train?.source.where ?? "");
	const splits: Partial<Record<SplitName, Split>> = {};
	const shape = [sampleShape, labels.train.count, labels.validation.count, ...(offsets === undefined ? [] : [offsets])];
	const hash = createHash("sha256").update(JSON.stringify(shape));
	for (const name of splitNames) {
		const finished = await sinks[name]?.finish();
		if (finished === undefined) continue;
		const { ids, rows, count } = labels[name];
		const origin = { rows: rows.subarray(0, count), count: sourceOf(plan, name)?.labels.length ?? 0 };
		const { labelled = true, groups } = sourceOf(plan, name) ?? {};
		const split = {
			samples: { ...finished.samples, ...(offsets === undefined ? {} : { offsets }) },
			count,
			labels: ids.subarray(0, labelled ? count : 0),
			origin,
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
		pixelScale: train?.source.pixelScale?.(),
		normalization: moments.normalization(offsets),
		...(offsets === undefined ? {} : { offsets }),
		splits,
		fingerprint: hash.digest("hex"),
		unlabelled: splitNames.filter((name) => sourceOf(plan, name)?.labelled === false),
		skipped: plan.sources
			.flatMap(({ source }) => source.skipped?.() ?? [])
			.reduce<number | undefined>((sum = 0, count) => sum + count, undefined),
		notices: [
			...plan.notices,
			...plan.sources.flatMap(({ source }) => source.notices?.() ?? []),
			...valueNotices({ moments, blurred: precision.blurred(offsets) }, train?.source),
		],
	};
	return { built, first: contents.first };
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
