/** What is told of exact copies of samples, and what is refused. */
import { LimbeckError } from "../../errors.js";
import type { Notice } from "../../notices.js";
import type { Left } from "./copies.js";
import { type SplitName, splitNames } from "./partition.js";
import type { Plan, PlannedSource } from "./plan.js";

/** A share of training samples that are copies of others from which on they are told by themselves. */
const manyCopies = 0.05;
/** Where this share of training samples have copies among them, samples of a test that are among them are no surprise. */
const naturalCopies = 0.5;

/** What is known of the copies of a plan's samples. */
interface Survey {
	readonly plan: Plan;
	/** `[rows of all sources]`, see `Contents`. */
	readonly first: Int32Array;
	/** `[rows of all sources]`: of each first row, in which parts its content is, a bit each. */
	readonly partsOf: Uint8Array;
	/** How many samples each part has. */
	readonly sizes: Readonly<Record<SplitName, number>>;
	/** Training samples that are copies of an earlier one, and those that have a copy among the training samples. */
	readonly repeated: number;
	readonly shared: number;
}

const bitOf = (part: SplitName): number => 1 << splitNames.indexOf(part);

/**
 * Tells of samples that are exact copies of others: those held out that are training samples as well, many within the
 * training samples, and those with different labels.
 *
 * @param first - `[rows of all sources, one after the other]`, see `Contents`.
 * @param kept - whether copies were put together, or why they were left where they fell.
 * @throws LimbeckError `data` for samples set apart that are the training samples, or all among them where those have no
 * such copies themselves.
 */
export async function copyNotices(
	plan: Plan,
	first: Int32Array,
	kept: "together" | Left | undefined,
): Promise<readonly Notice[]> {
	const survey = surveyOf(plan, first);
	for (const [offset, planned] of withOffsets(plan).slice(1)) refuseSame(survey, planned, offset);
	const told = kept === "together" ? [togetherNotice(survey)] : [];
	for (const part of ["validation", "test"] as const) told.push(...(await leakNotice(survey, part, kept)));
	return [...told, ...(kept === "together" ? [] : repeatNotice(survey)), ...(await contradictionNotice(survey))];
}

function withOffsets({ sources }: Plan): readonly (readonly [offset: number, source: PlannedSource])[] {
	let offset = 0;
	return sources.map((source) => {
		const own = [offset, source] as const;
		offset += source.labels.length;
		return own;
	});
}

function surveyOf(plan: Plan, first: Int32Array): Survey {
	const partsOf = new Uint8Array(first.length);
	const trained = new Int32Array(first.length);
	const sizes = { train: 0, validation: 0, test: 0 };
	let repeated = 0;
	for (const [offset, { labels, partOf }] of withOffsets(plan)) {
		for (let row = 0; row < labels.length; row++) {
			const content = first[offset + row] ?? -1;
			if (content === -1) continue;
			const part = partOf(row);
			sizes[part]++;
			partsOf[content] = (partsOf[content] ?? 0) | bitOf(part);
			if (part !== "train") continue;
			if ((trained[content] ?? 0) > 0) repeated++;
			trained[content] = (trained[content] ?? 0) + 1;
		}
	}
	const shared = trained.reduce((sum, count) => sum + (count > 1 ? count : 0), 0);
	return { plan, first, partsOf, sizes, repeated, shared };
}

/** Whether samples to train on are split from those of a part by us. */
const isOurs = ({ sources }: Plan, part: SplitName): boolean =>
	sources.slice(1).every(({ partOf }) => partOf(0) !== part);

function refuseSame({ plan, first, shared, sizes }: Survey, apart: PlannedSource, offset: number): void {
	const [train] = plan.sources;
	if (!train?.labelled) return;
	const rows = Array.from(apart.labels.keys()).filter((row) => first[offset + row] !== -1);
	const same = apart.labels.length === train.labels.length && rows.every((row) => first[offset + row] === first[row]);
	// The samples to train on come first, those that validation is split off among them.
	const among = rows.every((row) => (first[offset + row] ?? 0) < train.labels.length);
	if (rows.length === 0 || !(same || (among && shared < naturalCopies * sizes.train))) return;
	throw new LimbeckError("data", {
		where: apart.source.where,
		expected: `${apart.partOf(0)} samples that are not training samples`,
		got: same ? "the training samples themselves" : `${String(rows.length)}, all of them copies of training samples`,
		hint: "Set other samples apart, or none: then some are split off.",
	});
}

