/** A small training that is given bad numbers, or that diverges by itself. */
import { z } from "zod";
import { createInlineLoader } from "../../src/data/loader.js";
import { inMemory } from "../../src/data/samples.js";
import { LimbeckError } from "../../src/errors.js";
import { buildModel, families } from "../../src/models/index.js";
import { elementCount } from "../../src/onnx/tensor.js";
import { trainModel } from "../../src/train/trainer.js";
import type { TrainingContext, TrainingEvent, TrainingJob, TrainingResult } from "../../src/train/training.js";
import { trainingShape } from "../../src/train/training-options.js";
import { runtime } from "./graphs.js";
import { storedBytes, syntheticData } from "./synthetic.js";
import { weightsOf } from "./training.js";

export const data = syntheticData();
const batch = 10;
/** What is poisoned of a sample. */
const pixel = 5;
/** Steps in one. */
export const epoch = data.train.count / batch;

/** A training of the small data set, with options changed. */
export function jobOf(options: object, changes: Partial<TrainingJob> = {}): TrainingJob {
	return {
		model: buildModel(
			{ family: "mlp", ...families.mlp.options.parse({ hidden: [6], hiddenDropout: 0.2 }) },
			{ sampleShape: data.sampleShape, classes: data.classes.length, seed: 1 },
		),
		data,
		normalization: { mean: 0.3, std: 0.2 },
		options: z.strictObject(trainingShape).parse({ batch, epochs: 3, warmupEpochs: 0, ...options }),
		loss: { name: "cross-entropy" },
		seed: 3,
		threads: 1,
		...changes,
	};
}

/** A clock on which every call takes a minute: then a call has one step, and each is kept. */
export function slowClock(): () => number {
	let minutes = 0;
	return () => 60_000 * ++minutes;
}

/** What became of a training. */
export interface Seen {
	readonly result: TrainingResult | undefined;
	readonly error: LimbeckError | undefined;
	readonly events: readonly TrainingEvent[];
	readonly notes: readonly string[];
}

/** Trains to the end, to an error, or until it is stopped after so many calls. */
export async function train(
	job: TrainingJob,
	context: Partial<TrainingContext> = {},
	stopAfter?: number,
): Promise<Seen> {
	const events: TrainingEvent[] = [];
	const stop = new AbortController();
	const onEvent = (event: TrainingEvent): void => {
		events.push(event);
		if (event.kind === "progress" && events.filter(({ kind }) => kind === "progress").length === stopAfter)
			stop.abort();
	};
	const surroundings = { runtime, createLoader: createInlineLoader, now: () => 0, stop: stop.signal, onEvent };
	const outcome = await trainModel(job, { ...surroundings, ...context }).catch((error: unknown) => {
		if (error instanceof LimbeckError) return error;
		throw error;
	});
	const notes = events.flatMap((event) => (event.kind === "note" ? [event.text] : []));
	return outcome instanceof LimbeckError
		? { result: undefined, error: outcome, events, notes }
		: { result: outcome, error: undefined, events, notes };
}

/** The data as floats, with one value of one sample replaced. */
function poisoned(sample: number, value: number): TrainingJob["data"] {
	const values = Float32Array.from(storedBytes(data.train));
	values[sample * elementCount(data.sampleShape) + pixel] = value;
	const floats = inMemory(values);
	const validation = { ...data.validation, samples: inMemory(Float32Array.from(storedBytes(data.validation))) };
	return { ...data, train: { ...data.train, samples: floats }, validation };
}

const normalization = { mean: 76.5, std: 51 };

/** A training whose data holds a bad value in one sample. */
export function poisonedJob(sample: number, value: number, divergence: object): TrainingJob {
	return jobOf({ divergence }, { data: poisoned(sample, value), normalization });
}

/** The step, from 1 on, that first sees each sample. */
export async function firstSeen(): Promise<ReadonlyMap<number, number>> {
	const { options, seed } = jobOf({});
	const loader = createInlineLoader({ settings: options, split: data.train, sampleShape: data.sampleShape, seed });
	const { indices } = await loader.chunk(0, epoch);
	await loader.close();
	return new Map([...indices].map((sample, place) => [sample, Math.floor(place / batch) + 1]));
}

/** A linear network, and the class that a high value of the poisoned pixel speaks against most. */
const linear = buildModel(
	{ family: "mlp", ...families.mlp.options.parse({ hidden: [] }) },
	{ sampleShape: data.sampleShape, classes: data.classes.length, seed: 1 },
);
const weights = weightsOf(linear).get("logits.weight") ?? new Float32Array();
const ofPixel = data.classes.map((_, one) => weights[one * elementCount(data.sampleShape) + pixel] ?? 0);
const wrong = ofPixel.indexOf(Math.min(...ofPixel));
/** A training in which one sample makes a spike of the loss, which no rate mends. */
export function spikedJob(sample: number, divergence: object): TrainingJob {
	const spiky = poisoned(sample, 1e7);
	const train = { ...spiky.train, labels: spiky.train.labels.with(sample, wrong) };
	const optimizer = { name: "adam", learningRate: 1e-6 };
	return jobOf({ optimizer, divergence, epochs: 1 }, { model: linear, data: { ...spiky, train }, normalization });
}

/** A rate at which every training diverges. */
export const exploding = { name: "sgd", learningRate: 1000 };

/** Fine until the middle of the run; then the loss explodes, and goes on to when the rate is 20 times smaller. */
export const growing = {
	optimizer: { name: "sgd", learningRate: 0.02 },
	schedule: { name: "step", at: [0.5], factor: 1000 },
	augment: [{ name: "crop", padding: 1 }],
	divergence: { action: "rollback", spike: 5, factor: 0.05 },
};
