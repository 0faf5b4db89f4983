/** How well what a model was never shown can be told: detectors, and what becomes of what they reject. */
import type { DataSet, SampleSet, SampleShape, TestSet } from "../../data/data-set.js";
import { dataSetOf } from "../../data/index.js";
import { openSamples, readSamples } from "../../data/open-samples.js";
import type { DataChoice } from "../../data/options.js";
import { allocate, inMemory, type MemorySamples } from "../../data/samples.js";
import { LimbeckError } from "../../errors.js";
import { importModel } from "../../import/index.js";
import { acceptanceThreshold, auroc, falsePositiveRate, logSoftmaxRow, scaledLogits } from "../../metrics/index.js";
import { logitsRow } from "../../metrics/logits.js";
import { withoutHead } from "../../models/head.js";
import { readModelFile } from "../../onnx/file.js";
import type { OnnxModel } from "../../onnx/model.js";
import { elementCount } from "../../onnx/tensor.js";
import { normalizationOf } from "../../predict/metadata.js";
import { permutation, randomStream } from "../../random.js";
import type { Runtime } from "../../runtime/runtime.js";
import { activeSpecialists, specialistsOfClasses } from "../../specialists/combination.js";
import { createPredictor } from "../../train/predict.js";
import { readClusters } from "../specialists/clusters.js";
import { type DetectorName, detectorNames, detectors, type Observation } from "./detectors.js";
import { type GarbageKind, garbage, garbageKinds, garbageStream } from "./garbage.js";
import { groupsOf, squaredDistance } from "./groups.js";

