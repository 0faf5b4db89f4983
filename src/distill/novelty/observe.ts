/** What a generalist and its specialists say of samples, and how far these are from what it was trained on. */
import type { DataSet, SampleSet, SampleShape } from "../../data/data-set.js";
import { openSamples, readSamples } from "../../data/open-samples.js";
import type { MemorySamples } from "../../data/samples.js";
import { importModel } from "../../import/index.js";
import { logSoftmaxRow } from "../../metrics/index.js";
import { logitsRow } from "../../metrics/logits.js";
import { withoutHead } from "../../models/head.js";
import { readModelFile } from "../../onnx/file.js";
import type { OnnxModel } from "../../onnx/model.js";
import { elementCount } from "../../onnx/tensor.js";
import { perChannel, unitOf } from "../../predict/normalizer.js";
import { permutation, randomStream } from "../../random.js";
import type { Runtime } from "../../runtime/runtime.js";
import { activeSpecialists, specialistsOfClasses } from "../../specialists/combination.js";
import { readOutput } from "../../train/ensemble.js";
import { createPredictor, type Predictor } from "../../train/predict.js";
import { offsetsOf } from "../../train/stored-preprocessing.js";
import { alignData } from "../align-data.js";
import { finiteAnswers, withModel } from "../evaluated-model.js";
import { readMember } from "../teachers/open.js";
import { type FileReading, fileMember } from "../teachers/sources.js";
import type { Observation } from "./detectors.js";

/** Who observes. */
export interface Observers {
	/** The generalist's file. */
	readonly generalist: string;
	/** The specialists' files, with the classes of each; none where there is a generalist alone. */
	readonly specialists: readonly { readonly file: string; readonly classes: readonly number[] }[];
	/** How the generalist's file is read, where that is not as it turns out to be. */
	readonly reading?: FileReading;
	/** Draws the training samples that distances are measured from. */
	readonly seed: number;
	readonly threads?: number | undefined;
}

/**
 * Observes samples of the data's shape, in their order.
 *
 * @param columns - where the samples have each of the data's columns, where that is elsewhere.
 */
export type Observe = (set: SampleSet, columns?: readonly number[]) => Promise<readonly Observation[]>;

/** Training samples that distances are measured from, in the last hidden layer and in the input, which is longer. */
const references = { hidden: 2000, input: 500 };
const nothing = new Float32Array();
/** Which of the nearest counts. */
const neighbour = 10;
/** The most elements of an input that a distance is measured in; of a longer one they lie evenly. */
const mostElements = 1024;
/** Samples that are looked at together. */
const batch = 1000;

/**
 * Opens a generalist and its specialists to observe samples, does the work and closes them.
 *
 * @param data - what the generalist was trained on.
 * @throws LimbeckError (`model`, `file`) for files that are no classifiers of these data, or a generalist whose last layer
 * is not fully connected.
 */
export async function withObservers<T>(
	{ generalist: file, specialists, reading, seed, threads }: Observers,
	data: DataSet,
	{ runtime }: { readonly runtime: Runtime },
	work: (observe: Observe) => Promise<T>,
): Promise<T> {
	const { classes, sampleShape, features: columns, pixelScale, train } = data;
	const own = threads === undefined ? {} : { threads };
	const member = fileMember(file, reading);
	const classifier = await readMember(member, data);
	const { normalization } = classifier;
	const read = async (path: string): Promise<OnnxModel> => alignData(await readModelFile(path), data, path).model;
	const opened: Predictor[] = [];
	const open = async (one: OnnxModel, where: string): Promise<Predictor> => {
		const predictor = await createPredictor(runtime, one, { sampleShape, normalization, where, openSamples, ...own });
		opened.push(predictor);
		return predictor;
	};
	try {
		const body = await open(
			withoutHead(importModel(readOutput(classifier, classes).model)),
			`${file} without its last layer`,
		);
		const asked: Predictor[] = [];
		for (const { file: path } of specialists) asked.push(await open(await read(path), path));
		const features = async (set: SampleSet): Promise<readonly Float32Array[]> =>
			rowsOf(await body.logits(set), set.count).map(ofLengthOne);
		const drawn = permutation(randomStream(seed, "novelty/references"), 0, train.count);
		const some = (count: number): ReadSet => rowsIn(train, sampleShape, drawn.slice(0, count).sort());
		const known = { hidden: await features(some(references.hidden)), input: inputsOf(some(references.input), data) };
		const specialistsOf = specialistsOfClasses(
			specialists.map(({ classes: sets }) => sets),
			classes.length,
		);
		const about = { classes, sampleShape, features: columns, pixelScale, probe: data.validation, ...own };
		const source = reading === undefined ? file : ({ members: [member], combine: "arithmetic" } as const);
		return await withModel(source, about, runtime, async (whole) => {
			const observeSome = async (set: ReadSet): Promise<readonly Observation[]> => {
				const { logits } = await finiteAnswers(whole, set, classes.length, "given");
				const [hidden, inputs] = [await features(set), inputsOf(set, data)];
				const answers: (readonly Float32Array[])[] = [];
				for (const specialist of asked) answers.push(rowsOf(await specialist.logits(set), set.count));
				return Array.from({ length: set.count }, (_, sample): Observation => {
					// A copy: the row of a batch would keep all of it.
					const row = Float32Array.from(logitsRow(logits, sample, classes.length));
					return {
						logits: row,
						distance: distanceTo(known.hidden, hidden[sample] ?? nothing),
						inputDistance: distanceTo(known.input, inputs[sample] ?? nothing),
						answers: activeSpecialists(row, specialistsOf).map((m) => ({
							classes: specialists[m]?.classes ?? [],
							probabilities: logSoftmaxRow(answers[m]?.[sample] ?? []).map(Math.exp),
						})),
					};
				});
			};
			const observeAll: Observe = async (set, columns) => {
				const seen: Observation[] = [];
				for (let from = 0; from < set.count; from += batch) {
					const rows = Uint32Array.from({ length: Math.min(batch, set.count - from) }, (_, at) => from + at);
					const read = rowsIn(set, sampleShape, rows);
					for (const one of await observeSome(columns === undefined ? read : reordered(read, columns))) seen.push(one);
				}
				return seen;
			};
			return work(observeAll);
		});
	} finally {
		for (const predictor of opened) await predictor.release();
	}
}

