/** Whole training against its bare step, and memory over many steps: what the data pipeline and the loop cost. */
import type { DataSet, Split } from "../dist/data/data-set.js";
import { createLoader } from "../dist/data/loader.js";
import { inMemory } from "../dist/data/samples.js";
import { fitRecipe } from "../dist/distill/data-fit.js";
import { buildModel, families } from "../dist/models/index.js";
import type { OnnxModel } from "../dist/onnx/model.js";
import { nodeRuntime } from "../dist/runtime/node.js";
import { executionOf } from "../dist/train/plan.js";
import { trainModel } from "../dist/train/trainer.js";
import type { TrainingEvent } from "../dist/train/training.js";
import { parseRecipe } from "../dist/workflows/distill/recipe.js";
import { medianOf } from "./median.js";
import { netOf } from "./nets.js";
import { prepare } from "./peers/limbeck.js";

/** What whole training reaches of the rate of its bare step. */
export interface EpochResult {
	readonly net: string;
	readonly batch: number;
	readonly stepMs: number;
	/** A step in training, the loader included and validation left out. */
	readonly trainingStepMs: number;
	/** Bare step over step in training: 1 where the pipeline costs nothing. */
	readonly share: number;
}

/** Resident memory over a long training, in bytes. */
export interface MemoryResult {
	readonly steps: number;
	/** After the first tenth, when every buffer has been made. */
	readonly early: number;
	readonly late: number;
	readonly bytesPerStep: number;
}

const rounds = 3;
/** Batches of data: an epoch is as long as MNIST's 55,000 training samples. */
const epochSteps = 430;

/**
 * Trains and takes bare steps in turn; medians over the rounds. Images are jittered, the loader's hardest work. The
 * first native call of a run is left out: it waits for the loader's thread to start.
 */
export async function measureEpoch(
	hidden: readonly number[],
	batch: number,
	epochs: number,
	threads: number,
): Promise<EpochResult> {
	const net = netOf([784, ...hidden, 10].join("-"));
	// With as many threads as training takes.
	const { threads: useful = threads } = executionOf(networkOf(hidden), {
		batch,
		sampleShape: [1, 28, 28],
		threads,
		writesInPlace: true,
	});
	const bare = await prepare({ ...net, batch, threads: useful });
	await bare.run(epochSteps);
	const stepTimes: number[] = [];
	const trainingTimes: number[] = [];
	for (let round = 0; round < rounds; round++) {
		const before = performance.now();
		await bare.run(epochs * epochSteps);
		stepTimes.push((performance.now() - before) / (epochs * epochSteps));
		const calls: { readonly step: number; readonly throughput: number }[] = [];
		await train(hidden, batch, epochs, threads, (event) => {
			if (event.kind === "progress") calls.push(event);
		});
		const times = calls.slice(1).map(({ step, throughput }, index) => {
			const steps = step - (calls[index]?.step ?? 0);
			return { steps, milliseconds: (steps * batch * 1000) / throughput };
		});
		trainingTimes.push(sum(times.map(({ milliseconds }) => milliseconds)) / sum(times.map(({ steps }) => steps)));
	}
	const [stepMs, trainingStepMs] = [medianOf(stepTimes), medianOf(trainingTimes)];
	return { net: net.name, batch, stepMs, trainingStepMs, share: stepMs / trainingStepMs };
}

/** Watches resident memory over a long training. */
export async function measureMemory(steps: number, threads: number): Promise<MemoryResult> {
	const seen: { readonly step: number; readonly bytes: number }[] = [];
	await train([100, 100], 128, steps / epochSteps, threads, (event) => {
		if (event.kind === "progress") seen.push({ step: event.step, bytes: process.memoryUsage.rss() });
	});
	const early = seen.filter(({ step }) => step >= steps / 10);
	const [first, last] = [early.at(0), early.at(-1)];
	if (first === undefined || last === undefined) throw new RangeError(`expected more than ${steps} steps`);
	return {
		steps,
		early: first.bytes,
		late: last.bytes,
		bytesPerStep: (last.bytes - first.bytes) / (last.step - first.step),
	};
}

async function train(
	hidden: readonly number[],
	batch: number,
	epochs: number,
	threads: number,
	onEvent: (event: TrainingEvent) => void,
): Promise<void> {
	const data = randomImages(epochSteps * batch);
	const sgd = { name: "sgd", learningRate: 0.01 } as const;
	const written = parseRecipe({
		student: {
			batch,
			epochs,
			optimizer: sgd,
			schedule: { name: "constant" },
			warmupEpochs: 0,
			jitter: 2,
		},
	});
	const { student } = fitRecipe(written, { sampleShape: data.sampleShape, train: data.train.count }).recipe;
	const job = {
		model: networkOf(hidden),
		data,
		normalization: { mean: 0.5, std: 0.3 },
		options: student,
		loss: { name: "cross-entropy" } as const,
	};
	const context = { runtime: await nodeRuntime(), createLoader, now: () => performance.now(), onEvent };
	await trainModel({ ...job, seed: 1, threads }, context);
}

function networkOf(hidden: readonly number[]): OnnxModel {
	return buildModel(
		{ family: "mlp", ...families.mlp.options.parse({ hidden }) },
		{ sampleShape: [1, 28, 28], classes: 10, seed: 1 },
	);
}

function randomImages(count: number): DataSet {
	const split = (samples: number): Split => ({
		count: samples,
		samples: inMemory(Uint8Array.from({ length: samples * 784 }, (_, index) => (index * 2654435761) >>> 24)),
		labels: Int32Array.from({ length: samples }, (_, index) => index % 10),
	});
	return {
		name: "random",
		classes: Array.from({ length: 10 }, (_, index) => String(index)),
		sampleShape: [1, 28, 28],
		normalization: { mean: 0.5, std: 0.3 },
		train: split(count),
		validation: split(100),
		fingerprint: "",
	};
}

function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}
