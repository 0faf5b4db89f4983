import { createHash } from "node:crypto";
import { LimbeckError } from "../../errors.js";
import type { Notice } from "../../notices.js";
import { type LabelData, labelWidth, selectLabels } from "../../tasks/labels.js";
import { defaultTask, type TaskName } from "../../tasks/names.js";
import type { Normalization, PixelScale, SampleShape, Split } from "../data-set.js";
import { groupsInBoth, partitionByGroup } from "./groups.js";
import { identities, type LabelOptions, labelReader, type Strata } from "./label-readers.js";
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
	readonly task: TaskName;
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
	readonly splits: Readonly<Partial<Record<SplitName, Split<LabelData>>>>;
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
 * @param told - what the user says of the labels, such as the names of the classes; without labels there are else none.
 * @throws LimbeckError `data` for labels that cannot be read, fewer than two classes, a class with too few samples, or
 * sources that do not match.
 */
export async function planSplits(sources: Sources, shares: Shares, told: LabelOptions = {}): Promise<Plan> {
	const { train } = sources;
	const reader = labelReader(told.task);
	const labels = await train.labels();
	const labelled = labels.values.length > 0 || labels.ids.length === 0;
	const named = { ...told, classes: told.classes ?? train.classes };
	const classes = labelled ? reader.names(labels, named, labelsOf(train)) : (named.classes ?? []);
	const held = {
		test: sources.test === undefined ? shares.test : 0,
		validation: sources.validation === undefined ? shares.validation : 0,
	};
	const encoded = labelled ? reader.encode(labels, classes, labelsOf(train)) : labels.ids;
	const groups = await train.groups?.();
	const isSplit = held.test + held.validation > 0;
	const strata = labelled && isSplit ? reader.strata(encoded, classes, groups !== undefined) : anyStratum(labels);
	const parts =
		groups === undefined
			? partition(strata.ids, strata.names, held, train.where)
			: partitionByGroup(strata.ids, strata.names, groups, held, train.where);
	const partOf = (row: number): SplitName => splitNames[parts[row] ?? 0] ?? "train";
	const identify = identities();
	const planned: PlannedSource[] = [
		{
			source: train,
			labels: labelled ? identify(labels, encoded) : labels.ids,
			encoded,
			strata: strata.ids,
			labelled,
			...(groups === undefined ? {} : { groups: groups.ids }),
			partOf,
		},
	];
	const notices = [...reader.notices(labels, labelsOf(train))];
	for (const name of ["validation", "test"] as const) {
		const source = sources[name];
		if (source === undefined) continue;
		const apart = await source.labels();
		checkApart(source, apart, train);
		const own = apart.values.length > 0 ? reader.encode(apart, classes, labelsOf(source)) : apart.ids;
		planned.push({
			source,
			labels: apart.values.length > 0 ? identify(apart, own) : apart.ids,
			encoded: own,
			strata: apart.ids,
			labelled: apart.values.length > 0,
			partOf: () => name,
		});
		notices.push(...reader.notices(apart, labelsOf(source)));
		const others = groups && (await source.groups?.());
		if (groups !== undefined && others !== undefined) notices.push(...groupsInBoth(groups, others, source));
	}
	const { type, sampleShape, features } = train;
	return {
		classes,
		task: told.task ?? defaultTask,
		reader,
		strata: strata.names,
		type,
		sampleShape,
		features,
		sources: planned,
		held,
		notices,
	};
}

/** Where a source's labels are, for messages. */
const labelsOf = ({ where, labelsWhere = where }: Source): string => labelsWhere;

/** The most samples that each part of a plan can have. */
export function countsOf({ sources }: Plan): Readonly<Record<SplitName, number>> {
	const counts = { train: 0, validation: 0, test: 0 };
	for (const { labels, partOf } of sources) for (let row = 0; row < labels.length; row++) counts[partOf(row)]++;
	return counts;
}

/** Samples that are split alike. */
function anyStratum({ ids }: Labels): Strata {
	return { ids: new Int32Array(ids.length), names: ["without label"] };
}

/** Refuses samples that the user set apart for one part and that are unlike the others. */
function checkApart(source: Source, labels: Labels, train: Source): void {
	const shape = ({ type, sampleShape }: Source): string => `${sampleShape.join("×")} of ${type}`;
	if (shape(source) !== shape(train)) {
		const expected = `samples like those to train on, ${shape(train)}`;
		throw new LimbeckError("data", { where: source.where, expected, got: shape(source) });
	}
	if (labels.ids.length === 0) {
		throw new LimbeckError("data", { where: source.where, expected: "samples", got: "none" });
	}
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
	const { gathered, moments, alike, contents } = read;
	const train = plan.sources[0];
	alike.check(
		train?.labelled === true && train.encoded instanceof Int32Array ? classes : [],
		train?.source.where ?? "",
	);
	const splits: Partial<Record<SplitName, Split<LabelData>>> = {};
	const shape = [
		sampleShape,
		gathered.train.count,
		gathered.validation.count,
		...(offsets === undefined ? [] : [offsets]),
	];
	const hash = createHash("sha256").update(JSON.stringify(shape));
	for (const name of splitNames) {
		const finished = await sinks[name]?.finish();
		if (finished === undefined) continue;
		const { rows: all, count } = gathered[name];
		const planned = sourceOf(plan, name);
		const rows = all.subarray(0, count);
		const origin = { rows, count: planned?.labels.length ?? 0 };
		const { labelled = true, groups, encoded = new Int32Array() } = planned ?? {};
		const split = {
			samples: { ...finished.samples, ...(offsets === undefined ? {} : { offsets }) },
			count,
			labels: selectLabels(encoded, labelWidth(encoded, classes.length), labelled ? rows : []),
			origin,
			...(groups === undefined ? {} : { groups: Int32Array.from(origin.rows, (row) => groups[row] ?? 0) }),
		};
		if (labelled) checkClasses(split.labels, plan, name);
		splits[name] = split;
		if (name !== "test") hash.update(finished.sha256).update(bytesOf(split.labels));
	}
	const built: Built = {
		classes,
		task: plan.task,
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
function checkClasses(labels: LabelData, { classes, reader, sources }: Plan, name: SplitName): void {
	const empty = name === "test" ? undefined : reader.absent(labels, classes, name);
	if (empty === undefined) return;
	throw new LimbeckError("data", {
		where: sources[0]?.source.where ?? "",
		expected: `samples of every ${reader.noun} in the ${name} split`,
		got: `none of ${reader.noun} ${JSON.stringify(classes[empty])}`,
	});
}