function togetherNotice({ plan, first }: Survey): Notice {
	const [train] = plan.sources;
	const rows = Array.from(train?.labels.keys() ?? []).filter((row) => first[row] !== -1);
	const different = rows.filter((row) => first[row] === row).length;
	return {
		code: "copies-together",
		text:
			`${train?.source.where ?? ""}: ${String(rows.length)} samples are ${String(different)} different ones, the others ` +
			"exact copies. Copies are kept in one part, so that none that is held out is also a training sample.",
		hint: "To split them as if they were different: --set data.duplicates=random.",
	};
}

const advice: Readonly<Record<Left, string>> = {
	asked: "To keep copies in one part: --set data.duplicates=together.",
	grouped: "Give copies one group, or drop all but one of them.",
	contradicting:
		"Many have different labels: they are taken for repeated measurements. To keep them in one part: --set data.duplicates=together.",
	few: "There are too few different samples to keep copies in one part: drop copies, or set samples apart.",
};

async function leakNotice(
	{ plan, first, partsOf, sizes }: Survey,
	part: "validation" | "test",
	kept: "together" | Left | undefined,
): Promise<readonly Notice[]> {
	const others = bitOf("train") | (part === "test" ? bitOf("validation") : 0);
	const found: (readonly [PlannedSource, number])[] = [];
	let trained = 0;
	for (const [offset, planned] of withOffsets(plan)) {
		for (let row = 0; row < planned.labels.length; row++) {
			const content = first[offset + row] ?? -1;
			if (content === -1 || planned.partOf(row) !== part) continue;
			const bits = partsOf[content] ?? 0;
			if ((bits & others) !== 0) found.push([planned, row]);
			if ((bits & bitOf("train")) !== 0) trained++;
		}
	}
	const [example] = found;
	if (example === undefined) return [];
	const [{ source }, row] = example;
	const among = trained === found.length ? "training" : "training or validation";
	const text =
		`${String(found.length)} of ${String(sizes[part])} ${part} samples are exact copies of ${among} samples ` +
		`(the first: ${await source.placeOf(row, 0)}).`;
	const hint =
		isOurs(plan, part) && kept !== undefined && kept !== "together"
			? advice[kept]
			: "Take them out of one of the two: figures on them say nothing of new samples.";
	return [{ code: `${part}-in-training`, text, hint }];
}

function repeatNotice({ repeated, sizes }: Survey): readonly Notice[] {
	if (repeated < manyCopies * sizes.train || repeated === 0) return [];
	const text = `${String(repeated)} of ${String(sizes.train)} training samples are exact copies of other training samples.`;
	return [{ code: "copies-in-training", text }];
}

async function contradictionNotice({ plan, first }: Survey): Promise<readonly Notice[]> {
	const labelOf = new Int32Array(first.length).fill(-1);
	let count = 0;
	let example: readonly [PlannedSource, number] | undefined;
	for (const [offset, planned] of withOffsets(plan)) {
		for (let row = 0; planned.labelled && row < planned.labels.length; row++) {
			const content = first[offset + row] ?? -1;
			if (content === -1) continue;
			const label = planned.labels[row] ?? 0;
			if (labelOf[content] === -1) labelOf[content] = label;
			if (labelOf[content] === label) continue;
			count++;
			example ??= [planned, row];
		}
	}
	if (example === undefined) return [];
	const [{ source }, row] = example;
	const place = await source.placeOf(row, 0);
	const text = `${String(count)} samples are exact copies of others with another label (the first: ${place}).`;
	return [
		{ code: "contradicting-labels", text, hint: "No model can have them all right: look at how they were labelled." },
	];
}
