/** How well what a model was never shown can be told: detectors, and what becomes of what they reject. */
import { classData } from "../../data/class-data.js";
import type { TestSet } from "../../data/data-set.js";
import { dataSetOf } from "../../data/index.js";
import type { DataChoice } from "../../data/options.js";
import { LimbeckError } from "../../errors.js";
import { auroc, falsePositiveRate } from "../../metrics/index.js";
import type { Runtime } from "../../runtime/runtime.js";
import { readClusters } from "../specialists/clusters.js";
import { type DetectorName, detectorNames, detectors, type Observation } from "./detectors.js";
import type { GarbageKind } from "./garbage.js";
import { foreignSamples, garbageFrom } from "./garbage-samples.js";
import { openObservers } from "./observe.js";
import { type SortingOptions, type UnknownGroup, usualOf, type Verdicts, verdictsOf } from "./verdicts.js";

/** What is to be judged, as plain data. */
export interface NoveltyStep extends SortingOptions {
	/** Its training and validation samples have no sample of the withheld classes. */
	readonly data: DataChoice;
	readonly withheld: readonly number[];
	/** Other data, whose pictures are garbage here. */
	readonly foreign?: DataChoice | undefined;
	/** Files of the generalist and its specialists, and of the specialists' classes. */
	readonly generalist: string;
	readonly specialists: readonly string[];
	readonly clusters: string;
	readonly threads?: number;
}

/** What a detector tells apart on the test stream. */
export interface Detection {
	/** Area under the ROC: known test samples against those of withheld classes, and against garbage. */
	readonly aurocNovel: number;
	readonly aurocGarbage: number;
	/** Share that is accepted where 95 % of the known test samples are. */
	readonly acceptedNovel: number;
	readonly acceptedGarbage: number;
}

/** Kinds of samples that are neither of a known class nor of a withheld one; foreign ones are of other data. */
export type RubbishKind = GarbageKind | "foreign";

/** What a sample of the stream is. */
export type NoveltyKind = "known" | "novel" | RubbishKind;

/** How many of each kind. */
export type Tally = Readonly<Record<NoveltyKind, number>>;

/** A group of rejected samples. */
export interface RejectedGroup extends Omit<UnknownGroup, "members"> {
	/** How many of each kind are in it. */
	readonly kinds: Tally;
}

/** What was found out. */
export interface NoveltyOutcome {
	readonly counts: Tally;
	readonly detectors: Readonly<Record<DetectorName, Detection>>;
	/** Rejected by a threshold that accepts 95 % of the validation samples. */
	readonly rejected: Tally;
	/** Of these, further from all that is known than garbage that is made from validation samples: garbage. */
	readonly far: Tally;
	/** Of the others. */
	readonly groups: readonly RejectedGroup[];
	/** Share of known accepted, novel in a candidate, and garbage rejected and in none; each of the three counts a third. */
	readonly threeWay: number;
	/** Share of the novel samples that are in candidates. */
	readonly found: number;
}

/**
 * Judges a generalist and its specialists on a stream: test samples of classes that they know, those of the withheld
 * classes, and garbage made from the former or taken from other data. Thresholds come from validation samples and garbage
 * made from those.
 *
 * @param openTest - called when all that does not need it is done.
 * @throws LimbeckError (`model`, `data`, `file`, `usage`).
 */
export async function judge(
	step: NoveltyStep,
	openTest: () => Promise<TestSet>,
	context: { readonly runtime: Runtime },
): Promise<NoveltyOutcome> {
	const { data: choice, generalist, specialists: files, clusters, foreign, seed, threads } = step;
	const data = classData(await dataSetOf(choice).load(choice), "novelty");
	const { specialists: sets } = await readClusters(clusters);
	const specialists = files.map((file, m) => ({ file, classes: sets[m] ?? [] }));
	const { observe, release } = await openObservers({ generalist, specialists, seed, threads }, data, context);
	try {
		const usual = await usualOf(step, data, observe);
		const test = await openTest();
		const { sampleShape } = test;
		const ownKinds = kindsOf(test, step);
		const rows = ownKinds.flatMap((kind, at) => (kind === "known" ? [at] : []));
		const made = garbageFrom({ set: test, sampleShape, split: "test", rows }, seed);
		const other = foreign === undefined ? undefined : await foreignSamples(foreign, test, sampleShape, seed);
		const seen = [
			...(await observe(test)),
			...(await observe(made.set)),
			...(other === undefined ? [] : await observe(other.set)),
		];
		const kinds: readonly NoveltyKind[] = [...ownKinds, ...made.kinds, ...(other?.kinds ?? [])];
		return outcomeOf(verdictsOf(step, usual, seen), seen, kinds);
	} finally {
		await release();
	}
}