/** What is to be judged, as plain data. */
export interface NoveltyStep {
	/** Its training and validation samples have no sample of the withheld classes. */
	readonly data: DataChoice;
	readonly withheld: readonly number[];
	/** Files of the generalist and its specialists, and of the specialists' classes. */
	readonly generalist: string;
	readonly specialists: readonly string[];
	readonly clusters: string;
	/** The detector that rejects samples, whose rejects are grouped. */
	readonly rejectBy: DetectorName;
	/** The most groups, and the temperature of the soft targets that are grouped. */
	readonly groups: number;
	readonly temperature: number;
	readonly seed: number;
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

/** What a sample of the stream is. */
export type NoveltyKind = "known" | "novel" | GarbageKind;

/** A group of rejected samples. */
export interface RejectedGroup {
	readonly coherence: number;
	/** How many of each kind are in it. */
	readonly kinds: Readonly<Record<NoveltyKind, number>>;
	/** Whether it is taken for a category that is yet to be named. */
	readonly candidate: boolean;
}

/** What was found out. */
export interface NoveltyOutcome {
	readonly counts: Readonly<Record<NoveltyKind, number>>;
	readonly detectors: Readonly<Record<DetectorName, Detection>>;
	/** Rejected by a threshold that accepts 95 % of the validation samples. */
	readonly rejected: Readonly<Record<NoveltyKind, number>>;
	/** Of these, further from all that is known than garbage that is made from validation samples: garbage. */
	readonly far: Readonly<Record<NoveltyKind, number>>;
	/** Of the others. */
	readonly groups: readonly RejectedGroup[];
	/** Share of known accepted, novel in a candidate, and garbage rejected and in none; each of the three counts a third. */
	readonly threeWay: number;
	/** Share of the samples in candidates that are novel; 0 without candidates. */
	readonly purity: number;
	/** Share of the novel samples that are in candidates. */
	readonly found: number;
}

/** A group is taken for a category from this coherence and this share of the grouped samples on. */
const leastCoherence = 0.5;
const leastShare = 0.05;
/** Training samples that distances are measured from, and which of the nearest counts. */
const references = 2000;
const neighbour = 10;

/**
 * Judges a generalist and its specialists on a stream: test samples of classes that they know, those of the withheld
 * classes, and garbage made from the former. Thresholds come from validation samples and garbage made from those. What is
 * rejected and is not as far from all that is known as garbage is grouped in the space of the generalist's soft targets.
 *
 * @param openTest - called when all that does not need it is done.
 * @throws LimbeckError (`model`, `data`, `file`).
 */
export async function judge(
	step: NoveltyStep,
	openTest: () => Promise<TestSet>,
	context: { readonly runtime: Runtime },
): Promise<NoveltyOutcome> {
	const data = await dataSetOf(step.data).load(step.data);
	const observe = await observerOf(step, data, context);
	const validation = await observe(data.validation);
	const own = Array<NoveltyKind>(data.validation.count).fill("known");
	const made = withGarbage(data.validation, data.sampleShape, own, "validation", step.seed);
	const madeUp = (await observe(made.set)).slice(data.validation.count);
	const stream = streamOf(await openTest(), step);
	const seen = await observe(stream.set);
	const of = (wanted: (kind: NoveltyKind) => boolean) => seen.filter((_, k) => wanted(stream.kinds[k] ?? "known"));
	const isGarbage = (kind: NoveltyKind): boolean => kind !== "known" && kind !== "novel";
	const [known, novel, rubbish] = [of((kind) => kind === "known"), of((kind) => kind === "novel"), of(isGarbage)];
	const told = detectorNames.map((name): readonly [DetectorName, Detection] => {
		const { score } = detectors[name];
		const [usual, unusual, none] = [known.map(score), novel.map(score), rubbish.map(score)];
		return [
			name,
			{
				...{ aurocNovel: auroc(usual, unusual), aurocGarbage: auroc(usual, none) },
				acceptedNovel: falsePositiveRate(usual, unusual),
				acceptedGarbage: falsePositiveRate(usual, none),
			},
		];
	});
	return {
		counts: tally(stream.kinds),
		// Every detector is there: the names are the table's.
		detectors: Object.fromEntries(told) as Record<DetectorName, Detection>,
		...sorted(step, thresholdsOf(step, validation, madeUp), seen, stream.kinds),
	};
}

/** By what samples are sorted, all from validation. */
interface Thresholds {
	/** Of the detector that rejects. */
	readonly score: number;
	/** Of the distance, from which on a sample is garbage. */
	readonly far: number;
}

/** Accepts 95 % of the validation samples; takes 95 % of garbage that is made from them for garbage. */
function thresholdsOf(
	{ rejectBy }: NoveltyStep,
	validation: readonly Observation[],
	madeUp: readonly Observation[],
): Thresholds {
	const distances = (some: readonly Observation[], sign: number): readonly number[] =>
		some.map(({ distance }) => sign * distance);
	return {
		score: acceptanceThreshold(validation.map(detectors[rejectBy].score), 0.95),
		far: Math.max(
			-acceptanceThreshold(distances(madeUp, -1), 0.95),
			acceptanceThreshold(distances(validation, 1), 0.95),
		),
	};
}

/** What becomes of the stream: accepted, in a group that may be a category, or neither. */
function sorted(
	{ rejectBy, groups: most, temperature, seed }: NoveltyStep,
	thresholds: Thresholds,
	seen: readonly Observation[],
	kinds: readonly NoveltyKind[],
): Pick<NoveltyOutcome, "rejected" | "far" | "groups" | "threeWay" | "purity" | "found"> {
	const { score } = detectors[rejectBy];
	const isFar = (at: number): boolean => (seen[at]?.distance ?? 0) > thresholds.far;
	const rejected = seen.flatMap((one, at) => (score(one) > thresholds.score || isFar(at) ? [at] : []));
	const near = rejected.filter((at) => !isFar(at));
	const points = near.map((at) => {
		const soft = scaledLogits(Float32Array.from(seen[at]?.logits ?? []), temperature);
		return logSoftmaxRow(soft).map(Math.exp);
	});
	const kindOf = (at: number): NoveltyKind => kinds[at] ?? "known";
	const groups = (points.length === 0 ? [] : groupsOf(points, most, seed)).map(({ members, coherence }) => ({
		...{ coherence, members: members.map((member) => near[member] ?? 0) },
		candidate: coherence >= leastCoherence && members.length >= leastShare * near.length,
	}));
	const candidates = groups.flatMap(({ candidate, members }) => (candidate ? members : []));
	const inCandidates = new Set(candidates);
	const counts = tally(kinds);
	const garbageCount = kinds.length - counts.known - counts.novel;
	const novelFound = candidates.filter((at) => kindOf(at) === "novel").length;
	const knownAccepted = counts.known - rejected.filter((at) => kindOf(at) === "known").length;
	const garbageOut = rejected.filter((at) => !inCandidates.has(at) && !["known", "novel"].includes(kindOf(at))).length;
	return {
		rejected: tally(rejected.map(kindOf)),
		far: tally(rejected.filter(isFar).map(kindOf)),
		groups: groups
			.map(({ coherence, members, candidate }) => ({ coherence, candidate, kinds: tally(members.map(kindOf)) }))
			.toSorted((a, b) => b.coherence - a.coherence),
		threeWay: (knownAccepted / counts.known + novelFound / counts.novel + garbageOut / garbageCount) / 3,
		purity: candidates.length === 0 ? 0 : novelFound / candidates.length,
		found: novelFound / counts.novel,
	};
}

function tally(kinds: readonly NoveltyKind[]): Record<NoveltyKind, number> {
	const counts = { known: 0, novel: 0, noise: 0, shuffled: 0, blank: 0 };
	for (const kind of kinds) counts[kind] += 1;
	return counts;
}

/** Samples, and what each is. */
interface Stream {
	readonly set: SampleSet;
	readonly kinds: readonly NoveltyKind[];
}

/** The test samples, and garbage made from those that are known. */
function streamOf(test: TestSet, { withheld, seed }: NoveltyStep): Stream {
	const own = Array.from(test.labels, (label): NoveltyKind => (withheld.includes(label) ? "novel" : "known"));
	const novel = own.filter((kind) => kind === "novel").length;
	if (novel > 0 && novel < test.count) return withGarbage(test, test.sampleShape, own, "test", seed);
	const [expected, got] = ["some classes of the test split, not all", `[${withheld.join(", ")}]`];
	throw new LimbeckError("usage", { where: "withheld", expected, got });
}

/** Samples with garbage behind them: of each kind a thirtieth of their number. */
function withGarbage(
	split: SampleSet,
	sampleShape: SampleShape,
	own: readonly NoveltyKind[],
	name: "validation" | "test",
	seed: number,
): Stream {
	const { count } = split;
	const size = elementCount(sampleShape);
	const all = readSamples(
		split,
		sampleShape,
		Uint32Array.from({ length: count }, (_, at) => at),
	);
	const each = Math.ceil(count / garbageShare);
	const kinds = [...own, ...garbageKinds.flatMap((kind) => Array<NoveltyKind>(each).fill(kind))];
	const data = allocate(all, kinds.length * size);
	data.set(all.data);
	const [least, greatest] = rangeOf(all);
	const knownAt = own.flatMap((kind, at) => (kind === "known" ? [at] : []));
	let at = count;
	for (const kind of garbageKinds) {
		const stream = garbageStream(seed, name, kind);
		for (let index = 0; index < each; index++, at++) {
			const from = (knownAt[index % knownAt.length] ?? 0) * size;
			const sample = all.data.subarray(from, from + size);
			garbage[kind]({ sample, least, greatest }, stream, index, data.subarray(at * size, (at + 1) * size));
		}
	}
	return { set: { count: kinds.length, samples: inMemory(data) }, kinds };
}

/** So many samples have one of each kind of garbage. */
const garbageShare = 30;

/** Bytes may be anything; other numbers stay within those that there are. */
function rangeOf(samples: MemorySamples): readonly [least: number, greatest: number] {
	if (samples.type === "uint8") return [0, 255];
	let [least, greatest] = [Infinity, -Infinity];
	for (const value of samples.data) [least, greatest] = [Math.min(least, value), Math.max(greatest, value)];
	return [least, greatest];
}

/** Asks generalist and specialists about samples. */
async function observerOf(
	{ generalist: file, specialists: files, clusters, seed, threads }: NoveltyStep,
	data: DataSet,
	{ runtime }: { readonly runtime: Runtime },
): Promise<(set: SampleSet) => Promise<readonly Observation[]>> {
	const model = await readModelFile(file);
	const { specialists: sets } = await readClusters(clusters);
	const asking = async (asked: OnnxModel, set: SampleSet, where: string): Promise<Float32Array> => {
		const predictor = await createPredictor(runtime, asked, {
			...{ sampleShape: data.sampleShape, normalization: normalizationOf(model, file), where, openSamples },
			...(threads === undefined ? {} : { threads }),
		});
		try {
			return await predictor.logits(set);
		} finally {
			await predictor.release();
		}
	};
	const body = withoutHead(importModel(model));
	const features = async (set: SampleSet): Promise<readonly Float32Array[]> =>
		rowsOf(await asking(body, set, `${file} without its last layer`), set.count).map(ofLengthOne);
	const { train } = data;
	const chosen = permutation(randomStream(seed, "novelty/references"), 0, train.count).subarray(0, references).sort();
	const known = await features({ count: chosen.length, samples: readSamples(train, data.sampleShape, chosen) });
	const read = await Promise.all(files.map((path) => readModelFile(path)));
	const specialistsOf = specialistsOfClasses(sets, data.classes.length);
	return async (set) => {
		const logits = await asking(model, set, file);
		const inner = await features(set);
		const answers: (readonly Float32Array[])[] = [];
		for (const [m, specialist] of read.entries()) {
			answers.push(rowsOf(await asking(specialist, set, files[m] ?? ""), set.count));
		}
		return Array.from({ length: set.count }, (_, sample): Observation => {
			const row = logitsRow(logits, sample, data.classes.length);
			const asked = activeSpecialists(row, specialistsOf);
			return {
				logits: row,
				distance: distanceTo(known, inner[sample] ?? []),
				answers: asked.map((m) => ({
					classes: sets[m] ?? [],
					probabilities: logSoftmaxRow(answers[m]?.[sample] ?? []).map(Math.exp),
				})),
			};
		});
	};
}

function rowsOf(values: Float32Array, count: number): readonly Float32Array[] {
	const width = values.length / count;
	return Array.from({ length: count }, (_, row) => values.subarray(row * width, (row + 1) * width));
}

function ofLengthOne(row: Float32Array): Float32Array {
	const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
	return length === 0 ? row : row.map((value) => value / length);
}

/** The distance from the k-th nearest. */
function distanceTo(known: readonly Float32Array[], row: ArrayLike<number>): number {
	const squares = Float64Array.from(known, (other) => squaredDistance(row, other)).sort();
	return Math.sqrt(squares[Math.min(neighbour, squares.length) - 1] ?? 0);
}
