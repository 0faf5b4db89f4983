/** What in somebody's data a model does not know, and which of it belongs together. */
import { classData } from "../../data/class-data.js";
import type { DataSet, SampleSet, SampleShape, Split, TestSet } from "../../data/data-set.js";
import { dataSetOf } from "../../data/index.js";
import { openSamples } from "../../data/open-samples.js";
import type { DataChoice } from "../../data/options.js";
import { shortList } from "../../data/own/classes.js";
import type { SplitName } from "../../data/own/partition.js";
import { sampleNames } from "../../data/sample-names.js";
import { LimbeckError } from "../../errors.js";
import type { Notice } from "../../notices.js";
import type { Runtime } from "../../runtime/runtime.js";
import { compareScales } from "../align-data.js";
import { pictureShape, pixelsOf } from "../exhibits.js";
import { columnOrder } from "../features.js";
import { noticesOn } from "../teachers/judge.js";
import { readMember } from "../teachers/open.js";
import { fileMember } from "../teachers/sources.js";
import { type DetectorName, detectorNames, detectors, type Observation } from "./detectors.js";
import { type Observers, openObservers } from "./observe.js";
import {
	type SortingOptions,
	softTargets,
	type Thresholds,
	type UnknownGroup,
	type Usual,
	usualOf,
	verdictsOf,
} from "./verdicts.js";

/** Samples to be sifted, as plain data. */
export interface SiftStep extends Omit<Observers, "seed">, SortingOptions {
	/** What the generalist was trained on: its training and validation samples say what is usual. */
	readonly known: DataChoice;
	/** What is sifted, whatever split it falls into; labels are not looked at. */
	readonly data: DataChoice;
	/** So many samples of each group are given as pictures, and of the garbage. */
	readonly shown: number;
}

/** What a sample is taken for. */
export type Verdict = "known" | "unknown" | "garbage";

/** A sample of the user's. */
export interface SiftedSample {
	/** A picture's path in its folder, another sample's row. */
	readonly name: string;
	readonly verdict: Verdict;
	/** Of those that are unknown, the index of its group. */
	readonly group?: number;
	/** How unusual it is; above the threshold it is not known. */
	readonly score: number;
	/** The class that the generalist takes it for, and how likely that is to it. */
	readonly nearest: string;
	readonly probability: number;
}

/** A sample that is shown. */
export interface SiftedPicture {
	/** Its index among all. */
	readonly index: number;
	/** Bytes `[channels, height, width]` in base64. */
	readonly pixels: string;
}

/** Unknown samples that the same classes resemble. */
export interface SiftedGroup extends Omit<UnknownGroup, "members"> {
	readonly count: number;
	/** The classes that its samples resemble most, by their mean soft targets. */
	readonly resembles: readonly { readonly name: string; readonly share: number }[];
	/** The first of its samples; none where samples are no pictures. */
	readonly pictures: readonly SiftedPicture[];
}

/** What was found. */
export interface SiftOutcome {
	readonly classes: readonly string[];
	/** `[channels, height, width]`, where samples are pictures. */
	readonly shape?: readonly [number, number, number];
	/** What was left out because it could not be read. */
	readonly skipped: number;
	/** What should be known of the data and the model; absent where there is nothing. */
	readonly notices?: readonly Notice[];
	readonly rejectBy: DetectorName;
	readonly thresholds: Thresholds;
	readonly samples: readonly SiftedSample[];
	/** The most coherent first. */
	readonly groups: readonly SiftedGroup[];
	readonly garbage: readonly SiftedPicture[];
}

/** Detectors that ask specialists. */
const asksSpecialists: readonly DetectorName[] = ["disagreement", "dustbin", "residual"];

const mostResembled = 3;

/**
 * Sifts samples: those that are as usual as validation samples of what the model was trained on are known; of the others,
 * those that are as far away as garbage made from validation samples are garbage; the rest is unknown and falls into
 * groups.
 *
 * @param openTest - opens the test split of the data that are sifted.
 * @throws LimbeckError (`model`, `data`, `file`) for what cannot be read, (`usage`) for samples of another shape.
 */
export async function sift(
	step: SiftStep,
	openTest: () => Promise<TestSet>,
	context: { readonly runtime: Runtime },
): Promise<SiftOutcome> {
	const { known: knownChoice, data: choice, specialists, rejectBy } = step;
	if (specialists.length === 0) refuseAsking(rejectBy);
	const known = classData(await dataSetOf(knownChoice).load(knownChoice), "novelty");
	const data = classData(await dataSetOf(choice).load(choice), "novelty");
	const { order, notices: placed } = columnsOf(known, data);
	sameShape(known, data);
	const unlike = compareScales(known.pixelScale?.ranges, data.pixelScale, "the model's own data");
	const nameOf = await sampleNames(choice);
	const { train, validation } = data;
	const sets = Object.entries({ train, validation, test: await openTest() }) as [SplitName, Split][]; // Its own keys.
	const places = sets.flatMap(([split, set]) =>
		Array.from({ length: set.count }, (_, at): Place => {
			return { set, at, name: nameOf(split, set.origin?.rows[at] ?? at) };
		}),
	);
	const sifted = { sets: sets.map(([, set]) => set), order };
	const { seen, usual } = await observed(step, known, sifted, context);
	const own = { runtime: context.runtime, openSamples, threads: step.threads };
	const member = await readMember(fileMember(step.generalist, step.reading), known);
	const told = await noticesOn([member], known, own);
	const notices = [...(known.notices ?? []), ...(data.notices ?? []), ...placed, ...unlike, ...told];
	const { far, groups, rejected } = verdictsOf(step, usual, seen);
	const shape = pictureShape(data.sampleShape);
	const pictures = (members: readonly number[]): readonly SiftedPicture[] =>
		shape === undefined ? [] : members.slice(0, step.shown).map((index) => pictureOf(places, index, shape));
	const verdicts = new Map<number, Verdict>(rejected.map((at) => [at, "unknown"]));
	for (const at of far) verdicts.set(at, "garbage");
	const groupOf = new Map(groups.flatMap(({ members }, group) => members.map((at) => [at, group] as const)));
	return {
		classes: known.classes,
		...(shape === undefined ? {} : { shape }),
		skipped: data.skipped ?? 0,
		...(notices.length === 0 ? {} : { notices }),
		rejectBy,
		thresholds: usual.thresholds,
		samples: seen.map((one, at) => {
			const group = groupOf.get(at);
			return {
				name: places[at]?.name ?? "",
				verdict: verdicts.get(at) ?? "known",
				...(group === undefined ? {} : { group }),
				score: detectors[rejectBy].score(one),
				...nearestOf(one, known.classes),
			};
		}),
		groups: groups.map(({ members, ...group }) => ({
			...group,
			count: members.length,
			resembles: resembledBy(members, seen, step.temperature, known.classes),
			pictures: pictures(members),
		})),
		garbage: pictures(far),
	};
}

