/** What a generalist and its specialists say of samples, and how far these are from what it was trained on. */
import type { DataSet, SampleSet } from "../../data/data-set.js";
import { openSamples, readSamples } from "../../data/open-samples.js";
import { importModel } from "../../import/index.js";
import { logSoftmaxRow } from "../../metrics/index.js";
import { logitsRow } from "../../metrics/logits.js";
import { withoutHead } from "../../models/head.js";
import { readModelFile } from "../../onnx/file.js";
import type { OnnxModel } from "../../onnx/model.js";
import { elementCount } from "../../onnx/tensor.js";
import { normalizationOf } from "../../predict/metadata.js";
import { perChannel, unitOf } from "../../predict/normalizer.js";
import { permutation, randomStream } from "../../random.js";
import type { Runtime } from "../../runtime/runtime.js";
import { activeSpecialists, specialistsOfClasses } from "../../specialists/combination.js";
import { createPredictor } from "../../train/predict.js";
import { finiteAnswers, withModel } from "../evaluated-model.js";
import type { Observation } from "./detectors.js";

/** Who observes. */
export interface Observers {
	/** The generalist's file. */
	readonly generalist: string;
	/** The specialists' files, with the classes of each; none where there is a generalist alone. */
	readonly specialists: readonly { readonly file: string; readonly classes: readonly number[] }[];
	/** Draws the training samples that distances are measured from. */
	readonly seed: number;
	readonly threads?: number;
}

/** Observes samples of the data's shape, in their order. */
export type Observe = (set: SampleSet) => Promise<readonly Observation[]>;

/** Training samples that distances are measured from, in the last hidden layer and in the input, which is longer. */
const references = { hidden: 2000, input: 500 };
const nothing = new Float32Array();
/** Which of the nearest counts. */
const neighbour = 10;

/**
 * Opens a generalist and its specialists to observe samples.
 *
 * @param data - what the generalist was trained on.
 * @throws LimbeckError (`model`, `file`) for files that are no classifiers of these data, or a generalist whose last layer
 * is not fully connected.
 */
export async function observerOf(
	{ generalist: file, specialists, seed, threads }: Observers,
	data: DataSet,
	{ runtime }: { readonly runtime: Runtime },
): Promise<Observe> {
	const { classes, sampleShape, train } = data;
	const own = threads === undefined ? {} : { threads };
	const model = await readModelFile(file);
	const asking = async (asked: OnnxModel, set: SampleSet, where: string): Promise<Float32Array> => {
		const normalization = normalizationOf(model, file);
		const predictor = await createPredictor(runtime, asked, { sampleShape, normalization, where, openSamples, ...own });
		try {
			return await predictor.logits(set);
		} finally {
			await predictor.release();
		}
	};
	const asked = { classes, sampleShape, probe: data.validation, ...own };
	const logitsOf = (set: SampleSet): Promise<Float32Array> =>
		withModel(file, asked, runtime, async (opened) => {
			return (await finiteAnswers(opened, set, classes.length, "given")).logits;
		});
	const body = withoutHead(importModel(model));
	const features = async (set: SampleSet): Promise<readonly Float32Array[]> =>
		rowsOf(await asking(body, set, `${file} without its last layer`), set.count).map(ofLengthOne);
	const drawn = permutation(randomStream(seed, "novelty/references"), 0, train.count);
	const some = (count: number): SampleSet => {
		const rows = drawn.slice(0, count).sort();
		return { count: rows.length, samples: readSamples(train, sampleShape, rows) };
	};
	const known = await features(some(references.hidden));
	const knownInputs = inputsOf(some(references.input), data);
	const read = await Promise.all(specialists.map(({ file: path }) => readModelFile(path)));
	const specialistsOf = specialistsOfClasses(
		specialists.map(({ classes: sets }) => sets),
		classes.length,
	);
	return async (set) => {
		const logits = await logitsOf(set);
		const inner = await features(set);
		const inputs = inputsOf(set, data);
		const answers: (readonly Float32Array[])[] = [];
		for (const [m, specialist] of read.entries()) {
			answers.push(rowsOf(await asking(specialist, set, specialists[m]?.file ?? ""), set.count));
		}
		return Array.from({ length: set.count }, (_, sample): Observation => {
			const row = logitsRow(logits, sample, classes.length);
			return {
				logits: row,
				distance: distanceTo(known, inner[sample] ?? nothing),
				inputDistance: distanceTo(knownInputs, inputs[sample] ?? nothing),
				answers: activeSpecialists(row, specialistsOf).map((m) => ({
					classes: specialists[m]?.classes ?? [],
					probabilities: logSoftmaxRow(answers[m]?.[sample] ?? []).map(Math.exp),
				})),
			};
		});
	};
}

/** Samples as the network takes them, but for the mean, which changes no distance. */
function inputsOf(set: SampleSet, { sampleShape, normalization }: DataSet): readonly Float32Array[] {
	const all = Uint32Array.from({ length: set.count }, (_, at) => at);
	const { type, data } = readSamples(set, sampleShape, all);
	const { std } = perChannel(normalization, sampleShape);
	const area = elementCount(sampleShape.slice(1));
	const size = elementCount(sampleShape);
	const scales = Float32Array.from({ length: size }, (_, i) => {
		return 1 / (unitOf[type] * (std[std.length === 1 ? 0 : Math.floor(i / area)] ?? 1));
	});
	return Array.from(all, (at) => scales.map((scale, i) => scale * (data[at * size + i] ?? 0)));
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
