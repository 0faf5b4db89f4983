/** What a generalist and its specialists say of samples, and how far these are from what it was trained on. */
import type { DataSet, SampleSet } from "../../data/data-set.js";
import { openSamples } from "../../data/open-samples.js";
import { importModel } from "../../import/index.js";
import { logSoftmaxRow } from "../../metrics/index.js";
import { logitsRow } from "../../metrics/logits.js";
import { withoutHead } from "../../models/head.js";
import { readModelFile } from "../../onnx/file.js";
import type { OnnxModel } from "../../onnx/model.js";
import { permutation, randomStream } from "../../random.js";
import type { Runtime } from "../../runtime/runtime.js";
import { activeSpecialists, specialistsOfClasses } from "../../specialists/combination.js";
import { readOutput } from "../../train/ensemble.js";
import { createPredictor, type Predictor } from "../../train/predict.js";
import { alignData } from "../align-data.js";
import { finiteAnswers, type OpenedModel, openModel } from "../evaluated-model.js";
import { readMember } from "../teachers/open.js";
import { type FileReading, fileMember } from "../teachers/sources.js";
import type { Observation } from "./detectors.js";
import { distanceTo, ofLengthOne } from "./distance.js";
import { inputsOf, type ReadSet, reordered, rowsIn } from "./read-samples.js";

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

/** Observers that are open. */
export interface OpenObservers {
	readonly observe: Observe;
	/** Frees the native memory. */
	readonly release: () => Promise<void>;
}

/** Training samples that distances are measured from, in the last hidden layer and in the input, which is longer. */
const references = { hidden: 2000, input: 500 };
const nothing = new Float32Array();
/** Samples that are looked at together. */
const batch = 1000;

/**
 * Opens a generalist and its specialists to observe samples.
 *
 * @param data - what the generalist was trained on.
 * @throws LimbeckError (`model`, `file`) for files that are no classifiers of these data, or a generalist whose last layer
 * is not fully connected.
 */
export async function openObservers(
	observers: Observers,
	data: DataSet,
	{ runtime }: { readonly runtime: Runtime },
): Promise<OpenObservers> {
	const opened: Pick<Predictor, "release">[] = [];
	const release = async (): Promise<void> => {
		for (const one of opened) await one.release();
	};
	try {
		const models = await openModels(observers, data, runtime, (one) => opened.push(one));
		const near = await nearby(models.body, data, observers.seed);
		const heard = answersOf(models.specialists, observers.specialists, data.classes.length);
		const observeSome = async (set: ReadSet): Promise<readonly Observation[]> => {
			const { logits } = await finiteAnswers(models.whole, set, data.classes.length, "given");
			const [distances, answers] = [await near(set), await heard(set)];
			return distances.map((distance, sample): Observation => {
				// A copy: the row of a batch would keep all of it.
				const row = Float32Array.from(logitsRow(logits, sample, data.classes.length));
				return { logits: row, ...distance, answers: answers(sample, row) };
			});
		};
		return { observe: inBatches(data, observeSome), release };
	} catch (error) {
		await release();
		throw error;
	}
}

/** The models of observers. */
interface Models {
	readonly whole: OpenedModel;
	/** The generalist without its last layer. */
	readonly body: Predictor;
	readonly specialists: readonly Predictor[];
}

/** Opens the models. @param opened - called with each, which is to be released also where a later one fails. */
async function openModels(
	{ generalist: file, specialists, reading, threads }: Observers,
	data: DataSet,
	runtime: Runtime,
	opened: (one: Pick<Predictor, "release">) => void,
): Promise<Models> {
	const { classes, sampleShape, features, pixelScale, validation } = data;
	const own = threads === undefined ? {} : { threads };
	const member = fileMember(file, reading);
	const classifier = await readMember(member, data);
	const { normalization } = classifier;
	const open = async (model: OnnxModel, where: string): Promise<Predictor> => {
		const predictor = await createPredictor(runtime, model, { sampleShape, normalization, where, openSamples, ...own });
		opened(predictor);
		return predictor;
	};
	const headless = withoutHead(importModel(readOutput(classifier, classes).model));
	const body = await open(headless, `${file} without its last layer`);
	const asked: Predictor[] = [];
	for (const { file: path } of specialists) {
		asked.push(await open(alignData(await readModelFile(path), data, path).model, path));
	}
	const source = reading === undefined ? file : ({ members: [member], combine: "arithmetic" } as const);
	const about = { classes, sampleShape, features, pixelScale, probe: validation, ...own };
	const whole = await openModel(source, about, runtime);
	opened(whole.ensemble);
	return { whole, body, specialists: asked };
}

type Distances = Pick<Observation, "distance" | "inputDistance">;

/** Measures how far samples are from training samples. @param seed - draws these. */
async function nearby(
	body: Predictor,
	data: DataSet,
	seed: number,
): Promise<(set: ReadSet) => Promise<readonly Distances[]>> {
	const { train, sampleShape } = data;
	const hiddenOf = async (set: SampleSet): Promise<readonly Float32Array[]> =>
		rowsOf(await body.logits(set), set.count).map(ofLengthOne);
	const drawn = permutation(randomStream(seed, "novelty/references"), 0, train.count);
	const some = (count: number): ReadSet => rowsIn(train, sampleShape, drawn.slice(0, count).sort());
	const known = { hidden: await hiddenOf(some(references.hidden)), input: inputsOf(some(references.input), data) };
	return async (set) => {
		const inputs = inputsOf(set, data);
		return (await hiddenOf(set)).map((hidden, sample) => ({
			distance: distanceTo(known.hidden, hidden),
			inputDistance: distanceTo(known.input, inputs[sample] ?? nothing),
		}));
	};
}

/** What the specialists of a sample say of it, which the generalist's logits choose. */
type AnswersOf = (sample: number, logits: Float32Array) => Observation["answers"];

/** Has specialists answer. */
function answersOf(
	opened: readonly Predictor[],
	specialists: Observers["specialists"],
	classes: number,
): (set: ReadSet) => Promise<AnswersOf> {
	const ofClasses = specialistsOfClasses(
		specialists.map(({ classes: sets }) => sets),
		classes,
	);
	return async (set) => {
		const answers: (readonly Float32Array[])[] = [];
		for (const specialist of opened) answers.push(rowsOf(await specialist.logits(set), set.count));
		return (sample, logits) =>
			activeSpecialists(logits, ofClasses).map((m) => ({
				classes: specialists[m]?.classes ?? [],
				probabilities: logSoftmaxRow(answers[m]?.[sample] ?? []).map(Math.exp),
			}));
	};
}

/** Observes batch after batch. */
function inBatches({ sampleShape }: DataSet, observeSome: (set: ReadSet) => Promise<readonly Observation[]>): Observe {
	return async (set, columns) => {
		const seen: Observation[] = [];
		for (let from = 0; from < set.count; from += batch) {
			const rows = Uint32Array.from({ length: Math.min(batch, set.count - from) }, (_, at) => from + at);
			const read = rowsIn(set, sampleShape, rows);
			for (const one of await observeSome(columns === undefined ? read : reordered(read, columns))) seen.push(one);
		}
		return seen;
	};
}

function rowsOf(values: Float32Array, count: number): readonly Float32Array[] {
	const width = values.length / count;
	return Array.from({ length: count }, (_, row) => values.subarray(row * width, (row + 1) * width));
}