/** Samples that have been read. */
type ReadSet = SampleSet & { readonly samples: MemorySamples };

function rowsIn(set: SampleSet, sampleShape: SampleShape, rows: Uint32Array): ReadSet {
	return { count: rows.length, samples: readSamples(set, sampleShape, rows) };
}

/** Rows of a table with their columns in another order. */
function reordered({ count, samples }: ReadSet, columns: readonly number[]): ReadSet {
	const width = columns.length;
	const data = samples.data.map((_, at) => samples.data[at - (at % width) + (columns[at % width] ?? 0)] ?? 0);
	const own = offsetsOf(samples);
	const offsets = own === undefined ? {} : { offsets: columns.map((from) => own[from] ?? 0) };
	// Data of the same type, as it was made of them.
	return { count, samples: { ...samples, data, ...offsets } as MemorySamples };
}

/** Elements of samples as the network takes them, but for the mean, which changes no distance. */
function inputsOf(set: ReadSet, { sampleShape, normalization, train }: DataSet): readonly Float32Array[] {
	const { type, data } = set.samples;
	const [own, reference] = [offsetsOf(set.samples), offsetsOf(train.samples)];
	const { std } = perChannel(normalization, sampleShape);
	const [size, area] = [elementCount(sampleShape), elementCount(sampleShape.slice(1))];
	const count = Math.min(size, mostElements);
	const places = Uint32Array.from({ length: count }, (_, i) => Math.floor((i * size) / count));
	const scales = Float32Array.from(places, (place) => {
		return 1 / (unitOf[type] * (std[std.length === 1 ? 0 : Math.floor(place / area)] ?? 1));
	});
	// What was subtracted from these samples beyond what was from those that they are compared with.
	const shifts = Float64Array.from(places, (place) => {
		const channel = Math.floor(place / area);
		return (own?.[channel] ?? 0) - (reference?.[channel] ?? 0);
	});
	return Array.from({ length: set.count }, (_, at) =>
		scales.map((scale, i) => scale * ((data[at * size + (places[i] ?? 0)] ?? 0) + (shifts[i] ?? 0))),
	);
}

function rowsOf(values: Float32Array, count: number): readonly Float32Array[] {
	const width = values.length / count;
	return Array.from({ length: count }, (_, row) => values.subarray(row * width, (row + 1) * width));
}

function ofLengthOne(row: Float32Array): Float32Array {
	const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
	return length === 0 ? row : row.map((value) => value / length);
}

/** The distance from the k-th nearest, or from the furthest of fewer. */
function distanceTo(known: readonly Float32Array[], row: Float32Array): number {
	// The squares of the least distances so far, rising.
	const least = new Float64Array(Math.min(neighbour, known.length)).fill(Infinity);
	for (const other of known) {
		const most = least.at(-1) ?? Infinity;
		const square = squaredBelow(other, row, most);
		if (square >= most) continue;
		least[least.length - 1] = square;
		least.sort();
	}
	return Math.sqrt(least.at(-1) ?? 0);
}

/** The squared distance; some number from `most` on where it is no less than that. */
function squaredBelow(a: Float32Array, b: Float32Array, most: number): number {
	let sum = 0;
	for (let from = 0; from < a.length && sum < most; from += stretch) {
		for (let i = from; i < Math.min(from + stretch, a.length); i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
	}
	return sum;
}

/** Elements between two looks at whether a distance is too great already. */
const stretch = 64;