/** What detectors and verdicts are worth, by what the samples are. */
function outcomeOf(verdicts: Verdicts, seen: readonly Observation[], kinds: readonly NoveltyKind[]): NoveltyOutcome {
	const of = (wanted: (kind: NoveltyKind) => boolean) => seen.filter((_, at) => wanted(kinds[at] ?? "known"));
	const [known, novel, rubbish] = [of((kind) => kind === "known"), of((kind) => kind === "novel"), of(isRubbish)];
	const told = detectorNames.map((name): readonly [DetectorName, Detection] => {
		const { score } = detectors[name];
		const [usual, unusual, none] = [known.map(score), novel.map(score), rubbish.map(score)];
		return [
			name,
			{
				aurocNovel: auroc(usual, unusual),
				aurocGarbage: auroc(usual, none),
				acceptedNovel: falsePositiveRate(usual, unusual),
				acceptedGarbage: falsePositiveRate(usual, none),
			},
		];
	});
	return {
		counts: tallyOf(kinds),
		// Every detector is there: the names are the table's.
		detectors: Object.fromEntries(told) as Record<DetectorName, Detection>,
		...judged(verdicts, kinds),
	};
}

/** What the verdicts are worth, by what the samples are. */
function judged(
	{ rejected, far, groups }: Verdicts,
	kinds: readonly NoveltyKind[],
): Pick<NoveltyOutcome, "rejected" | "far" | "groups" | "threeWay" | "found"> {
	const kindOf = (at: number): NoveltyKind => kinds[at] ?? "known";
	const candidates = groups.flatMap(({ candidate, members }) => (candidate ? members : []));
	const inCandidates = new Set(candidates);
	const counts = tallyOf(kinds);
	const novelFound = candidates.filter((at) => kindOf(at) === "novel").length;
	const knownAccepted = counts.known - rejected.filter((at) => kindOf(at) === "known").length;
	const rubbishOut = rejected.filter((at) => !inCandidates.has(at) && isRubbish(kindOf(at))).length;
	const shares = [knownAccepted / counts.known, novelFound / counts.novel, rubbishOut / rubbishIn(counts)];
	return {
		rejected: tallyOf(rejected.map(kindOf)),
		far: tallyOf(far.map(kindOf)),
		groups: groups.map(({ members, ...group }) => ({ ...group, kinds: tallyOf(members.map(kindOf)) })),
		threeWay: shares.reduce((sum, share) => sum + share, 0) / shares.length,
		found: novelFound / counts.novel,
	};
}

function isRubbish(kind: NoveltyKind): kind is RubbishKind {
	return kind !== "known" && kind !== "novel";
}

/** How many are neither known nor novel. */
export function rubbishIn(tally: Tally): number {
	return Object.values(tally).reduce((sum, count) => sum + count, 0) - tally.known - tally.novel;
}

function tallyOf(kinds: readonly NoveltyKind[]): Tally {
	const counts = { known: 0, novel: 0, noise: 0, shuffled: 0, blank: 0, foreign: 0 };
	for (const kind of kinds) counts[kind] += 1;
	return counts;
}

/** Which test samples are of a class that is known. */
function kindsOf({ labels, count }: TestSet, { withheld }: NoveltyStep): readonly ("known" | "novel")[] {
	const kinds = Array.from(labels, (label) => (withheld.includes(label) ? "novel" : "known"));
	const novel = kinds.filter((kind) => kind === "novel").length;
	if (novel > 0 && novel < count) return kinds;
	const [expected, got] = ["some classes of the test split, not all", `[${withheld.join(", ")}]`];
	throw new LimbeckError("usage", { where: "withheld", expected, got });
}