/** What is seen of all samples, and what is usual. */
async function observed(
	step: SiftStep,
	known: DataSet,
	{ sets, order }: { readonly sets: readonly SampleSet[]; readonly order: readonly number[] | undefined },
	context: { readonly runtime: Runtime },
): Promise<{ readonly seen: readonly Observation[]; readonly usual: Usual }> {
	const { observe, release } = await openObservers(step, known, context);
	try {
		const seen: Observation[] = [];
		for (const set of sets) for (const one of await observe(set, order)) seen.push(one);
		return { seen, usual: await usualOf(step, known, observe) };
	} finally {
		await release();
	}
}

/** Where a sample lies. */
interface Place {
	readonly set: SampleSet;
	readonly at: number;
	readonly name: string;
}

function pictureOf(places: readonly Place[], index: number, sampleShape: SampleShape): SiftedPicture {
	const place = places[index];
	if (place === undefined) throw new TypeError(`sift: expected one of the samples, got ${String(index)}`);
	return { index, pixels: pixelsOf({ ...place.set, sampleShape }, place.at) };
}

/** @throws LimbeckError (`usage`) for a detector that asks specialists. */
function refuseAsking(rejectBy: DetectorName): void {
	if (!asksSpecialists.includes(rejectBy)) return;
	const others = detectorNames.filter((name) => !asksSpecialists.includes(name));
	throw new LimbeckError("usage", {
		where: "rejectBy",
		expected: `a detector that asks the generalist alone: ${others.join(", ")}`,
		got: rejectBy,
		hint: "Give the folder of limbeck specialize as the model.",
	});
}

function sameShape(known: DataSet, data: DataSet): void {
	const [expected, got] = [known, data].map(({ sampleShape }) => `[${sampleShape.join(", ")}]`);
	if (expected === got) return;
	throw new LimbeckError("usage", {
		where: "data",
		expected: `samples ${expected ?? ""}, as the model's own data have`,
		got: got ?? "",
		hint: "Pictures: --set data.size=…, --set data.channels=…; numbers: --set data.shape='[…]'.",
	});
}

/**
 * Where a table has the columns of the one that is known, where that is elsewhere, and what should be known of that.
 *
 * @throws LimbeckError (`model`) for other columns; (`data`) for columns in another order in a shape of their own.
 */
function columnsOf(
	{ features: known, sampleShape }: DataSet,
	{ features }: DataSet,
): { readonly order?: readonly number[]; readonly notices: readonly Notice[] } {
	if (known === undefined && features === undefined) return { notices: [] };
	if (known === undefined || features === undefined) {
		const unnamed = known === undefined ? "the model's own data do" : "the data to be sifted do";
		return {
			notices: [{ code: "columns-by-position", text: `Columns are taken in their order: ${unnamed} not name them.` }],
		};
	}
	const order = columnOrder(known, features, "the columns of the model's own data");
	if (order === undefined) return { notices: [] };
	if (sampleShape.length > 1) {
		throw new LimbeckError("data", {
			where: "data",
			expected: `the columns of the model's own data, in their order: ${shortList(known)}`,
			got: shortList(features),
			hint: "Put the table's columns into this order: the model takes them in a shape of its own.",
		});
	}
	const text = `The columns are put into the order of the model's own data by their names: ${shortList(known)}.`;
	return { order, notices: [{ code: "columns-reordered", text }] };
}

function nearestOf({ logits }: Observation, classes: readonly string[]): Pick<SiftedSample, "nearest" | "probability"> {
	const p = softTargets(logits, 1);
	const probability = Math.max(...p);
	return { nearest: classes[p.indexOf(probability)] ?? "", probability };
}

function resembledBy(
	members: readonly number[],
	seen: readonly Observation[],
	temperature: number,
	classes: readonly string[],
): SiftedGroup["resembles"] {
	const sums = new Float64Array(classes.length);
	for (const at of members) {
		for (const [c, share] of softTargets(seen[at]?.logits ?? [], temperature).entries())
			sums[c] = (sums[c] ?? 0) + share;
	}
	return classes
		.map((name, c) => ({ name, share: (sums[c] ?? 0) / members.length }))
		.toSorted((a, b) => b.share - a.share)
		.slice(0, mostResembled);
}
